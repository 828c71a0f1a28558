import { Command, writePayload } from "@cosmoss/core";
import type { BodyInput, Operation } from "@cosmoss/types";

/** Input of {@link UploadPartCommand}. @public */
export interface UploadPartInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  Key: string;
  UploadId: string;
  /** 1 to 10,000. */
  PartNumber: number;
  /** 1 MB to 5 GB, the last part any size. */
  Body?: BodyInput;
  /** Bytes of a streamed `Body`, so that a source that breaks off is noticed; other bodies tell it themselves. */
  ContentLength?: number;
  /** MD5 of the body in base64; the service refuses another body with `InvalidDigest`. */
  ContentMD5?: string;
  /** `AES256`: encrypt with the key below. */
  SSECustomerAlgorithm?: string;
  /** A 256-bit key in base64. */
  SSECustomerKey?: string;
  /** MD5 of the key in base64. */
  SSECustomerKeyMD5?: string;
  /** Bits per second, 819,200 to 838,860,800. */
  TrafficLimit?: number;
}

/** Output of {@link UploadPartCommand}. @public */
export interface UploadPartOutput {
  /** Quoted. */
  ETag: string;
  /** CRC-64/ECMA-182 of what was stored, a decimal number; compared with what was sent. */
  HashCrc64ecma?: string;
  ServerSideEncryption?: string;
  SSEKMSKeyId?: string;
  SSEContext?: string;
  SSECustomerAlgorithm?: string;
  SSECustomerKeyMD5?: string;
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
    SSECustomerAlgorithm: { in: "header", name: "x-cos-server-side-encryption-customer-algorithm" },
    SSECustomerKey: { in: "header", name: "x-cos-server-side-encryption-customer-key", sensitive: true },
    SSECustomerKeyMD5: { in: "header", name: "x-cos-server-side-encryption-customer-key-md5" },
    TrafficLimit: { in: "header", name: "x-cos-traffic-limit", type: "int", min: 819200, max: 838860800 },
  },
  output: {
    ETag: { in: "header", name: "etag", required: true },
    HashCrc64ecma: { in: "header", name: "x-cos-hash-crc64ecma" },
    ServerSideEncryption: { in: "header", name: "x-cos-server-side-encryption" },
    SSEKMSKeyId: { in: "header", name: "x-cos-server-side-encryption-cos-kms-key-id" },
    SSEContext: { in: "header", name: "x-cos-server-side-encryption-context" },
    SSECustomerAlgorithm: { in: "header", name: "x-cos-server-side-encryption-customer-algorithm" },
    SSECustomerKeyMD5: { in: "header", name: "x-cos-server-side-encryption-customer-key-md5" },
  },
  upload: writePayload,
};

/** Uploads a part; one with the same number is replaced. COS `Upload Part`. @public */
export class UploadPartCommand extends Command<UploadPartInput, UploadPartOutput> {
  constructor(input: UploadPartInput) {
    super(_UploadPart, input);
  }
}
