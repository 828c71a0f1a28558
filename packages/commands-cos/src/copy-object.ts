import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { CopySource, Operation } from "@cosmoss/types";

/** Input of {@link CopyObjectCommand}. @public */
export interface CopyObjectInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  Key: string;
  /** The region defaults to the client's. */
  CopySource: CopySource;
  /** Otherwise `PreconditionFailed`. */
  CopySourceIfMatch?: string;
  /** Otherwise `PreconditionFailed`. */
  CopySourceIfNoneMatch?: string;
  /** Otherwise `PreconditionFailed`. */
  CopySourceIfModifiedSince?: Date;
  /** Otherwise `PreconditionFailed`. */
  CopySourceIfUnmodifiedSince?: Date;
  /** `Copy` (default) or `Replaced`, which takes the metadata from this input; a copy onto itself must be `Replaced`. */
  MetadataDirective?: string;
  /** `Copy` (default) or `Replaced`. */
  TaggingDirective?: string;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  ContentType?: string;
  /** Stored and replayed as it is. */
  Expires?: string;
  /** `true`: refuse with `FileAlreadyExists` when the key exists. */
  ForbidOverwrite?: boolean;
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
  /** At most 10 tags. */
  Tagging?: Record<string, string>;
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

/** Output of {@link CopyObjectCommand}. @public */
export interface CopyObjectOutput {
  /** Quoted. */
  ETag: string;
  LastModified: Date;
  /** CRC-64/ECMA-182 of the object, a decimal number. */
  CRC64?: string;
  VersionId?: string;
  CopySourceVersionId?: string;
  ServerSideEncryption?: string;
  SSEKMSKeyId?: string;
  SSEContext?: string;
  SSECustomerAlgorithm?: string;
  SSECustomerKeyMD5?: string;
}

/** @internal */
export const _CopyObject: Operation<CopyObjectInput, CopyObjectOutput> = {
  name: "CopyObject",
  http: ["PUT", "object"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    CopySource: { in: "header", name: "x-cos-copy-source", type: "copy-source", required: true },
    CopySourceIfMatch: { in: "header", name: "x-cos-copy-source-if-match" },
    CopySourceIfNoneMatch: { in: "header", name: "x-cos-copy-source-if-none-match" },
    CopySourceIfModifiedSince: { in: "header", name: "x-cos-copy-source-if-modified-since", type: "http-date" },
    CopySourceIfUnmodifiedSince: { in: "header", name: "x-cos-copy-source-if-unmodified-since", type: "http-date" },
    MetadataDirective: { in: "header", name: "x-cos-metadata-directive" },
    TaggingDirective: { in: "header", name: "x-cos-tagging-directive" },
    CacheControl: { in: "header", name: "cache-control" },
    ContentDisposition: { in: "header", name: "content-disposition" },
    ContentEncoding: { in: "header", name: "content-encoding" },
    ContentType: { in: "header", name: "content-type" },
    Expires: { in: "header", name: "expires" },
    ForbidOverwrite: { in: "header", name: "x-cos-forbid-overwrite", type: "bool" },
    ACL: { in: "header", name: "x-cos-acl" },
    GrantRead: { in: "header", name: "x-cos-grant-read" },
    GrantReadACP: { in: "header", name: "x-cos-grant-read-acp" },
    GrantWriteACP: { in: "header", name: "x-cos-grant-write-acp" },
    GrantFullControl: { in: "header", name: "x-cos-grant-full-control" },
    StorageClass: { in: "header", name: "x-cos-storage-class" },
    Metadata: { in: "headers", name: "x-cos-meta-" },
    Tagging: { in: "header", name: "x-cos-tagging", type: "form" },
    ServerSideEncryption: { in: "header", name: "x-cos-server-side-encryption" },
    SSEKMSKeyId: { in: "header", name: "x-cos-server-side-encryption-cos-kms-key-id" },
    SSEContext: { in: "header", name: "x-cos-server-side-encryption-context" },
    TrafficLimit: { in: "header", name: "x-cos-traffic-limit", type: "int", min: 819200, max: 838860800 },
    SSECustomerAlgorithm: { in: "header", name: "x-cos-server-side-encryption-customer-algorithm" },
    SSECustomerKey: { in: "header", name: "x-cos-server-side-encryption-customer-key", sensitive: true },
    SSECustomerKeyMD5: { in: "header", name: "x-cos-server-side-encryption-customer-key-md5" },
  },
  output: {
    ETag: { required: true },
    LastModified: { type: "iso-date", required: true },
    CRC64: {},
    VersionId: { in: "header", name: "x-cos-version-id" },
    CopySourceVersionId: { in: "header", name: "x-cos-copy-source-version-id" },
    ServerSideEncryption: { in: "header", name: "x-cos-server-side-encryption" },
    SSEKMSKeyId: { in: "header", name: "x-cos-server-side-encryption-cos-kms-key-id" },
    SSEContext: { in: "header", name: "x-cos-server-side-encryption-context" },
    SSECustomerAlgorithm: { in: "header", name: "x-cos-server-side-encryption-customer-algorithm" },
    SSECustomerKeyMD5: { in: "header", name: "x-cos-server-side-encryption-customer-key-md5" },
  },
  xml: xmlCodec,
  responseRoot: "CopyObjectResult",
  errorIn200: true,
};

/** Copies an object of at most 5 GB on the server. COS `PUT Object - Copy`. @public */
export class CopyObjectCommand extends Command<CopyObjectInput, CopyObjectOutput> {
  constructor(input: CopyObjectInput) {
    super(_CopyObject, input);
  }
}
