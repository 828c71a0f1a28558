import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation, Shape } from "@cosmoss/types";
import { _Owner, type Owner } from "./owner.ts";

/** Input of {@link ListObjectsV2Command}. @public */
export interface ListObjectsV2Input {
  Bucket: string;
  /** Only keys that begin with this. */
  Prefix?: string;
  /** Folds keys that have this after the prefix into one common prefix; mostly `/`. */
  Delimiter?: string;
  /** Only keys after this one. Ignored with `ContinuationToken`. */
  StartAfter?: string;
  /** From the page before. */
  ContinuationToken?: string;
  /** 1 to 1,000; default 100. Counts keys and common prefixes together. */
  MaxKeys?: number;
  /** Default `false`: no `Owner`. */
  FetchOwner?: boolean;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** One listed object. @public */
export interface ObjectSummary {
  Key: string;
  LastModified: Date;
  /** Quoted. */
  ETag: string;
  /** `Normal`, `Multipart`, `Appendable` or `Symlink`. */
  Type?: string;
  /** Bytes. */
  Size: number;
  StorageClass?: string;
  Owner?: Owner;
  RestoreInfo?: string;
  TransitionTime?: Date;
}

/** Keys folded by a delimiter. @public */
export interface CommonPrefix {
  /** Through the delimiter. */
  Prefix: string;
}

/** Output of {@link ListObjectsV2Command}. @public */
export interface ListObjectsV2Output {
  Name?: string;
  Prefix?: string;
  Delimiter?: string;
  StartAfter?: string;
  MaxKeys?: number;
  /** Objects and common prefixes of this page. */
  KeyCount?: number;
  /** `true`: go on with `NextContinuationToken`. */
  IsTruncated?: boolean;
  ContinuationToken?: string;
  NextContinuationToken?: string;
  /** In the order of their UTF-8 bytes. */
  Contents: ObjectSummary[];
  CommonPrefixes: CommonPrefix[];
}

/** @internal */
export const _ObjectSummary: Shape<ObjectSummary> = {
  Key: { required: true, urlEncoded: "form" },
  LastModified: { type: "iso-date", required: true },
  ETag: { required: true },
  Type: {},
  Size: { type: "int", required: true },
  StorageClass: {},
  Owner: { struct: () => _Owner },
  RestoreInfo: {},
  TransitionTime: { type: "iso-date" },
};

/** @internal */
export const _CommonPrefix: Shape<CommonPrefix> = { Prefix: { required: true, urlEncoded: "form" } };

/** @internal */
export const _ListObjectsV2: Operation<ListObjectsV2Input, ListObjectsV2Output> = {
  name: "ListObjectsV2",
  http: ["GET", "bucket", "list-type=2&encoding-type=url"],
  input: {
    Bucket: { in: "bucket", required: true },
    Prefix: { in: "query", name: "prefix" },
    Delimiter: { in: "query", name: "delimiter" },
    StartAfter: { in: "query", name: "start-after" },
    ContinuationToken: { in: "query", name: "continuation-token" },
    MaxKeys: { in: "query", name: "max-keys", type: "int", min: 1, max: 1000 },
    FetchOwner: { in: "query", name: "fetch-owner", type: "bool" },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {
    Name: {},
    Prefix: { urlEncoded: "form" },
    Delimiter: { urlEncoded: "form" },
    StartAfter: { urlEncoded: "form" },
    MaxKeys: { type: "int" },
    KeyCount: { type: "int" },
    IsTruncated: { type: "bool" },
    ContinuationToken: { urlEncoded: "form" },
    NextContinuationToken: { urlEncoded: "form" },
    Contents: { list: { struct: () => _ObjectSummary }, required: true },
    CommonPrefixes: { list: { struct: () => _CommonPrefix }, required: true },
  },
  xml: xmlCodec,
  responseRoot: "ListBucketResult",
  page: { next: [["ContinuationToken", "NextContinuationToken"]], more: "IsTruncated", items: "Contents" },
};

/** Lists objects, a page at a time. OSS `ListObjectsV2` (`GetBucketV2`). @public */
export class ListObjectsV2Command extends Command<ListObjectsV2Input, ListObjectsV2Output> {
  constructor(input: ListObjectsV2Input) {
    super(_ListObjectsV2, input);
  }
}
