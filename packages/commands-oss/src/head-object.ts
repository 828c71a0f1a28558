import { Command } from "@cosmoss/core";
import type { Operation } from "@cosmoss/types";

/** Input of {@link HeadObjectCommand}. @public */
export interface HeadObjectInput {
  Bucket: string;
  Key: string;
  VersionId?: string;
  /** Otherwise `PreconditionFailed`. */
  IfMatch?: string;
  /** Otherwise `NotModified`, a `ServiceError` with the status 304. */
  IfNoneMatch?: string;
  /** Otherwise `NotModified`, a `ServiceError` with the status 304. */
  IfModifiedSince?: Date;
  /** Otherwise `PreconditionFailed`. */
  IfUnmodifiedSince?: Date;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** Output of {@link HeadObjectCommand}. @public */
export interface HeadObjectOutput {
  /** Bytes of the object. */
  ContentLength?: number;
  ContentType?: string;
  /** Quoted. */
  ETag: string;
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
  /** `expiry-date="…", rule-id="…"` when a lifecycle rule will delete it. */
  Expiration?: string;
  /** Of an archived object: `ongoing-request="true"` while it is restored. */
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
export const _HeadObject: Operation<HeadObjectInput, HeadObjectOutput> = {
  name: "HeadObject",
  http: ["HEAD", "object"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    VersionId: { in: "query", name: "versionId" },
    IfMatch: { in: "header", name: "if-match" },
    IfNoneMatch: { in: "header", name: "if-none-match" },
    IfModifiedSince: { in: "header", name: "if-modified-since", type: "http-date" },
    IfUnmodifiedSince: { in: "header", name: "if-unmodified-since", type: "http-date" },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {
    ContentLength: { in: "header", name: "content-length", type: "int" },
    ContentType: { in: "header", name: "content-type" },
    ETag: { in: "header", name: "etag", required: true },
    LastModified: { in: "header", name: "last-modified", type: "http-date" },
    CacheControl: { in: "header", name: "cache-control" },
    ContentDisposition: { in: "header", name: "content-disposition" },
    ContentEncoding: { in: "header", name: "content-encoding" },
    ContentLanguage: { in: "header", name: "content-language" },
    Expires: { in: "header", name: "expires" },
    ContentMD5: { in: "header", name: "content-md5" },
    HashCrc64ecma: { in: "header", name: "x-oss-hash-crc64ecma" },
    Metadata: { in: "headers", name: "x-oss-meta-", required: true },
    ObjectType: { in: "header", name: "x-oss-object-type" },
    StorageClass: { in: "header", name: "x-oss-storage-class" },
    NextAppendPosition: { in: "header", name: "x-oss-next-append-position", type: "int" },
    TaggingCount: { in: "header", name: "x-oss-tagging-count", type: "int" },
    VersionId: { in: "header", name: "x-oss-version-id" },
    DeleteMarker: { in: "header", name: "x-oss-delete-marker", type: "bool" },
    Expiration: { in: "header", name: "x-oss-expiration" },
    Restore: { in: "header", name: "x-oss-restore" },
    ProcessStatus: { in: "header", name: "x-oss-process-status" },
    ServerSideEncryption: { in: "header", name: "x-oss-server-side-encryption" },
    ServerSideDataEncryption: { in: "header", name: "x-oss-server-side-data-encryption" },
    ServerSideEncryptionKeyId: { in: "header", name: "x-oss-server-side-encryption-key-id" },
    TransitionTime: { in: "header", name: "x-oss-transition-time", type: "http-date" },
    RequestCharged: { in: "header", name: "x-oss-request-charged" },
  },
};

/** What is known of an object, without its bytes. OSS `HeadObject`. @public */
export class HeadObjectCommand extends Command<HeadObjectInput, HeadObjectOutput> {
  constructor(input: HeadObjectInput) {
    super(_HeadObject, input);
  }
}
