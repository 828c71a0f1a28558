import { describe, expect, test } from "vitest";
import {
  type ConditionResult,
  type Conditions,
  cosConditions,
  cosCopyConditions,
  ossConditions,
  readConditions,
} from "./conditions.ts";

// The milliseconds must not count: the header cannot say them.
const target = { etag: "ABC", lastModified: Date.UTC(2024, 4, 6, 7, 8, 9, 500) };
const same = "Mon, 06 May 2024 07:08:09 GMT";
const before = "Mon, 06 May 2024 07:08:08 GMT";
const after = "Mon, 06 May 2024 07:08:10 GMT";

const show = (result: ConditionResult | "conflict"): string =>
  result === "conflict"
    ? "conflict"
    : result.kind === "met"
      ? "200"
      : `${result.kind === "failed" ? 412 : 304} ${result.condition}`;

describe("conditions", () => {
  // conditions; OSS; COS read; COS copy
  test.each<[Conditions, string, string, string]>([
    [{}, "200", "200", "200"],
    [{ ifMatch: '"ABC"' }, "200", "200", "200"],
    [{ ifMatch: "abc" }, "200", "200", "200"],
    [{ ifMatch: '"ABD"' }, "412 If-Match", "412 If-Match", "412 If-Match"],
    [{ ifMatch: '"x", "ABC"' }, "200", "200", "200"],
    [{ ifMatch: "*" }, "200", "200", "200"],
    [{ ifNoneMatch: '"ABC"' }, "304 If-None-Match", "304 If-None-Match", "412 If-None-Match"],
    [{ ifNoneMatch: 'W/"ABC"' }, "304 If-None-Match", "304 If-None-Match", "412 If-None-Match"],
    [{ ifNoneMatch: '"ABD"' }, "200", "200", "200"],
    [{ ifModifiedSince: same }, "304 If-Modified-Since", "304 If-Modified-Since", "412 If-Modified-Since"],
    [{ ifModifiedSince: after }, "304 If-Modified-Since", "304 If-Modified-Since", "412 If-Modified-Since"],
    [{ ifModifiedSince: before }, "200", "200", "200"],
    [{ ifModifiedSince: "yesterday" }, "200", "200", "200"],
    [{ ifUnmodifiedSince: same }, "200", "200", "200"],
    [{ ifUnmodifiedSince: after }, "200", "200", "200"],
    [{ ifUnmodifiedSince: before }, "412 If-Unmodified-Since", "412 If-Unmodified-Since", "412 If-Unmodified-Since"],
    [{ ifUnmodifiedSince: "tomorrow" }, "200", "200", "200"],
    [{ ifMatch: "ABC", ifUnmodifiedSince: before }, "412 If-Unmodified-Since", "200", "412 If-Unmodified-Since"],
    [{ ifNoneMatch: "x", ifModifiedSince: after }, "304 If-Modified-Since", "200", "412 If-Modified-Since"],
    [{ ifMatch: "x", ifNoneMatch: "ABC" }, "412 If-Match", "412 If-Match", "conflict"],
    [
      { ifUnmodifiedSince: before, ifNoneMatch: "ABC" },
      "412 If-Unmodified-Since",
      "412 If-Unmodified-Since",
      "conflict",
    ],
    [{ ifModifiedSince: before, ifUnmodifiedSince: after }, "200", "200", "conflict"],
  ])("%j", (conditions, oss, cos, copy) => {
    expect([
      show(ossConditions(conditions, target)),
      show(cosConditions(conditions, target)),
      show(cosCopyConditions(conditions, target)),
    ]).toEqual([oss, cos, copy]);
  });

  test("are read with their prefix; empty ones are absent", () => {
    const headers = new Map([
      ["if-match", "a"],
      ["if-none-match", ""],
      ["x-cos-copy-source-if-modified-since", "d"],
    ]);
    expect(readConditions((name) => headers.get(name), "")).toEqual({ ifMatch: "a" });
    expect(readConditions((name) => headers.get(name), "x-cos-copy-source-")).toEqual({ ifModifiedSince: "d" });
  });
});
