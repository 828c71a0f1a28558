import type { ListObjectsInput, ListObjectsOutput, ObjectSummary } from "@cosmoss/commands-cos";
import type { Answer, Exchange } from "../server/handler.ts";
import { listPage } from "../store/list.ts";
import type { ObjectRecord } from "../store/records.ts";
import { quoted } from "./etag.ts";
import { checkDelimiter, checkEncodingType, PAGE_LIMIT } from "./listing.ts";
import { objectOwner } from "./owner.ts";
import { wholeSeconds } from "./time.ts";

/** Lists the objects of a bucket by key; one page, which a marker goes on from. */
export function listObjects(input: ListObjectsInput, exchange: Exchange): Answer<ListObjectsOutput> {
  const { Bucket: name, Prefix = "", Delimiter, Marker = "", MaxKeys = PAGE_LIMIT } = input;
  checkDelimiter(Delimiter);
  checkEncodingType(exchange);
  const bucket = exchange.bucket();
  const page = listPage((options) => bucket.objects(options), {
    prefix: Prefix,
    limit: MaxKeys,
    ...(Delimiter !== undefined && { delimiter: Delimiter }),
    ...(Marker !== "" && { after: Marker }),
  });
  const { region } = bucket.record.attributes;
  return {
    headers: { "x-cos-bucket-region": String(region ?? exchange.region) },
    output: {
      Name: name,
      Prefix,
      ...(Delimiter !== undefined && { Delimiter }),
      Marker,
      MaxKeys,
      IsTruncated: page.isTruncated,
      ...(page.isTruncated && page.last !== undefined && { NextMarker: page.last }),
      Contents: page.items.map((record) => toSummary(record, name)),
      CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: prefix })),
    },
  };
}

function toSummary({ key, lastModified, etag, size, storageClass }: ObjectRecord, bucketName: string): ObjectSummary {
  return {
    Key: key,
    LastModified: wholeSeconds(lastModified),
    ETag: quoted(etag),
    Size: size,
    StorageClass: storageClass,
    Owner: objectOwner(bucketName),
  };
}
