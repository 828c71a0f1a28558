import { appendPayload, Command } from "@cosmoss/core";
import type { BodyInput, Operation } from "@cosmoss/types";

/** Input of {@link AppendObjectCommand}. @public */
export interface AppendObjectInput {
  Bucket: string;
  Key: string;
  /** Length of the object so far; 0 makes it. `PositionNotEqualToLength` for another. */
  Position: number;
  /** Default: no bytes. At most 5 GB. */
  Body?: BodyInput;
  /** Bytes of a streamed `Body`, so that a source that breaks off is noticed; other bodies tell it themselves. */
  ContentLength?: number;
  /** CRC-64 of the object so far, as the append before gave it; without it only the first append is checked. */
  InitialHashCrc64ecma?: string;
  /** MD5 of the body in base64; the service refuses another body with `InvalidDigest`. */
  ContentMD5?: string;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  ContentLanguage?: string;
  /** Default: `application/octet-stream`. */
  ContentType?: string;
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
  /** Bits per second, 245,760 to 838,860,800. */
  TrafficLimit?: number;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** Output of {@link AppendObjectCommand}. @public */
export interface AppendObjectOutput {
  /** Length of the object now. */
  NextAppendPosition: number;
  /** Quoted, not an MD5. */
  ETag?: string;
  /** CRC-64/ECMA-182 of the whole object, a decimal number. */
  HashCrc64ecma?: string;
  VersionId?: string;
  ServerSideEncryption?: string;
  ServerSideDataEncryption?: string;
  ServerSideEncryptionKeyId?: string;
}

/** @internal */
export const _AppendObject: Operation<AppendObjectInput, AppendObjectOutput> = {
  name: "AppendObject",
  http: ["POST", "object", "append"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    Position: { in: "query", name: "position", type: "int", min: 0, required: true },
    Body: { in: "payload", type: "bytes" },
    ContentLength: { in: "header", name: "content-length", type: "int" },
    InitialHashCrc64ecma: { in: "client" },
    ContentMD5: { in: "header", name: "content-md5" },
    CacheControl: { in: "header", name: "cache-control" },
    ContentDisposition: { in: "header", name: "content-disposition" },
    ContentEncoding: { in: "header", name: "content-encoding" },
    ContentLanguage: { in: "header", name: "content-language" },
    ContentType: { in: "header", name: "content-type" },
    Expires: { in: "header", name: "expires" },
    ForbidOverwrite: { in: "header", name: "x-oss-forbid-overwrite", type: "bool" },
    ObjectAcl: { in: "header", name: "x-oss-object-acl" },
    StorageClass: { in: "header", name: "x-oss-storage-class" },
    Metadata: { in: "headers", name: "x-oss-meta-" },
    Tagging: { in: "header", name: "x-oss-tagging", type: "form" },
    ServerSideEncryption: { in: "header", name: "x-oss-server-side-encryption" },
    ServerSideDataEncryption: { in: "header", name: "x-oss-server-side-data-encryption" },
    ServerSideEncryptionKeyId: { in: "header", name: "x-oss-server-side-encryption-key-id" },
    TrafficLimit: { in: "header", name: "x-oss-traffic-limit", type: "int", min: 245760, max: 838860800 },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {
    NextAppendPosition: { in: "header", name: "x-oss-next-append-position", type: "int", required: true },
    ETag: { in: "header", name: "etag" },
    HashCrc64ecma: { in: "header", name: "x-oss-hash-crc64ecma" },
    VersionId: { in: "header", name: "x-oss-version-id" },
    ServerSideEncryption: { in: "header", name: "x-oss-server-side-encryption" },
    ServerSideDataEncryption: { in: "header", name: "x-oss-server-side-data-encryption" },
    ServerSideEncryptionKeyId: { in: "header", name: "x-oss-server-side-encryption-key-id" },
  },
  upload: appendPayload,
  notIdempotent: true,
};

/** Adds bytes to the end of an appendable object, or makes one. OSS `AppendObject`. @public */
export class AppendObjectCommand extends Command<AppendObjectInput, AppendObjectOutput> {
  constructor(input: AppendObjectInput) {
    super(_AppendObject, input);
  }
}
