import type { ListObjectsInput, ListObjectsOutput } from "@cosmoss/commands-oss";
import type { Answer, Exchange } from "../server/handler.ts";
import { listPage } from "../store/list.ts";
import { checkLengths } from "./list-arguments.ts";
import { summarize } from "./object-summary.ts";

/** Lists the objects of a bucket by key; one page, which a marker goes on from. */
export function listObjects(input: ListObjectsInput, exchange: Exchange): Answer<ListObjectsOutput> {
  const { Bucket, Prefix = "", Delimiter = "", Marker = "", MaxKeys = 100 } = input;
  checkLengths({ prefix: Prefix, delimiter: Delimiter, marker: Marker });
  const bucket = exchange.bucket();
  const page = listPage((scan) => bucket.objects(scan), {
    prefix: Prefix,
    delimiter: Delimiter,
    ...(Marker !== "" && { after: Marker }),
    limit: MaxKeys,
  });
  return {
    output: {
      Name: Bucket,
      Prefix,
      Marker,
      MaxKeys,
      Delimiter,
      IsTruncated: page.isTruncated,
      ...(page.isTruncated && page.last !== undefined && { NextMarker: page.last }),
      Contents: page.items.map((record) => summarize(record, exchange.ownerId)),
      CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: prefix })),
    },
  };
}
