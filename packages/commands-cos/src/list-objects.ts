import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation, Shape } from "@cosmoss/types";
import { _Owner, type Owner } from "./owner.ts";

/** Input of {@link ListObjectsCommand}. @public */
export interface ListObjectsInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  /** Only keys that begin with this. */
  Prefix?: string;
  /** Folds keys that have this after the prefix into one common prefix; mostly `/`. */
  Delimiter?: string;
  /** Only keys and common prefixes after this one. */
  Marker?: string;
  /** 0 to 1,000; default 1,000. Counts keys and common prefixes together. */
  MaxKeys?: number;
}

/** One listed object. @public */
export interface ObjectSummary {
  Key: string;
  LastModified: Date;
  /** Quoted. */
  ETag: string;
  /** Bytes. */
  Size: number;
  StorageClass?: string;
  StorageTier?: string;
  RestoreStatus?: string;
  Owner?: Owner;
}

/** Keys folded by a delimiter. @public */
export interface CommonPrefix {
  /** Through the delimiter. */
  Prefix: string;
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
  /** Region id. */
  BucketRegion?: string;
}

/** @internal */
export const _ObjectSummary: Shape<ObjectSummary> = {
  Key: { urlEncoded: "percent", required: true },
  LastModified: { type: "iso-date", required: true },
  ETag: { required: true },
  Size: { type: "int", required: true },
  StorageClass: {},
  StorageTier: {},
  RestoreStatus: {},
  Owner: { struct: () => _Owner },
};

/** @internal */
export const _CommonPrefix: Shape<CommonPrefix> = {
  Prefix: { urlEncoded: "percent", required: true },
};

/** @internal */
export const _ListObjects: Operation<ListObjectsInput, ListObjectsOutput> = {
  name: "ListObjects",
  http: ["GET", "bucket", "encoding-type=url"],
  input: {
    Bucket: { in: "bucket", required: true },
    Prefix: { in: "query", name: "prefix" },
    Delimiter: { in: "query", name: "delimiter" },
    Marker: { in: "query", name: "marker" },
    MaxKeys: { in: "query", name: "max-keys", type: "int", min: 0, max: 1000 },
  },
  output: {
    Name: {},
    Prefix: { urlEncoded: "percent" },
    Delimiter: { urlEncoded: "percent" },
    Marker: { urlEncoded: "percent" },
    MaxKeys: { type: "int" },
    IsTruncated: { type: "bool" },
    NextMarker: { urlEncoded: "percent" },
    Contents: { list: { struct: () => _ObjectSummary }, required: true },
    CommonPrefixes: { list: { struct: () => _CommonPrefix }, required: true },
    BucketRegion: { in: "header", name: "x-cos-bucket-region" },
  },
  xml: xmlCodec,
  responseRoot: "ListBucketResult",
  page: { next: [["Marker", "NextMarker"]], more: "IsTruncated", items: "Contents" },
};

/** Lists objects, a page at a time. COS `GET Bucket (List Objects)`. @public */
export class ListObjectsCommand extends Command<ListObjectsInput, ListObjectsOutput> {
  constructor(input: ListObjectsInput) {
    super(_ListObjects, input);
  }
}
