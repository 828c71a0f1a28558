import type { ListObjectsV2Input, ListObjectsV2Output } from "@cosmoss/commands-oss";
import type { Answer, Exchange } from "../server/handler.ts";
import { listPage } from "../store/list.ts";
import { checkLengths } from "./list-arguments.ts";
import { badArgument } from "./object-failures.ts";
import { summarize } from "./object-summary.ts";

/** Lists the objects of a bucket by key; one page, which a token goes on from. */
export function listObjectsV2(input: ListObjectsV2Input, exchange: Exchange): Answer<ListObjectsV2Output> {
  const { Bucket, Prefix = "", Delimiter = "", StartAfter, ContinuationToken, MaxKeys = 100, FetchOwner } = input;
  checkLengths({ prefix: Prefix, delimiter: Delimiter, "start-after": StartAfter });
  const after = ContinuationToken === undefined ? StartAfter : readToken(ContinuationToken);
  const bucket = exchange.bucket();
  const page = listPage((scan) => bucket.objects(scan), {
    prefix: Prefix,
    delimiter: Delimiter,
    ...(after !== undefined && { after }),
    limit: MaxKeys,
  });
  return {
    output: {
      Name: Bucket,
      Prefix,
      ...(StartAfter !== undefined && { StartAfter }),
      MaxKeys,
      Delimiter,
      ...(ContinuationToken !== undefined && { ContinuationToken }),
      IsTruncated: page.isTruncated,
      ...(page.isTruncated && page.last !== undefined && { NextContinuationToken: writeToken(page.last) }),
      KeyCount: page.items.length + page.commonPrefixes.length,
      Contents: page.items.map((record) => summarize(record, FetchOwner ? exchange.ownerId : undefined)),
      CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: prefix })),
    },
  };
}

/** Tells a token from any other base64. */
const TOKEN_MARK = "\n1";

function writeToken(last: string): string {
  return Buffer.from(TOKEN_MARK + last).toString("base64");
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64").toString();
  if (text.startsWith(TOKEN_MARK) && Buffer.from(text).toString("base64") === token) {
    return text.slice(TOKEN_MARK.length);
  }
  throw badArgument("continuation-token", token, "The continuation token provided is incorrect.");
}
