import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation, Shape } from "@cosmoss/types";
import { _Owner, type Owner } from "./owner.ts";

/** Input of {@link ListBucketsCommand}. @public */
export interface ListBucketsInput {
  /** Only names that begin with this. */
  Prefix?: string;
  /** Only buckets after this one. */
  Marker?: string;
  /** 1 to 1,000; default 100. */
  MaxKeys?: number;
  /** Only buckets with this tag. */
  TagKey?: string;
  /** With `TagKey`: and this value. */
  TagValue?: string;
  /** Only buckets of this resource group. */
  ResourceGroupId?: string;
}

/** One listed bucket. @public */
export interface BucketSummary {
  Name: string;
  /** As `oss-cn-hangzhou`. */
  Location: string;
  CreationDate: Date;
  /** As `cn-hangzhou`. */
  Region?: string;
  StorageClass?: string;
  ExtranetEndpoint?: string;
  IntranetEndpoint?: string;
  ResourceGroupId?: string;
}

/** Output of {@link ListBucketsCommand}. @public */
export interface ListBucketsOutput {
  Prefix?: string;
  Marker?: string;
  MaxKeys?: number;
  /** `true`: go on with `NextMarker`. */
  IsTruncated?: boolean;
  NextMarker?: string;
  Owner?: Owner;
  /** By name. */
  Buckets: BucketSummary[];
}

const BucketSummaryShape: Shape<BucketSummary> = {
  Name: { required: true },
  Location: { required: true },
  CreationDate: { type: "iso-date", required: true },
  Region: {},
  StorageClass: {},
  ExtranetEndpoint: {},
  IntranetEndpoint: {},
  ResourceGroupId: {},
};

/** @internal */
export const _ListBuckets: Operation<ListBucketsInput, ListBucketsOutput> = {
  name: "ListBuckets",
  http: ["GET", "service"],
  input: {
    Prefix: { in: "query", name: "prefix" },
    Marker: { in: "query", name: "marker" },
    MaxKeys: { in: "query", name: "max-keys", type: "int", min: 1, max: 1000 },
    TagKey: { in: "query", name: "tag-key" },
    TagValue: { in: "query", name: "tag-value" },
    ResourceGroupId: { in: "header", name: "x-oss-resource-group-id" },
  },
  output: {
    Prefix: {},
    Marker: {},
    MaxKeys: { type: "int" },
    IsTruncated: { type: "bool" },
    NextMarker: {},
    Owner: { struct: () => _Owner },
    Buckets: { list: { struct: () => BucketSummaryShape }, item: "Bucket", required: true },
  },
  xml: xmlCodec,
  responseRoot: "ListAllMyBucketsResult",
  page: { next: [["Marker", "NextMarker"]], more: "IsTruncated", items: "Buckets" },
};

/** Lists the buckets of the account. OSS `ListBuckets` (`GetService`). @public */
export class ListBucketsCommand extends Command<ListBucketsInput, ListBucketsOutput> {
  constructor(input: ListBucketsInput = {}) {
    super(_ListBuckets, input);
  }
}
