import { appendPayload, Command } from "@cosmoss/core";
import type { BodyInput, Operation } from "@cosmoss/types";

/** Input of {@link AppendObjectCommand}. @public */
export interface AppendObjectInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  Key: string;
  /** Length of the object so far; 0 makes it. `AppendPositionErr` for another. */
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
  /** Default: COS goes by the key's extension, else `application/octet-stream`. */
  ContentType?: string;
  /** Stored and replayed as it is. */
  Expires?: string;
  /** `default` (default), `private`, `public-read`, `authenticated-read`, `bucket-owner-read` or `bucket-owner-full-control`. */
  ACL?: string;
  /** As `id="100000000001"`, several separated by commas. */
  GrantRead?: string;
  GrantReadACP?: string;
  GrantWriteACP?: string;
  GrantFullControl?: string;
  /** `STANDARD` (default), `STANDARD_IA`, `INTELLIGENT_TIERING`, `ARCHIVE`, `DEEP_ARCHIVE` or one of the `MAZ_` classes. */
  StorageClass?: string;
  /** User metadata, at most 2 KB in all. Names are stored in lower case. */
  Metadata?: Record<string, string>;
  /** `AES256` or `cos/kms`. */
  ServerSideEncryption?: string;
  /** With `cos/kms`; default COS's own key. */
  SSEKMSKeyId?: string;
  /** With `cos/kms`: base64 of a JSON object. */
  SSEContext?: string;
  /** Bits per second, 819,200 to 838,860,800. */
  TrafficLimit?: number;
  /** `AES256`: encrypt with the key below. */
  SSECustomerAlgorithm?: string;
  /** A 256-bit key in base64. */
  SSECustomerKey?: string;
  /** MD5 of the key in base64. */
  SSECustomerKeyMD5?: string;
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
  /** SHA-1 of what was added, in hex. */
  ContentSha1?: string;
  ServerSideEncryption?: string;
  SSEKMSKeyId?: string;
  SSEContext?: string;
  SSECustomerAlgorithm?: string;
  SSECustomerKeyMD5?: string;
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
    ContentType: { in: "header", name: "content-type" },
    Expires: { in: "header", name: "expires" },
    ACL: { in: "header", name: "x-cos-acl" },
    GrantRead: { in: "header", name: "x-cos-grant-read" },
    GrantReadACP: { in: "header", name: "x-cos-grant-read-acp" },
    GrantWriteACP: { in: "header", name: "x-cos-grant-write-acp" },
    GrantFullControl: { in: "header", name: "x-cos-grant-full-control" },
    StorageClass: { in: "header", name: "x-cos-storage-class" },
    Metadata: { in: "headers", name: "x-cos-meta-" },
    ServerSideEncryption: { in: "header", name: "x-cos-server-side-encryption" },
    SSEKMSKeyId: { in: "header", name: "x-cos-server-side-encryption-cos-kms-key-id" },
    SSEContext: { in: "header", name: "x-cos-server-side-encryption-context" },
    TrafficLimit: { in: "header", name: "x-cos-traffic-limit", type: "int", min: 819200, max: 838860800 },
    SSECustomerAlgorithm: { in: "header", name: "x-cos-server-side-encryption-customer-algorithm" },
    SSECustomerKey: { in: "header", name: "x-cos-server-side-encryption-customer-key", sensitive: true },
    SSECustomerKeyMD5: { in: "header", name: "x-cos-server-side-encryption-customer-key-md5" },
  },
  output: {
    NextAppendPosition: { in: "header", name: "x-cos-next-append-position", type: "int", required: true },
    ETag: { in: "header", name: "etag" },
    HashCrc64ecma: { in: "header", name: "x-cos-hash-crc64ecma" },
    VersionId: { in: "header", name: "x-cos-version-id" },
    ContentSha1: { in: "header", name: "x-cos-content-sha1" },
    ServerSideEncryption: { in: "header", name: "x-cos-server-side-encryption" },
    SSEKMSKeyId: { in: "header", name: "x-cos-server-side-encryption-cos-kms-key-id" },
    SSEContext: { in: "header", name: "x-cos-server-side-encryption-context" },
    SSECustomerAlgorithm: { in: "header", name: "x-cos-server-side-encryption-customer-algorithm" },
    SSECustomerKeyMD5: { in: "header", name: "x-cos-server-side-encryption-customer-key-md5" },
  },
  upload: appendPayload,
  notIdempotent: true,
};

/** Adds bytes to the end of an appendable object, or makes one. COS `APPEND Object`. @public */
export class AppendObjectCommand extends Command<AppendObjectInput, AppendObjectOutput> {
  constructor(input: AppendObjectInput) {
    super(_AppendObject, input);
  }
}
