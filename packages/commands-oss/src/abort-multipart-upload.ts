import { Command } from "@cosmoss/core";
import type { Operation } from "@cosmoss/types";

/** Input of {@link AbortMultipartUploadCommand}. @public */
export interface AbortMultipartUploadInput {
  Bucket: string;
  Key: string;
  UploadId: string;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** Output of {@link AbortMultipartUploadCommand}. @public */
export interface AbortMultipartUploadOutput {}

/** @internal */
export const _AbortMultipartUpload: Operation<AbortMultipartUploadInput, AbortMultipartUploadOutput> = {
  name: "AbortMultipartUpload",
  http: ["DELETE", "object"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    UploadId: { in: "query", name: "uploadId", required: true },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {},
};

/** Ends an upload and drops its parts. OSS `AbortMultipartUpload`. @public */
export class AbortMultipartUploadCommand extends Command<AbortMultipartUploadInput, AbortMultipartUploadOutput> {
  constructor(input: AbortMultipartUploadInput) {
    super(_AbortMultipartUpload, input);
  }
}
