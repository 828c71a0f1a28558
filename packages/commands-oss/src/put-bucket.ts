import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation } from "@cosmoss/types";

/** Input of {@link PutBucketCommand}. @public */
export interface PutBucketInput {
  Bucket: string;
  /** `private` (default), `public-read` or `public-read-write`. */
  Acl?: string;
  ResourceGroupId?: string;
  /** `Standard` (default), `IA`, `Archive`, `ColdArchive` or `DeepColdArchive`. */
  StorageClass?: string;
  /** `LRS` (default) or `ZRS`. */
  DataRedundancyType?: string;
}

/** Output of {@link PutBucketCommand}. @public */
export interface PutBucketOutput {
  /** `/` and the bucket's name. */
  Location?: string;
}

/** @internal */
export const _PutBucket: Operation<PutBucketInput, PutBucketOutput> = {
  name: "PutBucket",
  http: ["PUT", "bucket"],
  input: {
    Bucket: { in: "bucket", required: true },
    Acl: { in: "header", name: "x-oss-acl" },
    ResourceGroupId: { in: "header", name: "x-oss-resource-group-id" },
    StorageClass: {},
    DataRedundancyType: {},
  },
  output: {
    Location: { in: "header", name: "location" },
  },
  xml: xmlCodec,
  requestRoot: "CreateBucketConfiguration",
};

/** Creates a bucket. OSS `PutBucket`. @public */
export class PutBucketCommand extends Command<PutBucketInput, PutBucketOutput> {
  constructor(input: PutBucketInput) {
    super(_PutBucket, input);
  }
}
