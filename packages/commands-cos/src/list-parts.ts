import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation, Shape } from "@cosmoss/types";
import { _Owner, type Owner } from "./owner.ts";

/** Input of {@link ListPartsCommand}. @public */
export interface ListPartsInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  Key: string;
  UploadId: string;
  /** 1 to 1,000; default 1,000. */
  MaxParts?: number;
  /** Only parts after this one. */
  PartNumberMarker?: number;
}

/** One uploaded part. @public */
export interface UploadedPart {
  PartNumber: number;
  LastModified: Date;
  /** Quoted. */
  ETag: string;
  /** Bytes. */
  Size: number;
}

/** Output of {@link ListPartsCommand}. @public */
export interface ListPartsOutput {
  Bucket?: string;
  Key?: string;
  UploadId?: string;
  StorageClass?: string;
  PartNumberMarker?: number;
  NextPartNumberMarker?: number;
  MaxParts?: number;
  /** `true`: go on with `NextPartNumberMarker`. */
  IsTruncated?: boolean;
  Owner?: Owner;
  Initiator?: Owner;
  /** By number. */
  Parts: UploadedPart[];
}

const UploadedPartShape: Shape<UploadedPart> = {
  PartNumber: { type: "int", required: true },
  LastModified: { type: "iso-date", required: true },
  ETag: { required: true },
  Size: { type: "int", required: true },
};

/** @internal */
export const _ListParts: Operation<ListPartsInput, ListPartsOutput> = {
  name: "ListParts",
  http: ["GET", "object", "encoding-type=url"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    UploadId: { in: "query", name: "uploadId", required: true },
    MaxParts: { in: "query", name: "max-parts", type: "int", min: 1, max: 1000 },
    PartNumberMarker: { in: "query", name: "part-number-marker", type: "int", min: 0 },
  },
  output: {
    Bucket: {},
    Key: { urlEncoded: "percent" },
    UploadId: {},
    StorageClass: {},
    PartNumberMarker: { type: "int" },
    NextPartNumberMarker: { type: "int" },
    MaxParts: { type: "int" },
    IsTruncated: { type: "bool" },
    Owner: { struct: () => _Owner },
    Initiator: { struct: () => _Owner },
    Parts: { name: "Part", list: { struct: () => UploadedPartShape }, required: true },
  },
  xml: xmlCodec,
  responseRoot: "ListPartsResult",
  page: { next: [["PartNumberMarker", "NextPartNumberMarker"]], more: "IsTruncated", items: "Parts" },
};

/** Lists the parts of an upload, a page at a time. COS `List Parts`. @public */
export class ListPartsCommand extends Command<ListPartsInput, ListPartsOutput> {
  constructor(input: ListPartsInput) {
    super(_ListParts, input);
  }
}
