import { Command, readPayload } from "@cosmoss/core";
import type { Operation, ResponseBody } from "@cosmoss/types";

/** Input of {@link GetObjectCommand}. @public */
export interface GetObjectInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  Key: string;
  VersionId?: string;
  /** `bytes=0-99`, `bytes=100-` or `bytes=-100`; `InvalidRange` for one that begins past the end. */
  Range?: string;
  /** Otherwise `PreconditionFailed`. */
  IfMatch?: string;
  /** Otherwise `NotModified`, a `ServiceError` with the status 304. */
  IfNoneMatch?: string;
  /** Otherwise `NotModified`, a `ServiceError` with the status 304. */
  IfModifiedSince?: Date;
  /** Otherwise `PreconditionFailed`. */
  IfUnmodifiedSince?: Date;
  /** Overrides the stored header in the response, as do the next five. */
  ResponseContentType?: string;
  ResponseContentLanguage?: string;
  ResponseExpires?: string;
  ResponseCacheControl?: string;
  ResponseContentDisposition?: string;
  ResponseContentEncoding?: string;
  /** `AES256`: encrypt with the key below. */
  SSECustomerAlgorithm?: string;
  /** A 256-bit key in base64. */
  SSECustomerKey?: string;
  /** MD5 of the key in base64. */
  SSECustomerKeyMD5?: string;
  /** Bits per second, 819,200 to 838,860,800. */
  TrafficLimit?: number;
}

/** Output of {@link GetObjectCommand}. @public */
export interface GetObjectOutput {
  /** Read it or `cancel()` it: until then it holds a connection. A whole object is checked against its CRC-64. */
  Body: ResponseBody;
  /** `bytes 0-99/1000`, for a range. */
  ContentRange?: string;
  /** Bytes of `Body`. */
  ContentLength?: number;
  ContentType?: string;
  /** Quoted. */
  ETag?: string;
  LastModified?: Date;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  ContentLanguage?: string;
  Expires?: string;
  /** CRC-64/ECMA-182 of the whole object, a decimal number. */
  HashCrc64ecma?: string;
  /** Names in lower case. */
  Metadata: Record<string, string>;
  /** `normal` or `appendable`. */
  ObjectType?: string;
  /** Absent for `STANDARD`. */
  StorageClass?: string;
  /** Of an appendable object: its length. */
  NextAppendPosition?: number;
  TaggingCount?: number;
  VersionId?: string;
  DeleteMarker?: boolean;
  /** Of an archived object: `ongoing-request="true"` while it is restored. */
  Restore?: string;
  ServerSideEncryption?: string;
  SSEKMSKeyId?: string;
  SSEContext?: string;
  SSECustomerAlgorithm?: string;
  SSECustomerKeyMD5?: string;
}

/** @internal */
export const _GetObject: Operation<GetObjectInput, GetObjectOutput> = {
  name: "GetObject",
  http: ["GET", "object"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    VersionId: { in: "query", name: "versionId" },
    Range: { in: "header", name: "range" },
    IfMatch: { in: "header", name: "if-match" },
    IfNoneMatch: { in: "header", name: "if-none-match" },
    IfModifiedSince: { in: "header", name: "if-modified-since", type: "http-date" },
    IfUnmodifiedSince: { in: "header", name: "if-unmodified-since", type: "http-date" },
    ResponseContentType: { in: "query", name: "response-content-type" },
    ResponseContentLanguage: { in: "query", name: "response-content-language" },
    ResponseExpires: { in: "query", name: "response-expires" },
    ResponseCacheControl: { in: "query", name: "response-cache-control" },
    ResponseContentDisposition: { in: "query", name: "response-content-disposition" },
    ResponseContentEncoding: { in: "query", name: "response-content-encoding" },
    SSECustomerAlgorithm: { in: "header", name: "x-cos-server-side-encryption-customer-algorithm" },
    SSECustomerKey: { in: "header", name: "x-cos-server-side-encryption-customer-key", sensitive: true },
    SSECustomerKeyMD5: { in: "header", name: "x-cos-server-side-encryption-customer-key-md5" },
    TrafficLimit: { in: "header", name: "x-cos-traffic-limit", type: "int", min: 819200, max: 838860800 },
  },
  output: {
    Body: { in: "payload", type: "bytes", required: true },
    ContentLength: { in: "header", name: "content-length", type: "int" },
    ContentRange: { in: "header", name: "content-range" },
    ContentType: { in: "header", name: "content-type" },
    CacheControl: { in: "header", name: "cache-control" },
    ContentDisposition: { in: "header", name: "content-disposition" },
    ContentEncoding: { in: "header", name: "content-encoding" },
    ContentLanguage: { in: "header", name: "content-language" },
    Expires: { in: "header", name: "expires" },
    LastModified: { in: "header", name: "last-modified", type: "http-date" },
    StorageClass: { in: "header", name: "x-cos-storage-class" },
    Metadata: { in: "headers", name: "x-cos-meta-", required: true },
    TaggingCount: { in: "header", name: "x-cos-tagging-count", type: "int" },
    ObjectType: { in: "header", name: "x-cos-object-type" },
    NextAppendPosition: { in: "header", name: "x-cos-next-append-position", type: "int" },
    Restore: { in: "header", name: "x-cos-restore" },
    DeleteMarker: { in: "header", name: "x-cos-delete-marker", type: "bool" },
    ETag: { in: "header", name: "etag" },
    HashCrc64ecma: { in: "header", name: "x-cos-hash-crc64ecma" },
    VersionId: { in: "header", name: "x-cos-version-id" },
    ServerSideEncryption: { in: "header", name: "x-cos-server-side-encryption" },
    SSEKMSKeyId: { in: "header", name: "x-cos-server-side-encryption-cos-kms-key-id" },
    SSEContext: { in: "header", name: "x-cos-server-side-encryption-context" },
    SSECustomerAlgorithm: { in: "header", name: "x-cos-server-side-encryption-customer-algorithm" },
    SSECustomerKeyMD5: { in: "header", name: "x-cos-server-side-encryption-customer-key-md5" },
  },
  download: readPayload,
};

/** Gets an object, or a range of it. COS `GET Object`. @public */
export class GetObjectCommand extends Command<GetObjectInput, GetObjectOutput> {
  constructor(input: GetObjectInput) {
    super(_GetObject, input);
  }
}
