import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation, Shape } from "@cosmoss/types";
import { _CommonPrefix, type CommonPrefix } from "./list-objects-v2.ts";

/** Input of {@link ListMultipartUploadsCommand}. @public */
export interface ListMultipartUploadsInput {
  Bucket: string;
  /** Only keys that begin with this. */
  Prefix?: string;
  /** Folds keys that have this after the prefix into one common prefix; mostly `/`. */
  Delimiter?: string;
  /** Only uploads of keys after this one; with `UploadIdMarker` also later uploads of this very key. */
  KeyMarker?: string;
  UploadIdMarker?: string;
  /** 1 to 1,000; default 1,000. */
  MaxUploads?: number;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** One unfinished upload. @public */
export interface MultipartUpload {
  Key: string;
  UploadId: string;
  StorageClass?: string;
  Initiated: Date;
}

/** Output of {@link ListMultipartUploadsCommand}. @public */
export interface ListMultipartUploadsOutput {
  Bucket?: string;
  Prefix?: string;
  Delimiter?: string;
  KeyMarker?: string;
  UploadIdMarker?: string;
  NextKeyMarker?: string;
  NextUploadIdMarker?: string;
  MaxUploads?: number;
  /** `true`: go on with both markers. */
  IsTruncated?: boolean;
  /** By key, then by upload id. */
  Uploads: MultipartUpload[];
  CommonPrefixes: CommonPrefix[];
}

const MultipartUploadShape: Shape<MultipartUpload> = {
  Key: { urlEncoded: "form", required: true },
  UploadId: { required: true },
  StorageClass: {},
  Initiated: { type: "iso-date", required: true },
};

/** @internal */
export const _ListMultipartUploads: Operation<ListMultipartUploadsInput, ListMultipartUploadsOutput> = {
  name: "ListMultipartUploads",
  http: ["GET", "bucket", "uploads&encoding-type=url"],
  input: {
    Bucket: { in: "bucket", required: true },
    Prefix: { in: "query", name: "prefix" },
    Delimiter: { in: "query", name: "delimiter" },
    KeyMarker: { in: "query", name: "key-marker" },
    UploadIdMarker: { in: "query", name: "upload-id-marker" },
    MaxUploads: { in: "query", name: "max-uploads", type: "int", min: 1, max: 1000 },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {
    Bucket: {},
    Prefix: { urlEncoded: "form" },
    Delimiter: { urlEncoded: "form" },
    KeyMarker: { urlEncoded: "form" },
    UploadIdMarker: {},
    NextKeyMarker: { urlEncoded: "form" },
    NextUploadIdMarker: {},
    MaxUploads: { type: "int" },
    IsTruncated: { type: "bool" },
    Uploads: { name: "Upload", list: { struct: () => MultipartUploadShape }, required: true },
    CommonPrefixes: { list: { struct: () => _CommonPrefix }, required: true },
  },
  xml: xmlCodec,
  responseRoot: "ListMultipartUploadsResult",
  page: {
    next: [
      ["KeyMarker", "NextKeyMarker"],
      ["UploadIdMarker", "NextUploadIdMarker"],
    ],
    more: "IsTruncated",
    items: "Uploads",
  },
};

/** Lists unfinished uploads, a page at a time. OSS `ListMultipartUploads`. @public */
export class ListMultipartUploadsCommand extends Command<ListMultipartUploadsInput, ListMultipartUploadsOutput> {
  constructor(input: ListMultipartUploadsInput) {
    super(_ListMultipartUploads, input);
  }
}
