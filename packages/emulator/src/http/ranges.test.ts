import { describe, expect, test } from "vitest";
import { contentRange, copySourceRange, cosRange, ossRange, type RangeResult } from "./ranges.ts";

/** `"200"`, `"416"`, or `"first-last"` as in Content-Range. */
const show = (range: RangeResult): string =>
  range.kind === "part" ? `${range.start}-${range.end - 1}` : range.kind === "whole" ? "200" : "416";

describe("ranges of 1,000 bytes", () => {
  test.each([
    // range, OSS by default, OSS standard, COS
    ["bytes=0-499", "0-499", "0-499", "0-499"],
    ["bytes=500-", "500-999", "500-999", "500-999"],
    ["bytes=-500", "500-999", "500-999", "500-999"],
    ["bytes=0-0", "0-0", "0-0", "0-0"],
    ["bytes=999-999", "999-999", "999-999", "999-999"],
    ["bytes=-1000", "0-999", "0-999", "0-999"],
    ["bytes=0-999", "0-999", "0-999", "0-999"],
    ["bytes=500-2000", "200", "500-999", "500-999"],
    ["bytes=0-1000", "200", "0-999", "0-999"],
    ["bytes=1000-2000", "200", "416", "416"],
    ["bytes=1000-", "200", "416", "416"],
    ["bytes=-2000", "200", "0-999", "0-999"],
    ["bytes=-0", "200", "416", "416"],
    ["byte=0-1", "200", "200", "200"],
    ["bytes=0-1,3-4", "200", "200", "200"],
    ["bytes=5-2", "200", "200", "200"],
    ["bytes=-", "200", "200", "200"],
    ["bytes=a-b", "200", "200", "200"],
    ["0-1", "200", "200", "200"],
    ["", "200", "200", "200"],
    ["bytes=0-99999999999999999999999", "200", "0-999", "0-999"],
    [undefined, "200", "200", "200"],
  ])("%s", (header, oss, standard, cos) => {
    expect([
      show(ossRange(header, 1000)),
      show(ossRange(header, 1000, "Standard")),
      show(cosRange(header, 1000)),
    ]).toEqual([oss, standard, cos]);
    expect(show(ossRange(header, 1000, "other"))).toBe(oss);
  });

  test("an empty object has no ranges", () => {
    expect(show(ossRange("bytes=0-", 0))).toBe("200");
    expect(show(ossRange("bytes=0-", 0, "standard"))).toBe("200");
    expect(show(cosRange("bytes=0-", 0))).toBe("416");
    expect(show(cosRange(undefined, 0))).toBe("200");
  });

  test("Content-Range", () => {
    expect(contentRange(cosRange("bytes=5-", 1000), 1000)).toBe("bytes 5-999/1000");
    expect(contentRange(cosRange("bytes=1000-", 1000), 1000)).toBe("bytes */1000");
    expect(contentRange(cosRange(undefined, 1000), 1000)).toBeUndefined();
  });
});

test.each([
  ["bytes=0-9", { start: 0, end: 10 }],
  ["bytes=9-9", { start: 9, end: 10 }],
  ["bytes=0-10", undefined],
  ["bytes=3-", undefined],
  ["bytes=-3", undefined],
  ["bytes=3-2", undefined],
  ["0-3", undefined],
])("copySourceRange of 10 bytes: %s", (header, expected) => expect(copySourceRange(header, 10)).toEqual(expected));
