import { Command } from "@cosmoss/core";
import type { Operation } from "@cosmoss/types";

/** Input of {@link DeleteObjectCommand}. @public */
export interface DeleteObjectInput {
  Bucket: string;
  Key: string;
  VersionId?: string;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** Output of {@link DeleteObjectCommand}. @public */
export interface DeleteObjectOutput {
  /** `true`: the bucket has versions, and a marker was put over them. */
  DeleteMarker?: boolean;
  VersionId?: string;
}

/** @internal */
export const _DeleteObject: Operation<DeleteObjectInput, DeleteObjectOutput> = {
  name: "DeleteObject",
  http: ["DELETE", "object"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    VersionId: { in: "query", name: "versionId" },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {
    DeleteMarker: { in: "header", name: "x-oss-delete-marker", type: "bool" },
    VersionId: { in: "header", name: "x-oss-version-id" },
  },
};

/** Deletes an object; a key that does not exist is no error. OSS `DeleteObject`. @public */
export class DeleteObjectCommand extends Command<DeleteObjectInput, DeleteObjectOutput> {
  constructor(input: DeleteObjectInput) {
    super(_DeleteObject, input);
  }
}
