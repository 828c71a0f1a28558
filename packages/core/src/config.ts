import type {
  ChecksumConstructor,
  Clock,
  CopySource,
  CredentialsProvider,
  HttpHandler,
  Logger,
  Pluggable,
  Signer,
  StreamPlatform,
} from "@cosmoss/types";

/** Where a bucket or an object is addressed. @public */
export interface ResolvedEndpoint {
  /** `"http:"` or `"https:"`. */
  protocol: string;
  hostname: string;
  port?: number | undefined;
  /** Percent-encoded, never normalised. */
  path: string;
}

/** Gives the endpoint of a bucket or an object; throws a `ConfigError` for a name the service cannot have. @public */
export interface EndpointResolver {
  (bucket: string | undefined, key: string | undefined): ResolvedEndpoint;
}

/** What it takes to write a request and sign it: all that presigning needs. @public */
export interface SigningConfig {
  /** Begins the names of the provider's own headers. */
  readonly headerPrefix: "x-oss-" | "x-cos-";
  readonly endpoint: EndpointResolver;
  /** Writes the header value that names a copy source. */
  copySource(source: CopySource): string;
  readonly signer: Signer;
  /** Absent: requests go unsigned. */
  readonly credentials: CredentialsProvider | undefined;
  readonly clock: Clock;
  /** Milliseconds to add to the clock, learnt from the service's answers. */
  readonly skew: { offset: number };
}

/** What a {@link Client} works with; made by the client of a provider from its options. @public */
export interface ClientConfig extends SigningConfig {
  /** What middleware sees as `context.clientName`. */
  readonly clientName: string;
  /** Absent: a failed attempt is the end. */
  readonly retry?: Pluggable<any, any> | undefined;
  readonly requestHandler: HttpHandler;
  /** Absent: payloads are not checked. */
  readonly checksum: ChecksumConstructor | undefined;
  readonly logger?: Logger | undefined;
  readonly userAgent?: string | undefined;
  /** Milliseconds for one attempt until the response head; `Infinity`: no limit. */
  readonly attemptTimeoutMs: number;
  /** Milliseconds for the whole send until its output; `Infinity`: no limit. */
  readonly totalTimeoutMs: number;
  /** What the runtime's streams need; absent where there are none but the web's. */
  readonly streams?: StreamPlatform | undefined;
}
