import { Command } from "@cosmoss/core";
import type { Operation } from "@cosmoss/types";

/** Input of {@link DeleteObjectCommand}. @public */
export interface DeleteObjectInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  Key: string;
  VersionId?: string;
  /** Serial number and code, for a bucket with MFA deletion. */
  MFA?: string;
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
    MFA: { in: "header", name: "x-cos-mfa", sensitive: true },
  },
  output: {
    DeleteMarker: { in: "header", name: "x-cos-delete-marker", type: "bool" },
    VersionId: { in: "header", name: "x-cos-version-id" },
  },
};

/** Deletes an object; a key that does not exist is no error. COS `DELETE Object`. @public */
export class DeleteObjectCommand extends Command<DeleteObjectInput, DeleteObjectOutput> {
  constructor(input: DeleteObjectInput) {
    super(_DeleteObject, input);
  }
}
