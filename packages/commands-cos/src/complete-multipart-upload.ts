import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation, Shape } from "@cosmoss/types";

/** Input of {@link CompleteMultipartUploadCommand}. @public */
export interface CompleteMultipartUploadInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  Key: string;
  UploadId: string;
  /** Ascending by number. Every part but the last has at least 1 MB. Uploaded parts that are not here are dropped. */
  Parts: CompletedPart[];
  /** `true`: refuse with `FileAlreadyExists` when the key exists. */
  ForbidOverwrite?: boolean;
  /** User metadata, at most 2 KB in all. Names are stored in lower case. */
  Metadata?: Record<string, string>;
}

/** A part as it becomes part of the object. @public */
export interface CompletedPart {
  /** 1 to 10,000. */
  PartNumber: number;
  /** As `UploadPartCommand` gave it. */
  ETag: string;
}

/** Output of {@link CompleteMultipartUploadCommand}. @public */
export interface CompleteMultipartUploadOutput {
  /** Host and key, without a scheme. */
  Location?: string;
  Bucket?: string;
  Key?: string;
  /** Quoted, not an MD5: `"…-N"`. */
  ETag: string;
  /** CRC-64/ECMA-182 of the whole object, a decimal number; mostly only `HeadObjectCommand` tells it. */
  HashCrc64ecma?: string;
  VersionId?: string;
  ServerSideEncryption?: string;
  SSEKMSKeyId?: string;
  SSEContext?: string;
  SSECustomerAlgorithm?: string;
  SSECustomerKeyMD5?: string;
}

const CompletedPartShape: Shape<CompletedPart> = {
  PartNumber: { type: "int", min: 1, max: 10000, required: true },
  ETag: { required: true },
};

/** @internal */
export const _CompleteMultipartUpload: Operation<CompleteMultipartUploadInput, CompleteMultipartUploadOutput> = {
  name: "CompleteMultipartUpload",
  http: ["POST", "object"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    UploadId: { in: "query", name: "uploadId", required: true },
    Parts: { name: "Part", list: { struct: () => CompletedPartShape }, required: true },
    ForbidOverwrite: { in: "header", name: "x-cos-forbid-overwrite", type: "bool" },
    Metadata: { in: "headers", name: "x-cos-meta-" },
  },
  output: {
    Location: {},
    Bucket: {},
    Key: {},
    ETag: { required: true },
    HashCrc64ecma: { in: "header", name: "x-cos-hash-crc64ecma" },
    VersionId: { in: "header", name: "x-cos-version-id" },
    ServerSideEncryption: { in: "header", name: "x-cos-server-side-encryption" },
    SSEKMSKeyId: { in: "header", name: "x-cos-server-side-encryption-cos-kms-key-id" },
    SSEContext: { in: "header", name: "x-cos-server-side-encryption-context" },
    SSECustomerAlgorithm: { in: "header", name: "x-cos-server-side-encryption-customer-algorithm" },
    SSECustomerKeyMD5: { in: "header", name: "x-cos-server-side-encryption-customer-key-md5" },
  },
  xml: xmlCodec,
  requestRoot: "CompleteMultipartUpload",
  responseRoot: "CompleteMultipartUploadResult",
  errorIn200: true,
};

/** Makes the object of an upload's parts. COS `Complete Multipart Upload`. @public */
export class CompleteMultipartUploadCommand extends Command<
  CompleteMultipartUploadInput,
  CompleteMultipartUploadOutput
> {
  constructor(input: CompleteMultipartUploadInput) {
    super(_CompleteMultipartUpload, input);
  }
}
