import type { Buffer } from "node:buffer";
import type { HeaderBag } from "@cosmoss/types";

/** Lower-case names, repeated ones joined; values stay byte strings. */
export function headerBag(raw: ReadonlyArray<string | Buffer>): HeaderBag {
  const headers: HeaderBag = {};
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = text(raw[i]!).toLowerCase();
    const value = text(raw[i + 1]!);
    // Not `in`: a header may be called `constructor`.
    headers[name] = typeof headers[name] === "string" ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

const text = (part: string | Buffer): string => (typeof part === "string" ? part : part.toString("latin1"));

/** Whether a response has no body, so that nobody need read one. */
export function isEmpty(method: string, statusCode: number, headers: HeaderBag): boolean {
  return method === "HEAD" || statusCode === 204 || statusCode === 304 || headers["content-length"] === "0";
}
