import { Command } from "@cosmoss/core";
import type { Operation } from "@cosmoss/types";

/** Input of {@link HeadObjectCommand}. @public */
export interface HeadObjectInput {
  /** With the AppID, as `photos-1250000000`. */
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
  /** `AES256`: encrypt with the key below. */
  SSECustomerAlgorithm?: string;
  /** A 256-bit key in base64. */
  SSECustomerKey?: string;
  /** MD5 of the key in base64. */
  SSECustomerKeyMD5?: string;
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
    SSECustomerAlgorithm: { in: "header", name: "x-cos-server-side-encryption-customer-algorithm" },
    SSECustomerKey: { in: "header", name: "x-cos-server-side-encryption-customer-key", sensitive: true },
    SSECustomerKeyMD5: { in: "header", name: "x-cos-server-side-encryption-customer-key-md5" },
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
    HashCrc64ecma: { in: "header", name: "x-cos-hash-crc64ecma" },
    Metadata: { in: "headers", name: "x-cos-meta-", required: true },
    ObjectType: { in: "header", name: "x-cos-object-type" },
    StorageClass: { in: "header", name: "x-cos-storage-class" },
    NextAppendPosition: { in: "header", name: "x-cos-next-append-position", type: "int" },
    TaggingCount: { in: "header", name: "x-cos-tagging-count", type: "int" },
    VersionId: { in: "header", name: "x-cos-version-id" },
    DeleteMarker: { in: "header", name: "x-cos-delete-marker", type: "bool" },
    Restore: { in: "header", name: "x-cos-restore" },
    ServerSideEncryption: { in: "header", name: "x-cos-server-side-encryption" },
    SSEKMSKeyId: { in: "header", name: "x-cos-server-side-encryption-cos-kms-key-id" },
    SSEContext: { in: "header", name: "x-cos-server-side-encryption-context" },
    SSECustomerAlgorithm: { in: "header", name: "x-cos-server-side-encryption-customer-algorithm" },
    SSECustomerKeyMD5: { in: "header", name: "x-cos-server-side-encryption-customer-key-md5" },
  },
};

/** What is known of an object, without its bytes. COS `HEAD Object`. @public */
export class HeadObjectCommand extends Command<HeadObjectInput, HeadObjectOutput> {
  constructor(input: HeadObjectInput) {
    super(_HeadObject, input);
  }
}
