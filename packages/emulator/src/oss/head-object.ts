import type { HeadObjectInput, HeadObjectOutput } from "@cosmoss/commands-oss";
import type { Answer, Exchange } from "../server/handler.ts";
import { describeObject, unchanged } from "./describe-object.ts";
import { noSuchKey } from "./object-failures.ts";
import { checkVersionId } from "./version-id.ts";

/** Tells of an object what `getObject` does, without its bytes. */
export function headObject({ Key, VersionId }: HeadObjectInput, exchange: Exchange): Answer<HeadObjectOutput> {
  checkVersionId(VersionId, Key);
  const record = exchange.bucket().object(Key);
  if (!record) throw noSuchKey(Key);
  return (
    unchanged(exchange, record) ?? {
      output: { ...describeObject(record), ContentLength: record.size },
      headers: { "accept-ranges": "bytes" },
    }
  );
}
