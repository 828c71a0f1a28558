import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation, Shape } from "@cosmoss/types";

/** A part as it becomes part of the object. @public */
export interface CompletedPart {
  /** 1 to 10,000. */
  PartNumber: number;
  /** As `UploadPartCommand` gave it. */
  ETag: string;
}

/** Input of {@link CompleteMultipartUploadCommand}. @public */
export interface CompleteMultipartUploadInput {
  Bucket: string;
  Key: string;
  UploadId: string;
  /** Ascending by number. Every part but the last has at least 100 KiB. Uploaded parts that are not here are dropped. */
  Parts?: CompletedPart[];
  /** `yes`: takes every part that was uploaded; `Parts` must then be left out. */
  CompleteAll?: string;
  /** `true`: refuse with `FileAlreadyExists` when the key exists. */
  ForbidOverwrite?: boolean;
  /** `default`, `private`, `public-read` or `public-read-write`. */
  ObjectAcl?: string;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** Output of {@link CompleteMultipartUploadCommand}. @public */
export interface CompleteMultipartUploadOutput {
  Location?: string;
  Bucket?: string;
  Key?: string;
  /** Quoted, not an MD5: `"…-N"`. */
  ETag: string;
  /** CRC-64/ECMA-182 of the whole object, a decimal number. */
  HashCrc64ecma?: string;
  VersionId?: string;
  ServerSideEncryption?: string;
  ServerSideDataEncryption?: string;
  ServerSideEncryptionKeyId?: string;
}

const CompletedPartShape: Shape<CompletedPart> = {
  PartNumber: { type: "int", min: 1, max: 10000, required: true },
  ETag: { required: true },
};

/** @internal */
export const _CompleteMultipartUpload: Operation<CompleteMultipartUploadInput, CompleteMultipartUploadOutput> = {
  name: "CompleteMultipartUpload",
  http: ["POST", "object", "encoding-type=url"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    UploadId: { in: "query", name: "uploadId", required: true },
    Parts: { name: "Part", list: { struct: () => CompletedPartShape } },
    CompleteAll: { in: "header", name: "x-oss-complete-all" },
    ForbidOverwrite: { in: "header", name: "x-oss-forbid-overwrite", type: "bool" },
    ObjectAcl: { in: "header", name: "x-oss-object-acl" },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {
    Location: {},
    Bucket: {},
    Key: { urlEncoded: "form" },
    ETag: { required: true },
    HashCrc64ecma: { in: "header", name: "x-oss-hash-crc64ecma" },
    VersionId: { in: "header", name: "x-oss-version-id" },
    ServerSideEncryption: { in: "header", name: "x-oss-server-side-encryption" },
    ServerSideDataEncryption: { in: "header", name: "x-oss-server-side-data-encryption" },
    ServerSideEncryptionKeyId: { in: "header", name: "x-oss-server-side-encryption-key-id" },
  },
  xml: xmlCodec,
  requestRoot: "CompleteMultipartUpload",
  responseRoot: "CompleteMultipartUploadResult",
  errorIn200: true,
};

/** Makes the object of an upload's parts. OSS `CompleteMultipartUpload`. @public */
export class CompleteMultipartUploadCommand extends Command<
  CompleteMultipartUploadInput,
  CompleteMultipartUploadOutput
> {
  constructor(input: CompleteMultipartUploadInput) {
    super(_CompleteMultipartUpload, input);
  }
}
