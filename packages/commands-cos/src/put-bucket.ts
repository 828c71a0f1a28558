import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation } from "@cosmoss/types";

/** Input of {@link PutBucketCommand}. @public */
export interface PutBucketInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  /** `private` (default), `public-read`, `public-read-write` or `authenticated-read`. */
  ACL?: string;
  /** As `id="100000000001"`, several separated by commas. */
  GrantRead?: string;
  GrantWrite?: string;
  GrantReadACP?: string;
  GrantWriteACP?: string;
  GrantFullControl?: string;
  /** At most 50 tags. */
  Tagging?: Record<string, string>;
  /** `MAZ`: several availability zones. */
  BucketAZConfig?: string;
  /** `OFS`: metadata acceleration. */
  BucketArchConfig?: string;
  BucketStorageClass?: string;
}

/** Output of {@link PutBucketCommand}. @public */
export interface PutBucketOutput {
  Location?: string;
}

/** @internal */
export const _PutBucket: Operation<PutBucketInput, PutBucketOutput> = {
  name: "PutBucket",
  http: ["PUT", "bucket"],
  input: {
    Bucket: { in: "bucket", required: true },
    ACL: { in: "header", name: "x-cos-acl" },
    GrantRead: { in: "header", name: "x-cos-grant-read" },
    GrantWrite: { in: "header", name: "x-cos-grant-write" },
    GrantReadACP: { in: "header", name: "x-cos-grant-read-acp" },
    GrantWriteACP: { in: "header", name: "x-cos-grant-write-acp" },
    GrantFullControl: { in: "header", name: "x-cos-grant-full-control" },
    Tagging: { in: "header", name: "x-cos-tagging", type: "form" },
    BucketAZConfig: {},
    BucketArchConfig: {},
    BucketStorageClass: {},
  },
  output: {
    Location: { in: "header", name: "location" },
  },
  xml: xmlCodec,
  requestRoot: "CreateBucketConfiguration",
};

/** Creates a bucket. COS `PUT Bucket`. @public */
export class PutBucketCommand extends Command<PutBucketInput, PutBucketOutput> {
  constructor(input: PutBucketInput) {
    super(_PutBucket, input);
  }
}
