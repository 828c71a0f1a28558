import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation } from "@cosmoss/types";
import { _CommonPrefix, type CommonPrefix, _ObjectSummary, type ObjectSummary } from "./list-objects-v2.ts";

/** Input of {@link ListObjectsCommand}. @public */
export interface ListObjectsInput {
  Bucket: string;
  /** Only keys that begin with this. */
  Prefix?: string;
  /** Folds keys that have this after the prefix into one common prefix; mostly `/`. */
  Delimiter?: string;
  /** Only keys and common prefixes after this one. */
  Marker?: string;
  /** 1 to 1,000; default 100. Counts keys and common prefixes together. */
  MaxKeys?: number;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** Output of {@link ListObjectsCommand}. @public */
export interface ListObjectsOutput {
  Name?: string;
  Prefix?: string;
  Delimiter?: string;
  Marker?: string;
  MaxKeys?: number;
  /** `true`: go on with `NextMarker`. */
  IsTruncated?: boolean;
  /** The last key or common prefix of this page. */
  NextMarker?: string;
  /** In the order of their UTF-8 bytes. */
  Contents: ObjectSummary[];
  CommonPrefixes: CommonPrefix[];
}

/** @internal */
export const _ListObjects: Operation<ListObjectsInput, ListObjectsOutput> = {
  name: "ListObjects",
  http: ["GET", "bucket", "encoding-type=url"],
  input: {
    Bucket: { in: "bucket", required: true },
    Prefix: { in: "query", name: "prefix" },
    Delimiter: { in: "query", name: "delimiter" },
    Marker: { in: "query", name: "marker" },
    MaxKeys: { in: "query", name: "max-keys", type: "int", min: 1, max: 1000 },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {
    Name: {},
    Prefix: { urlEncoded: "form" },
    Delimiter: { urlEncoded: "form" },
    Marker: { urlEncoded: "form" },
    MaxKeys: { type: "int" },
    IsTruncated: { type: "bool" },
    NextMarker: { urlEncoded: "form" },
    Contents: { list: { struct: () => _ObjectSummary }, required: true },
    CommonPrefixes: { list: { struct: () => _CommonPrefix }, required: true },
  },
  xml: xmlCodec,
  responseRoot: "ListBucketResult",
  page: { next: [["Marker", "NextMarker"]], more: "IsTruncated", items: "Contents" },
};

/** Lists objects, a page at a time; prefer `ListObjectsV2Command`. OSS `ListObjects` (`GetBucket`). @public */
export class ListObjectsCommand extends Command<ListObjectsInput, ListObjectsOutput> {
  constructor(input: ListObjectsInput) {
    super(_ListObjects, input);
  }
}
