import { Command } from "@cosmoss/core";
import type { Operation } from "@cosmoss/types";

/** Input of {@link HeadBucketCommand}. @public */
export interface HeadBucketInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
}

/** Output of {@link HeadBucketCommand}. @public */
export interface HeadBucketOutput {
  BucketRegion?: string;
  /** `MAZ` where it applies. */
  BucketAZType?: string;
  /** `OFS` where it applies. */
  BucketArch?: string;
}

/** @internal */
export const _HeadBucket: Operation<HeadBucketInput, HeadBucketOutput> = {
  name: "HeadBucket",
  http: ["HEAD", "bucket"],
  input: {
    Bucket: { in: "bucket", required: true },
  },
  output: {
    BucketRegion: { in: "header", name: "x-cos-bucket-region" },
    BucketAZType: { in: "header", name: "x-cos-bucket-az-type" },
    BucketArch: { in: "header", name: "x-cos-bucket-arch" },
  },
};

/** Tells whether a bucket exists and may be read: a `ServiceError` with the status 404 or 403 otherwise. COS `HEAD Bucket`. @public */
export class HeadBucketCommand extends Command<HeadBucketInput, HeadBucketOutput> {
  constructor(input: HeadBucketInput) {
    super(_HeadBucket, input);
  }
}
