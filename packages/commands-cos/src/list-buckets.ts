import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation, Shape } from "@cosmoss/types";
import { _Owner, type Owner } from "./owner.ts";

/** Input of {@link ListBucketsCommand}. @public */
export interface ListBucketsInput {
  /** Only buckets of this region. */
  Region?: string;
  /** Only buckets with this tag. */
  TagKey?: string;
  /** With `TagKey`: and this value. */
  TagValue?: string;
  /** Unix seconds; with `CreateRange`. */
  CreateTime?: number;
  /** `lt`, `lte`, `gt` or `gte` the `CreateTime`. */
  CreateRange?: string;
  /** Only buckets after this one. */
  Marker?: string;
  /** 1 to 2,000; default 2,000. */
  MaxKeys?: number;
}

/** One listed bucket. @public */
export interface BucketSummary {
  /** With the AppID. */
  Name: string;
  /** Region id. */
  Location: string;
  CreationDate: Date;
  BucketType?: string;
}

/** Output of {@link ListBucketsCommand}. @public */
export interface ListBucketsOutput {
  Marker?: string;
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
  BucketType: {},
};

/** @internal */
export const _ListBuckets: Operation<ListBucketsInput, ListBucketsOutput> = {
  name: "ListBuckets",
  http: ["GET", "service"],
  input: {
    Region: { in: "query", name: "region" },
    TagKey: { in: "query", name: "tagkey" },
    TagValue: { in: "query", name: "tagvalue" },
    CreateTime: { in: "query", name: "create-time", type: "int", min: 0 },
    CreateRange: { in: "query", name: "range" },
    Marker: { in: "query", name: "marker" },
    MaxKeys: { in: "query", name: "max-keys", type: "int", min: 1, max: 2000 },
  },
  output: {
    Marker: {},
    IsTruncated: { type: "bool" },
    NextMarker: {},
    Owner: { struct: () => _Owner },
    Buckets: { list: { struct: () => BucketSummaryShape }, item: "Bucket", required: true },
  },
  xml: xmlCodec,
  responseRoot: "ListAllMyBucketsResult",
  page: { next: [["Marker", "NextMarker"]], more: "IsTruncated", items: "Buckets" },
};

/** Lists the buckets of the account. COS `GET Service`. @public */
export class ListBucketsCommand extends Command<ListBucketsInput, ListBucketsOutput> {
  constructor(input: ListBucketsInput = {}) {
    super(_ListBuckets, input);
  }
}
