import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { CopySource, Operation } from "@cosmoss/types";

/** Input of {@link CopyObjectCommand}. @public */
export interface CopyObjectInput {
  Bucket: string;
  Key: string;
  /** In the same region. */
  CopySource: CopySource;
  /** Otherwise `PreconditionFailed`. */
  CopySourceIfMatch?: string;
  /** Otherwise `NotModified`, a `ServiceError` with the status 304. */
  CopySourceIfNoneMatch?: string;
  /** Otherwise `NotModified`, a `ServiceError` with the status 304. */
  CopySourceIfModifiedSince?: Date;
  /** Otherwise `PreconditionFailed`. */
  CopySourceIfUnmodifiedSince?: Date;
  /** `COPY` (default) or `REPLACE`, which takes the metadata from this input, as does a copy onto itself. */
  MetadataDirective?: string;
  /** `Copy` (default) or `Replace`. */
  TaggingDirective?: string;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  ContentLanguage?: string;
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

/** Output of {@link CopyObjectCommand}. @public */
export interface CopyObjectOutput {
  /** Quoted. */
  ETag: string;
  LastModified: Date;
  /** CRC-64/ECMA-182 of the object, a decimal number. */
  HashCrc64ecma?: string;
  VersionId?: string;
  CopySourceVersionId?: string;
  ServerSideEncryption?: string;
  ServerSideDataEncryption?: string;
  ServerSideEncryptionKeyId?: string;
}

/** @internal */
export const _CopyObject: Operation<CopyObjectInput, CopyObjectOutput> = {
  name: "CopyObject",
  http: ["PUT", "object"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    CopySource: { in: "header", name: "x-oss-copy-source", type: "copy-source", required: true },
    CopySourceIfMatch: { in: "header", name: "x-oss-copy-source-if-match" },
    CopySourceIfNoneMatch: { in: "header", name: "x-oss-copy-source-if-none-match" },
    CopySourceIfModifiedSince: { in: "header", name: "x-oss-copy-source-if-modified-since", type: "http-date" },
    CopySourceIfUnmodifiedSince: { in: "header", name: "x-oss-copy-source-if-unmodified-since", type: "http-date" },
    MetadataDirective: { in: "header", name: "x-oss-metadata-directive" },
    TaggingDirective: { in: "header", name: "x-oss-tagging-directive" },
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
    ETag: { required: true },
    LastModified: { type: "iso-date", required: true },
    HashCrc64ecma: { in: "header", name: "x-oss-hash-crc64ecma" },
    VersionId: { in: "header", name: "x-oss-version-id" },
    CopySourceVersionId: { in: "header", name: "x-oss-copy-source-version-id" },
    ServerSideEncryption: { in: "header", name: "x-oss-server-side-encryption" },
    ServerSideDataEncryption: { in: "header", name: "x-oss-server-side-data-encryption" },
    ServerSideEncryptionKeyId: { in: "header", name: "x-oss-server-side-encryption-key-id" },
  },
  xml: xmlCodec,
  responseRoot: "CopyObjectResult",
  errorIn200: true,
};

/** Copies an object of at most 1 GB on the server. OSS `CopyObject`. @public */
export class CopyObjectCommand extends Command<CopyObjectInput, CopyObjectOutput> {
  constructor(input: CopyObjectInput) {
    super(_CopyObject, input);
  }
}
