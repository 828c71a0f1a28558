import { Command, readPayload } from "@cosmoss/core";
import type { Operation, ResponseBody } from "@cosmoss/types";

/** Input of {@link GetObjectCommand}. @public */
export interface GetObjectInput {
  Bucket: string;
  Key: string;
  VersionId?: string;
  /** `bytes=0-99`, `bytes=100-` or `bytes=-100`; for one that reaches outside of the object see `RangeBehavior`. */
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
  /** How to process the object on the way, as `image/resize,w_100`. The answer is then not checked by CRC-64. */
  Process?: string;
  /** Bits per second, 245,760 to 838,860,800. */
  TrafficLimit?: number;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
  /** `standard`: a range past the end is cut or refused with `InvalidRange`. Default: the whole object comes, status 200. */
  RangeBehavior?: string;
}

/** Output of {@link GetObjectCommand}. @public */
export interface GetObjectOutput {
  /** Read it or `cancel()` it: until then it holds a connection. A whole object is checked against its CRC-64. */
  Body: ResponseBody;
  /** Bytes of `Body`. */
  ContentLength?: number;
  /** `bytes 0-99/1000`, for a range. */
  ContentRange?: string;
  ContentType?: string;
  ETag?: string;
  LastModified?: Date;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  ContentLanguage?: string;
  Expires?: string;
  ContentMD5?: string;
  /** CRC-64/ECMA-182 of the whole object, a decimal number. */
  HashCrc64ecma?: string;
  /** Names in lower case. */
  Metadata: Record<string, string>;
  /** `Normal`, `Multipart`, `Appendable` or `Symlink`. */
  ObjectType?: string;
  StorageClass?: string;
  /** Of an appendable object: its length. */
  NextAppendPosition?: number;
  TaggingCount?: number;
  VersionId?: string;
  DeleteMarker?: boolean;
  Expiration?: string;
  Restore?: string;
  ProcessStatus?: string;
  ServerSideEncryption?: string;
  ServerSideDataEncryption?: string;
  ServerSideEncryptionKeyId?: string;
  /** When a lifecycle rule moved it to its storage class. */
  TransitionTime?: Date;
  /** `requester`, when the requester pays. */
  RequestCharged?: string;
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
    Process: { in: "query", name: "x-oss-process" },
    TrafficLimit: { in: "header", name: "x-oss-traffic-limit", type: "int", min: 245760, max: 838860800 },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
    RangeBehavior: { in: "header", name: "x-oss-range-behavior" },
  },
  output: {
    Body: { in: "payload", type: "bytes", required: true },
    ContentLength: { in: "header", name: "content-length", type: "int" },
    ContentRange: { in: "header", name: "content-range" },
    ContentType: { in: "header", name: "content-type" },
    ContentMD5: { in: "header", name: "content-md5" },
    CacheControl: { in: "header", name: "cache-control" },
    ContentDisposition: { in: "header", name: "content-disposition" },
    ContentEncoding: { in: "header", name: "content-encoding" },
    ContentLanguage: { in: "header", name: "content-language" },
    Expires: { in: "header", name: "expires" },
    LastModified: { in: "header", name: "last-modified", type: "http-date" },
    StorageClass: { in: "header", name: "x-oss-storage-class" },
    Metadata: { in: "headers", name: "x-oss-meta-", required: true },
    ServerSideEncryption: { in: "header", name: "x-oss-server-side-encryption" },
    ServerSideDataEncryption: { in: "header", name: "x-oss-server-side-data-encryption" },
    ServerSideEncryptionKeyId: { in: "header", name: "x-oss-server-side-encryption-key-id" },
    TaggingCount: { in: "header", name: "x-oss-tagging-count", type: "int" },
    ObjectType: { in: "header", name: "x-oss-object-type" },
    NextAppendPosition: { in: "header", name: "x-oss-next-append-position", type: "int" },
    Expiration: { in: "header", name: "x-oss-expiration" },
    Restore: { in: "header", name: "x-oss-restore" },
    ProcessStatus: { in: "header", name: "x-oss-process-status" },
    RequestCharged: { in: "header", name: "x-oss-request-charged" },
    TransitionTime: { in: "header", name: "x-oss-transition-time", type: "http-date" },
    DeleteMarker: { in: "header", name: "x-oss-delete-marker", type: "bool" },
    ETag: { in: "header", name: "etag" },
    HashCrc64ecma: { in: "header", name: "x-oss-hash-crc64ecma" },
    VersionId: { in: "header", name: "x-oss-version-id" },
  },
  download: readPayload,
};

/** Gets an object, or a range of it. OSS `GetObject`. @public */
export class GetObjectCommand extends Command<GetObjectInput, GetObjectOutput> {
  constructor(input: GetObjectInput) {
    super(_GetObject, input);
  }
}
