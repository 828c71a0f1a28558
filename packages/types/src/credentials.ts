/** A key pair of either cloud, with its token when it is temporary. @public */
export interface Credentials {
  /** OSS AccessKey ID; COS SecretId. */
  readonly accessKeyId: string;
  /** OSS AccessKey secret; COS SecretKey. */
  readonly accessKeySecret: string;
  /** STS token of temporary keys. */
  readonly securityToken?: string;
  /** When temporary keys stop working. */
  readonly expiration?: Date;
}

/** A value that may take a while; structurally the Smithy `Provider`. @public */
export interface Provider<T> {
  (): Promise<T>;
}

/** Options of one call of a {@link CredentialsProvider}. @public */
export interface CredentialsProviderOptions {
  /** Drop any cached keys: the service has just refused them as expired. */
  forceRefresh?: boolean;
}

/** Gives the keys to sign with; called before every attempt. @public */
export interface CredentialsProvider {
  (options?: CredentialsProviderOptions): Credentials | Promise<Credentials>;
}
