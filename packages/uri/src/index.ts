/**
 * Percent-encoding and raw request targets. Inlined into the packages that use it.
 * @packageDocumentation
 */
import type { QueryParameterBag } from "@cosmoss/types";

const RESERVED = /[^A-Za-z0-9\-._~]/;
const RESERVED_PATH = /[^A-Za-z0-9\-._~/]/;
const KEPT_BY_JS = /[!'()*]/g;
const hex = (char: string): string => "%" + char.charCodeAt(0).toString(16).toUpperCase();

/** RFC 3986: every UTF-8 byte but `A-Z a-z 0-9 - . _ ~` becomes `%XX`. Throws a `URIError` for a lone surrogate. @public */
export function escapeUri(text: string): string {
  return RESERVED.test(text) ? encodeURIComponent(text).replace(KEPT_BY_JS, hex) : text;
}

/** {@link escapeUri}, keeping `/`. Nothing is normalised. @public */
export function escapePath(path: string): string {
  return RESERVED_PATH.test(path) ? escapeUri(path).replaceAll("%2F", "/") : path;
}

/** The raw query string of a bag, without `?`, in the bag's order. @public */
export function formatQuery(query: QueryParameterBag | undefined): string {
  let text = "";
  for (const name in query) {
    const value = query[name] as string | string[] | null;
    for (const one of Array.isArray(value) ? value : [value]) {
      text += (text && "&") + escapeUri(name) + (one == null ? "" : "=" + escapeUri(one));
    }
  }
  return text;
}

/** The raw request target of a request: its path, and `?` with its query when it has one. @public */
export function formatTarget(path: string, query: QueryParameterBag | undefined): string {
  const text = formatQuery(query);
  return text ? path + "?" + text : path;
}
