/** A request target that cannot be read: the request is malformed (400). @public */
export class TargetError extends Error {
  override readonly name: "TargetError" = "TargetError" as const;
}

/** A query parameter, decoded. `k` and `k=` are the same. @public */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

/** A request target as sent, and its query decoded. Nothing is normalised. @public */
export interface RequestTarget {
  /** Host and port of an absolute target (`GET http://host/path`), as a proxy is asked. */
  readonly authority?: string;
  /** Percent-encoded, with its leading `/`. */
  readonly rawPath: string;
  /** Without `?`; empty if there is none. */
  readonly rawQuery: string;
  /** In the order sent. */
  readonly query: readonly QueryParameter[];
}

/**
 * Reads the target of a request line, as Node's parser gives it (one character per byte). Throws a {@link TargetError} for a
 * target that is neither a path nor an `http` URL, and for a query with malformed escapes or bytes that are not UTF-8.
 * @public
 */
export function parseTarget(target: string): RequestTarget {
  const absolute = /^https?:\/\/([^/?]*)/i.exec(target);
  const rest = absolute ? target.slice(absolute[0].length) : target;
  const mark = rest.indexOf("?");
  const path = mark < 0 ? rest : rest.slice(0, mark);
  const rawQuery = mark < 0 ? "" : rest.slice(mark + 1);
  const rawPath = absolute && path === "" ? "/" : path;
  if (!rawPath.startsWith("/")) throw new TargetError("the request target is neither a path nor an http URL");
  return {
    ...(absolute && { authority: absolute[1] as string }),
    rawPath,
    rawQuery,
    query: rawQuery.split("&").flatMap((pair) => (pair === "" ? [] : [parsePair(pair)])),
  };
}

/**
 * Percent-decodes a path or a part of one, once. `+` stays `+`; dots and repeated slashes stay. Throws a
 * {@link TargetError} for malformed escapes and for bytes that are not UTF-8.
 * @public
 */
export function decodePath(raw: string): string {
  return percentDecode(raw, "path");
}

function parsePair(pair: string): QueryParameter {
  const equals = pair.indexOf("=");
  const name = equals < 0 ? pair : pair.slice(0, equals);
  const value = equals < 0 ? "" : pair.slice(equals + 1);
  return { name: decodeQuery(name), value: decodeQuery(value) };
}

function decodeQuery(raw: string): string {
  return percentDecode(raw.replaceAll("+", " "), "query");
}

function percentDecode(raw: string, where: string): string {
  if (/^[\x20-\x24\x26-\x7e]*$/.test(raw)) return raw;
  if (/%(?![0-9A-Fa-f]{2})/.test(raw)) throw new TargetError(`a malformed percent-escape in the ${where}`);
  const bytes = raw.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, "latin1"));
  } catch {
    throw new TargetError(`bytes that are not UTF-8 in the ${where}`);
  }
}
