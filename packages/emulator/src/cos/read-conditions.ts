import { cosFailure } from "../http/errors.ts";
import { cosConditions, readConditions } from "../http/conditions.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import type { ObjectRecord } from "../store/records.ts";
import { quoted } from "./etag.ts";

/** The 304 of a request whose conditions say so, nothing if it goes on. Throws `PreconditionFailed`. */
export function notModified<Output extends object>(
  record: ObjectRecord,
  { headers }: Exchange,
): Answer<Output> | undefined {
  const result = cosConditions(
    readConditions((name) => headers[name], ""),
    record,
  );
  if (result.kind === "failed") throw cosFailure("PreconditionFailed");
  if (result.kind === "met") return undefined;
  return {
    status: 304,
    headers: { etag: quoted(record.etag), "last-modified": new Date(record.lastModified).toUTCString() },
  };
}
