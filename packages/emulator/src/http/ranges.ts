/** What a Range header asks of an object, by the rules of a service. @public */
export type RangeResult =
  /** No range, or one that the service ignores: 200 with the whole object. */
  | { readonly kind: "whole" }
  /** 206 with the bytes `[start, end)`. */
  | { readonly kind: "part"; readonly start: number; readonly end: number }
  /** 416. */
  | { readonly kind: "unsatisfiable" };

const WHOLE: RangeResult = { kind: "whole" };
const UNSATISFIABLE: RangeResult = { kind: "unsatisfiable" };

/**
 * The range rules of OSS. By default a range that reaches beyond the object is ignored; with
 * `x-oss-range-behavior: standard` it is clipped, or 416 if nothing is left. Another unit, several ranges and anything
 * malformed are ignored in both, and so is any range of an empty object.
 * @public
 */
export function ossRange(header: string | undefined, size: number, behavior?: string): RangeResult {
  const range = parse(header);
  if (!range || size === 0) return WHOLE;
  const isStandard = behavior?.toLowerCase() === "standard";
  const part = clip(range, size);
  if (isStandard) return part ?? UNSATISFIABLE;
  const isWithin = range.first === undefined ? range.count <= size : (range.last ?? 0) < size;
  return part && isWithin ? part : WHOLE;
}

/**
 * The range rules of COS: clipped, or 416 if nothing is left, as for any range of an empty object. Another unit, several
 * ranges and anything malformed are ignored.
 * @public
 */
export function cosRange(header: string | undefined, size: number): RangeResult {
  const range = parse(header);
  return range ? (clip(range, size) ?? UNSATISFIABLE) : WHOLE;
}

/**
 * The bytes `[start, end)` that `x-oss-copy-source-range` or `x-cos-copy-source-range` names; `undefined` unless it is
 * `bytes=a-b` with both ends inside the source.
 * @public
 */
export function copySourceRange(
  header: string,
  size: number,
): { readonly start: number; readonly end: number } | undefined {
  const range = parse(header);
  if (range?.first === undefined || range.last === undefined || range.last >= size) return undefined;
  return { start: range.first, end: range.last + 1 };
}

/** The Content-Range header of an answer. @public */
export function contentRange(range: RangeResult, size: number): string | undefined {
  if (range.kind === "part") return `bytes ${range.start}-${range.end - 1}/${size}`;
  return range.kind === "unsatisfiable" ? `bytes */${size}` : undefined;
}

/** `bytes=first-last` or `bytes=first-`, or the last `count` bytes. */
type ByteRange = { first: number; last?: number } | { first?: undefined; count: number };

function parse(header: string | undefined): ByteRange | undefined {
  const match = /^\s*bytes=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? "");
  if (!match) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "") return last === "" ? undefined : { count: Number(last) };
  if (last === "") return { first: Number(first) };
  return Number(first) <= Number(last) ? { first: Number(first), last: Number(last) } : undefined;
}

function clip(range: ByteRange, size: number): RangeResult | undefined {
  const start = range.first === undefined ? Math.max(size - range.count, 0) : range.first;
  const end = range.first === undefined ? size : Math.min((range.last ?? size) + 1, size);
  return start < end ? { kind: "part", start, end } : undefined;
}
