import type { GetObjectTaggingInput, GetObjectTaggingOutput } from "@cosmoss/commands-oss";
import type { Answer, Exchange } from "../server/handler.ts";
import { noSuchKey } from "./object-failures.ts";
import { checkVersionId } from "./version-id.ts";

/** Tells the tags that an object was stored with. */
export function getObjectTagging(
  { Key, VersionId }: GetObjectTaggingInput,
  exchange: Exchange,
): Answer<GetObjectTaggingOutput> {
  checkVersionId(VersionId, Key);
  const record = exchange.bucket().object(Key);
  if (!record) throw noSuchKey(Key);
  return { output: { TagSet: (record.tags ?? []).map(([key, value]) => ({ Key: key, Value: value })) } };
}
