import type { GetObjectInput, GetObjectOutput } from "@cosmoss/commands-cos";
import { cosFailure } from "../http/errors.ts";
import { contentRange, cosRange } from "../http/ranges.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import type { OpenObject } from "../store/store.ts";
import { checkCustomerKey, encryptionOf } from "./encryption.ts";
import { findObject } from "./find-object.ts";
import { objectHeaders } from "./object-headers.ts";
import { notModified } from "./read-conditions.ts";
import { checkReadable } from "./storage-class.ts";

type Described = Partial<Omit<GetObjectOutput, "Body">>;

/** Sends an object or a range of it, if the conditions of the request hold. */
export function getObject(input: GetObjectInput, exchange: Exchange): Answer<GetObjectOutput> {
  const { Key: key, VersionId, Range } = input;
  const bucket = exchange.bucket();
  const overrides = readOverrides(input, exchange);
  const record = findObject(bucket, key, VersionId);
  checkCustomerKey(encryptionOf(record), input);
  checkReadable(record);
  const unchanged = notModified<GetObjectOutput>(record, exchange);
  if (unchanged) return unchanged;
  const range = cosRange(Range, record.size);
  const shown = contentRange(range, record.size);
  if (range.kind === "unsatisfiable") {
    throw cosFailure("InvalidRange", { headers: { "content-range": shown as string } });
  }
  const { start, end } = range.kind === "part" ? range : { start: 0, end: record.size };
  // Nothing can have changed since the record was looked up.
  const object = bucket.open(key) as OpenObject;
  const output: Omit<GetObjectOutput, "Body"> = {
    ...objectHeaders(record),
    ContentLength: end - start,
    ...overrides,
    ...(shown !== undefined && { ContentRange: shown }),
  };
  return {
    status: range.kind === "part" ? 206 : 200,
    output,
    headers: { "accept-ranges": "bytes" },
    payload: { length: end - start, bytes: object.read(start, end), close: () => object.close() },
  };
}

/** The headers that a request wants instead of the stored ones. Only a signed one may. */
function readOverrides(input: GetObjectInput, { accessKeyId }: Exchange): Described {
  const overrides: Described = {
    ...(input.ResponseContentType !== undefined && { ContentType: input.ResponseContentType }),
    ...(input.ResponseContentLanguage !== undefined && { ContentLanguage: input.ResponseContentLanguage }),
    ...(input.ResponseExpires !== undefined && { Expires: input.ResponseExpires }),
    ...(input.ResponseCacheControl !== undefined && { CacheControl: input.ResponseCacheControl }),
    ...(input.ResponseContentDisposition !== undefined && { ContentDisposition: input.ResponseContentDisposition }),
    ...(input.ResponseContentEncoding !== undefined && { ContentEncoding: input.ResponseContentEncoding }),
  };
  if (accessKeyId === undefined && Object.keys(overrides).length > 0) {
    throw cosFailure("InvalidRequest", { message: "Only a signed request may override response headers." });
  }
  return overrides;
}
