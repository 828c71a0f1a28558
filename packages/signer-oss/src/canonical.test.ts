import { describe, expect, test } from "vitest";
import { trimValue } from "./byte-string.ts";
import { stringToSign } from "./v1-canonical.ts";
import { canonicalQuery, canonicalRequest, queryPair } from "./v4-canonical.ts";

describe("V4", () => {
  test("parameters are sorted by name before value, and an empty value has no =", () => {
    const pairs = [
      queryPair("a-b", "1"),
      queryPair("a", "2"),
      queryPair("a.b", "3"),
      queryPair("a", ""),
      queryPair("a", "10"),
      queryPair("B", "4"),
      queryPair("a%20b", "5"),
      queryPair("~", "6"),
    ];
    expect(canonicalQuery(pairs)).toBe("B=4&a&a=10&a=2&a%20b=5&a-b=1&a.b=3&~=6");
  });

  test("a canonical request has the signed headers in order, trimmed, and the payload header's value", () => {
    const headers = {
      "x-oss-meta-b": " b\t",
      range: "bytes=0-1",
      "content-type": "a/b",
      "content-md5": "md5==",
      "content-length": "3",
      "x-oss-content-sha256": "hash",
      abc: "1",
    };
    expect(canonicalRequest("PUT", "/b/k", "q=1", ["abc", "range"], headers)).toBe(
      "PUT\n/b/k\nq=1\nabc:1\ncontent-md5:md5==\ncontent-type:a/b\nrange:bytes=0-1\nx-oss-content-sha256:hash\nx-oss-meta-b:b\n\nabc;range\nhash",
    );
    expect(canonicalRequest("GET", "/", "", [], {})).toBe("GET\n/\n\n\n\nUNSIGNED-PAYLOAD");
  });
});

describe("V1", () => {
  test("sub-resources are sorted, decoded, bare when empty; of a repeated one the first counts", () => {
    const headers = { "x-oss-b": "2 ", "x-oss-a": "1", "content-md5": " md5==", "content-type": "a/b", range: "no" };
    const parameters = [
      ["uploadId", "a b"],
      ["prefix", "not signed"],
      ["acl", ""],
      ["uploadId", "second"],
      ["x-oss-process", "image/resize"],
      ["X-Oss-Process", "not signed"],
    ] as const;
    expect(stringToSign("PUT", headers, "date", "/b/k", parameters)).toBe(
      "PUT\nmd5==\na/b\ndate\nx-oss-a:1\nx-oss-b:2\n/b/k?acl&uploadId=a b&x-oss-process=image/resize",
    );
    expect(stringToSign("GET", {}, "date", "/", [["prefix", "a"]])).toBe("GET\n\n\ndate\n/");
  });
});

test("trimming removes spaces and tabs, and no bytes of UTF-8", () => {
  expect(trimValue(" \t a b \t")).toBe("a b");
  expect(trimValue(" \t ")).toBe("");
  expect(trimValue("\xc3\xa0")).toBe("\xc3\xa0");
});
