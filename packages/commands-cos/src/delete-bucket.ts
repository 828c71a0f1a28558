import { Command } from "@cosmoss/core";
import type { Operation } from "@cosmoss/types";

/** Input of {@link DeleteBucketCommand}. @public */
export interface DeleteBucketInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
}

/** Output of {@link DeleteBucketCommand}. @public */
export interface DeleteBucketOutput {}

/** @internal */
export const _DeleteBucket: Operation<DeleteBucketInput, DeleteBucketOutput> = {
  name: "DeleteBucket",
  http: ["DELETE", "bucket"],
  input: {
    Bucket: { in: "bucket", required: true },
  },
  output: {},
};

/** Deletes an empty bucket; `BucketNotEmpty` while it holds objects, versions or unfinished uploads. COS `DELETE Bucket`. @public */
export class DeleteBucketCommand extends Command<DeleteBucketInput, DeleteBucketOutput> {
  constructor(input: DeleteBucketInput) {
    super(_DeleteBucket, input);
  }
}
