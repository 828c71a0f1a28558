import { Command, writePayload } from "@cosmoss/core";
import type { BodyInput, Operation } from "@cosmoss/types";

/** Input of {@link UploadPartCommand}. @public */
export interface UploadPartInput {
  Bucket: string;
  Key: string;
  UploadId: string;
  /** 1 to 10,000. */
  PartNumber: number;
  /** 100 KiB to 5 GB, the last part any size. */
  Body?: BodyInput;
  /** Bytes of a streamed `Body`, so that a source that breaks off is noticed; other bodies tell it themselves. */
  ContentLength?: number;
  /** MD5 of the body in base64; the service refuses another body with `InvalidDigest`. */
  ContentMD5?: string;
  /** Bits per second, 245,760 to 838,860,800. */
  TrafficLimit?: number;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** Output of {@link UploadPartCommand}. @public */
export interface UploadPartOutput {
  /** Quoted. */
  ETag: string;
  ContentMD5?: string;
  /** CRC-64/ECMA-182 of what was stored, a decimal number; compared with what was sent. */
  HashCrc64ecma?: string;
  ServerSideEncryption?: string;
  ServerSideDataEncryption?: string;
  ServerSideEncryptionKeyId?: string;
}

/** @internal */
export const _UploadPart: Operation<UploadPartInput, UploadPartOutput> = {
  name: "UploadPart",
  http: ["PUT", "object"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    UploadId: { in: "query", name: "uploadId", required: true },
    PartNumber: { in: "query", name: "partNumber", type: "int", min: 1, max: 10000, required: true },
    Body: { in: "payload", type: "bytes" },
    ContentLength: { in: "header", name: "content-length", type: "int" },
    ContentMD5: { in: "header", name: "content-md5" },
    TrafficLimit: { in: "header", name: "x-oss-traffic-limit", type: "int", min: 245760, max: 838860800 },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {
    ETag: { in: "header", name: "etag", required: true },
    ContentMD5: { in: "header", name: "content-md5" },
    HashCrc64ecma: { in: "header", name: "x-oss-hash-crc64ecma" },
    ServerSideEncryption: { in: "header", name: "x-oss-server-side-encryption" },
    ServerSideDataEncryption: { in: "header", name: "x-oss-server-side-data-encryption" },
    ServerSideEncryptionKeyId: { in: "header", name: "x-oss-server-side-encryption-key-id" },
  },
  upload: writePayload,
};

/** Uploads a part; one with the same number is replaced. OSS `UploadPart`. @public */
export class UploadPartCommand extends Command<UploadPartInput, UploadPartOutput> {
  constructor(input: UploadPartInput) {
    super(_UploadPart, input);
  }
}
