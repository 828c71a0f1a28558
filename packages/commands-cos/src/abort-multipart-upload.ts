import { Command } from "@cosmoss/core";
import type { Operation } from "@cosmoss/types";

/** Input of {@link AbortMultipartUploadCommand}. @public */
export interface AbortMultipartUploadInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  Key: string;
  UploadId: string;
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
  },
  output: {},
};

/** Ends an upload and drops its parts. COS `Abort Multipart Upload`. @public */
export class AbortMultipartUploadCommand extends Command<AbortMultipartUploadInput, AbortMultipartUploadOutput> {
  constructor(input: AbortMultipartUploadInput) {
    super(_AbortMultipartUpload, input);
  }
}
