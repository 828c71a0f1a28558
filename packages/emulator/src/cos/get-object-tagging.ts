import type { GetObjectTaggingInput, GetObjectTaggingOutput } from "@cosmoss/commands-cos";
import type { Answer, Exchange } from "../server/handler.ts";
import { findObject } from "./find-object.ts";

/** Tells the tags that an object was stored with. */
export function getObjectTagging(input: GetObjectTaggingInput, exchange: Exchange): Answer<GetObjectTaggingOutput> {
  const { tags = [] } = findObject(exchange.bucket(), input.Key, input.VersionId);
  return { output: { TagSet: tags.map(([Key, Value]) => ({ Key, Value })) } };
}
