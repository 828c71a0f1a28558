import { Command, writePayload } from "@cosmoss/core";
import type { BodyInput, Operation } from "@cosmoss/types";

/** Input of {@link PutObjectCommand}. @public */
export interface PutObjectInput {
  Bucket: string;
  /** 1 to 1,023 bytes of UTF-8, not beginning with `/` or `\`. */
  Key: string;
  /** Default: an empty object. At most 5 GB. */
  Body?: BodyInput;
  /** Bytes of a streamed `Body`, so that a source that breaks off is noticed; other bodies tell it themselves. */
  ContentLength?: number;
  /** Default: the type of a `Blob`; else the service stores `application/octet-stream`. */
  ContentType?: string;
  /** MD5 of the body in base64; the service refuses another body with `InvalidDigest`. */
  ContentMD5?: string;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  ContentLanguage?: string;
  /** Stored and replayed as it is. */
  Expires?: string;
  /** `true`: refuse with `FileAlreadyExists` when the key exists. Ignored by buckets that ever had versioning. */
  ForbidOverwrite?: boolean;
  /** `default` (default), `private`, `public-read` or `public-read-write`. */
  ObjectAcl?: string;
  /** `Standard`, `IA`, `Archive`, `ColdArchive` or `DeepColdArchive`; default the bucket's. */
  StorageClass?: string;
  /** User metadata, at most 8 KB in all. Names of letters, digits and `-`, stored in lower case. */
  Metadata?: Record<string, string>;
  /** At most 10 tags. */
  Tagging?: Record<string, string>;
  /** `AES256`, `KMS` or `SM4`. */
  ServerSideEncryption?: string;
  /** `SM4`, with `KMS` only. */
  ServerSideDataEncryption?: string;
  ServerSideEncryptionKeyId?: string;
  /** Base64 of the JSON that says which URL the service calls once the object is stored. */
  Callback?: string;
  /** Base64 of the JSON with the custom variables of `Callback`. */
  CallbackVar?: string;
  /** Bits per second, 245,760 to 838,860,800. */
  TrafficLimit?: number;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** Output of {@link PutObjectCommand}. @public */
export interface PutObjectOutput {
  /** Quoted, as `"5D41402ABC4B2A76B9719D911017C592"`. */
  ETag: string;
  /** MD5 of what was stored, in base64. */
  ContentMD5?: string;
  /** CRC-64/ECMA-182 of what was stored, a decimal number; compared with what was sent. */
  HashCrc64ecma?: string;
  VersionId?: string;
}

/** @internal */
export const _PutObject: Operation<PutObjectInput, PutObjectOutput> = {
  name: "PutObject",
  http: ["PUT", "object"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    Body: { in: "payload", type: "bytes" },
    ContentLength: { in: "header", name: "content-length", type: "int" },
    ContentType: { in: "header", name: "content-type" },
    ContentMD5: { in: "header", name: "content-md5" },
    CacheControl: { in: "header", name: "cache-control" },
    ContentDisposition: { in: "header", name: "content-disposition" },
    ContentEncoding: { in: "header", name: "content-encoding" },
    ContentLanguage: { in: "header", name: "content-language" },
    Expires: { in: "header", name: "expires" },
    ForbidOverwrite: { in: "header", name: "x-oss-forbid-overwrite", type: "bool" },
    ObjectAcl: { in: "header", name: "x-oss-object-acl" },
    StorageClass: { in: "header", name: "x-oss-storage-class" },
    Metadata: { in: "headers", name: "x-oss-meta-" },
    Tagging: { in: "header", name: "x-oss-tagging", type: "form" },
    ServerSideEncryption: { in: "header", name: "x-oss-server-side-encryption" },
    ServerSideDataEncryption: { in: "header", name: "x-oss-server-side-data-encryption" },
    ServerSideEncryptionKeyId: { in: "header", name: "x-oss-server-side-encryption-key-id" },
    Callback: { in: "header", name: "x-oss-callback" },
    CallbackVar: { in: "header", name: "x-oss-callback-var" },
    TrafficLimit: { in: "header", name: "x-oss-traffic-limit", type: "int", min: 245760, max: 838860800 },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {
    ETag: { in: "header", name: "etag", required: true },
    ContentMD5: { in: "header", name: "content-md5" },
    HashCrc64ecma: { in: "header", name: "x-oss-hash-crc64ecma" },
    VersionId: { in: "header", name: "x-oss-version-id" },
  },
  upload: writePayload,
};

/** Stores an object. OSS `PutObject`. @public */
export class PutObjectCommand extends Command<PutObjectInput, PutObjectOutput> {
  constructor(input: PutObjectInput) {
    super(_PutObject, input);
  }
}
