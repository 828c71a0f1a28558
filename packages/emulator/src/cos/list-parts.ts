import type { ListPartsInput, ListPartsOutput } from "@cosmoss/commands-cos";
import type { Answer, Exchange } from "../server/handler.ts";
import { quoted } from "./etag.ts";
import { checkEncodingType, PAGE_LIMIT } from "./listing.ts";
import { accountOwner, objectOwner } from "./owner.ts";
import { wholeSeconds } from "./time.ts";
import { findUpload, planOf } from "./upload-record.ts";

/** Lists the parts of an upload by number; one page, which `part-number-marker` goes on from. */
export function listParts(input: ListPartsInput, exchange: Exchange): Answer<ListPartsOutput> {
  const { Bucket, Key, UploadId, MaxParts = PAGE_LIMIT, PartNumberMarker = 0 } = input;
  checkEncodingType(exchange);
  const bucket = exchange.bucket();
  const upload = findUpload(bucket, Key, UploadId);
  const parts = bucket.parts(UploadId).filter(({ number }) => number > PartNumberMarker);
  const page = parts.slice(0, MaxParts);
  const isTruncated = parts.length > page.length;
  const last = page.at(-1);
  return {
    output: {
      Bucket,
      Key,
      UploadId,
      StorageClass: planOf(upload).traits.storageClass,
      PartNumberMarker,
      ...(isTruncated && last && { NextPartNumberMarker: last.number }),
      MaxParts,
      IsTruncated: isTruncated,
      Owner: objectOwner(Bucket),
      Initiator: accountOwner(exchange.ownerId),
      Parts: page.map(({ number, lastModified, etag, size }) => ({
        PartNumber: number,
        LastModified: wholeSeconds(lastModified),
        ETag: quoted(etag),
        Size: size,
      })),
    },
  };
}
