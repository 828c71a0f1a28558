import type { ListPartsInput, ListPartsOutput } from "@cosmoss/commands-oss";
import type { Answer, Exchange } from "../server/handler.ts";
import { seconds } from "./seconds.ts";
import { findUpload, uploadSettings } from "./upload-record.ts";

/** Lists the parts of an upload by number; one page, which `part-number-marker` goes on from. */
export function listParts(input: ListPartsInput, exchange: Exchange): Answer<ListPartsOutput> {
  const { Bucket, Key, UploadId, MaxParts = 1000, PartNumberMarker = 0 } = input;
  const bucket = exchange.bucket();
  const upload = findUpload(bucket, Key, UploadId);
  const rest = bucket.parts(UploadId).filter(({ number }) => number > PartNumberMarker);
  const page = rest.slice(0, MaxParts);
  return {
    output: {
      Bucket,
      Key,
      UploadId,
      StorageClass: uploadSettings(upload).storageClass,
      PartNumberMarker,
      NextPartNumberMarker: page.at(-1)?.number ?? PartNumberMarker,
      MaxParts,
      IsTruncated: rest.length > page.length,
      Parts: page.map((part) => ({
        PartNumber: part.number,
        LastModified: seconds(part.lastModified),
        ETag: `"${part.etag}"`,
        ...(part.crc64 !== undefined && { HashCrc64ecma: part.crc64 }),
        Size: part.size,
      })),
    },
  };
}
