import type { ListMultipartUploadsInput, ListMultipartUploadsOutput } from "@cosmoss/commands-cos";
import type { Answer, Exchange } from "../server/handler.ts";
import { listPage } from "../store/list.ts";
import { checkDelimiter, checkEncodingType, PAGE_LIMIT } from "./listing.ts";
import { accountOwner } from "./owner.ts";
import { wholeSeconds } from "./time.ts";
import { planOf } from "./upload-record.ts";

/** Lists the open uploads of a bucket by key, then in the order in which they began. */
export function listMultipartUploads(
  input: ListMultipartUploadsInput,
  exchange: Exchange,
): Answer<ListMultipartUploadsOutput> {
  const { Prefix = "", Delimiter = "", KeyMarker = "", UploadIdMarker = "", MaxUploads = PAGE_LIMIT } = input;
  checkDelimiter(Delimiter);
  checkEncodingType(exchange);
  const bucket = exchange.bucket();
  const page = listPage((options) => bucket.uploads(options), {
    prefix: Prefix,
    delimiter: Delimiter,
    limit: MaxUploads,
    ...(KeyMarker !== "" && { after: KeyMarker, ...(UploadIdMarker !== "" && { afterId: UploadIdMarker }) }),
  });
  const owner = accountOwner(exchange.ownerId);
  return {
    output: {
      Bucket: input.Bucket,
      Prefix,
      Delimiter,
      KeyMarker,
      UploadIdMarker,
      ...(page.isTruncated &&
        page.last !== undefined && { NextKeyMarker: page.last, NextUploadIdMarker: page.lastItem?.id ?? "" }),
      MaxUploads,
      IsTruncated: page.isTruncated,
      Uploads: page.items.map((upload) => ({
        Key: upload.key,
        UploadId: upload.id,
        StorageClass: planOf(upload).traits.storageClass,
        Initiated: wholeSeconds(upload.initiated),
        Owner: owner,
        Initiator: owner,
      })),
      CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: prefix })),
    },
  };
}
