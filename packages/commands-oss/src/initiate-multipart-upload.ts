import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation } from "@cosmoss/types";

/** Input of {@link InitiateMultipartUploadCommand}. @public */
export interface InitiateMultipartUploadInput {
  Bucket: string;
  Key: string;
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
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** Output of {@link InitiateMultipartUploadCommand}. @public */
export interface InitiateMultipartUploadOutput {
  Bucket?: string;
  Key?: string;
  /** Names the upload until it is completed or aborted. */
  UploadId: string;
  ServerSideEncryption?: string;
  ServerSideDataEncryption?: string;
  ServerSideEncryptionKeyId?: string;
}

/** @internal */
export const _InitiateMultipartUpload: Operation<InitiateMultipartUploadInput, InitiateMultipartUploadOutput> = {
  name: "InitiateMultipartUpload",
  http: ["POST", "object", "uploads&encoding-type=url"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    CacheControl: { in: "header", name: "cache-control" },
    ContentDisposition: { in: "header", name: "content-disposition" },
    ContentEncoding: { in: "header", name: "content-encoding" },
    ContentLanguage: { in: "header", name: "content-language" },
    ContentType: { in: "header", name: "content-type" },
    Expires: { in: "header", name: "expires" },
    ForbidOverwrite: { in: "header", name: "x-oss-forbid-overwrite", type: "bool" },
    StorageClass: { in: "header", name: "x-oss-storage-class" },
    Metadata: { in: "headers", name: "x-oss-meta-" },
    Tagging: { in: "header", name: "x-oss-tagging", type: "form" },
    ServerSideEncryption: { in: "header", name: "x-oss-server-side-encryption" },
    ServerSideDataEncryption: { in: "header", name: "x-oss-server-side-data-encryption" },
    ServerSideEncryptionKeyId: { in: "header", name: "x-oss-server-side-encryption-key-id" },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {
    Bucket: {},
    Key: { urlEncoded: "form" },
    UploadId: { required: true },
    ServerSideEncryption: { in: "header", name: "x-oss-server-side-encryption" },
    ServerSideDataEncryption: { in: "header", name: "x-oss-server-side-data-encryption" },
    ServerSideEncryptionKeyId: { in: "header", name: "x-oss-server-side-encryption-key-id" },
  },
  xml: xmlCodec,
  responseRoot: "InitiateMultipartUploadResult",
  notIdempotent: true,
};

/** Begins a multipart upload; everything but the bytes is fixed here. OSS `InitiateMultipartUpload`. @public */
export class InitiateMultipartUploadCommand extends Command<
  InitiateMultipartUploadInput,
  InitiateMultipartUploadOutput
> {
  constructor(input: InitiateMultipartUploadInput) {
    super(_InitiateMultipartUpload, input);
  }
}
