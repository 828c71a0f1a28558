/** The two services. @public */
export type ProviderName = "oss" | "cos";

/** What JSON can say. @public */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A bucket as stored. Replaced as a whole, never changed in place. @public */
export interface BucketRecord {
  readonly name: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  /** Whatever the handlers keep with a bucket: ACL, region, storage class. */
  readonly attributes: { readonly [name: string]: Json };
}

/** How an object came to be. @public */
export type ObjectType = "normal" | "multipart" | "appendable";

/** What the handlers decide about an object; the store adds key and size. @public */
export interface ObjectMeta {
  /** Without quotes, in the letter case that the service shows. */
  readonly etag: string;
  /** CRC-64/ECMA-182 of the whole body, decimal; absent when unknown. */
  readonly crc64?: string;
  /** Milliseconds since the Unix epoch. */
  readonly lastModified: number;
  readonly type: ObjectType;
  readonly storageClass: string;
  /** Stored headers, names in lower case: `content-type`, `cache-control`, … */
  readonly headers: { readonly [name: string]: string };
  /** User metadata without its prefix, names in lower case. */
  readonly metadata: { readonly [name: string]: string };
  readonly tags?: readonly (readonly [key: string, value: string])[];
  /** The canned ACL; absent means that of the bucket. */
  readonly acl?: string;
  /** How many parts a multipart object was made of. */
  readonly partCount?: number;
  /** Anything else that a handler keeps. */
  readonly attributes?: { readonly [name: string]: Json };
}

/** An object as stored. Replaced as a whole, never changed in place. @public */
export interface ObjectRecord extends ObjectMeta {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/** An unfinished multipart upload as stored. @public */
export interface UploadRecord {
  readonly key: string;
  /** Unique within the bucket, in the form of the service. */
  readonly id: string;
  /** Milliseconds since the Unix epoch. */
  readonly initiated: number;
  /** What the finished object will have: headers, metadata, storage class, ACL, tags. */
  readonly attributes: { readonly [name: string]: Json };
}

/** What the handlers decide about a part. @public */
export interface PartMeta {
  /** Without quotes, in the letter case that the service shows. */
  readonly etag: string;
  /** CRC-64/ECMA-182 of the part, decimal; absent when unknown. */
  readonly crc64?: string;
  /** Milliseconds since the Unix epoch. */
  readonly lastModified: number;
}

/** A part as stored. @public */
export interface PartRecord extends PartMeta {
  readonly number: number;
  /** Bytes. */
  readonly size: number;
}
