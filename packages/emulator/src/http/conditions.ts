/** The conditional headers of a request, as sent. @public */
export interface Conditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: string;
  readonly ifUnmodifiedSince?: string;
}

/** The name of a conditional header. @public */
export type ConditionName = "If-Match" | "If-None-Match" | "If-Modified-Since" | "If-Unmodified-Since";

/** What conditions say: go on, 304, or 412 because of a header. @public */
export type ConditionResult =
  | { readonly kind: "met" }
  | { readonly kind: "not-modified"; readonly condition: ConditionName }
  | { readonly kind: "failed"; readonly condition: ConditionName };

/** What conditions look at. @public */
export interface ConditionTarget {
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since the Unix epoch; compared in whole seconds, as it is shown. */
  readonly lastModified: number;
}

const MET: ConditionResult = { kind: "met" };

/**
 * Reads the conditions of a request. `prefix` is empty for reads, `x-oss-copy-source-` or `x-cos-copy-source-` for the source
 * of a copy. `header` gets names in lower case. Empty values count as absent.
 * @public
 */
export function readConditions(header: (name: string) => string | undefined, prefix: string): Conditions {
  const ifMatch = header(`${prefix}if-match`);
  const ifNoneMatch = header(`${prefix}if-none-match`);
  const ifModifiedSince = header(`${prefix}if-modified-since`);
  const ifUnmodifiedSince = header(`${prefix}if-unmodified-since`);
  return {
    ...(ifMatch && { ifMatch }),
    ...(ifNoneMatch && { ifNoneMatch }),
    ...(ifModifiedSince && { ifModifiedSince }),
    ...(ifUnmodifiedSince && { ifUnmodifiedSince }),
  };
}

/**
 * The rules of OSS, for reads and for copy sources: all conditions must hold; 412 comes before 304. Dates that cannot be
 * read are ignored.
 * @public
 */
export function ossConditions(conditions: Conditions, target: ConditionTarget): ConditionResult {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined && !matches(ifMatch, target)) return { kind: "failed", condition: "If-Match" };
  if (isNewerThan(ifUnmodifiedSince, target) === true) return { kind: "failed", condition: "If-Unmodified-Since" };
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, target))
    return { kind: "not-modified", condition: "If-None-Match" };
  if (isNewerThan(ifModifiedSince, target) === false) return { kind: "not-modified", condition: "If-Modified-Since" };
  return MET;
}

/**
 * The rules of COS for reads, those of RFC 9110: an ETag condition takes the place of its date condition. Dates that cannot
 * be read are ignored.
 * @public
 */
export function cosConditions(conditions: Conditions, target: ConditionTarget): ConditionResult {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, target)) return { kind: "failed", condition: "If-Match" };
  } else if (isNewerThan(ifUnmodifiedSince, target) === true)
    return { kind: "failed", condition: "If-Unmodified-Since" };
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, target)) return { kind: "not-modified", condition: "If-None-Match" };
  } else if (isNewerThan(ifModifiedSince, target) === false)
    return { kind: "not-modified", condition: "If-Modified-Since" };
  return MET;
}

/**
 * The rules of COS for copy sources: whatever does not hold is 412. `"conflict"` if the conditions may not stand together:
 * only If-Modified-Since with If-None-Match, and If-Unmodified-Since with If-Match, may.
 * @public
 */
export function cosCopyConditions(conditions: Conditions, target: ConditionTarget): ConditionResult | "conflict" {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  const forChange = ifModifiedSince !== undefined || ifNoneMatch !== undefined;
  const againstChange = ifUnmodifiedSince !== undefined || ifMatch !== undefined;
  if (forChange && againstChange) return "conflict";
  const result = ossConditions(conditions, target);
  return result.kind === "met" ? MET : { kind: "failed", condition: result.condition };
}

/** Quotes, a weak mark and letter case do not count; a list matches if one of it does. */
function matches(header: string, { etag }: ConditionTarget): boolean {
  return header.split(",").some((one) => {
    const wanted = one
      .trim()
      .replace(/^W\//, "")
      .replace(/^"(.*)"$/, "$1");
    return wanted === "*" || wanted.toLowerCase() === etag.toLowerCase();
  });
}

/** Whether the object changed after the date; `undefined` without a date that can be read. */
function isNewerThan(header: string | undefined, target: ConditionTarget): boolean | undefined {
  const time = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(time) ? undefined : Math.floor(target.lastModified / 1000) > Math.floor(time / 1000);
}
