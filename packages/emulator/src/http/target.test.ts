import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodePath, parseTarget, TargetError } from "./target.ts";

describe("parseTarget", () => {
  test.each<[string, string, string, [string, string][]]>([
    ["/", "/", "", []],
    ["/a/../b/./c//d", "/a/../b/./c//d", "", []],
    ["//host/x", "//host/x", "", []],
    ["/a?b?c=d?e", "/a", "b?c=d?e", [["b?c", "d?e"]]],
    ["/?acl", "/", "acl", [["acl", ""]]],
    ["/?acl=", "/", "acl=", [["acl", ""]]],
    [
      "/?a=b=c&&=v&a=2",
      "/",
      "a=b=c&&=v&a=2",
      [
        ["a", "b=c"],
        ["", "v"],
        ["a", "2"],
      ],
    ],
    [
      "/?a+b=c+d&e%2Bf=%2B",
      "/",
      "a+b=c+d&e%2Bf=%2B",
      [
        ["a b", "c d"],
        ["e+f", "+"],
      ],
    ],
    ["/?%E4%B8%AD=%26%3d%25", "/", "%E4%B8%AD=%26%3d%25", [["中", "&=%"]]],
    [
      "/?q-sign-time=1;2&q-header-list=host;x",
      "/",
      "q-sign-time=1;2&q-header-list=host;x",
      [
        ["q-sign-time", "1;2"],
        ["q-header-list", "host;x"],
      ],
    ],
    ["/%61?", "/%61", "", []],
    ["/\u00e4\u00b8\u00ad?\u00e4\u00b8\u00ad", "/\u00e4\u00b8\u00ad", "\u00e4\u00b8\u00ad", [["中", ""]]],
  ])("%s", (target, rawPath, rawQuery, query) => {
    expect(parseTarget(target)).toEqual({ rawPath, rawQuery, query: query.map(([name, value]) => ({ name, value })) });
  });

  test.each([
    ["http://b.example.com:9000/k?x", { authority: "b.example.com:9000", rawPath: "/k", rawQuery: "x" }],
    ["HTTPS://b.example.com", { authority: "b.example.com", rawPath: "/", rawQuery: "" }],
    ["http://b.example.com?list-type=2", { authority: "b.example.com", rawPath: "/", rawQuery: "list-type=2" }],
  ])("absolute: %s", (target, expected) => expect(parseTarget(target)).toMatchObject(expected));

  test.each(["", "*", "key", "ftp://x/", "/?a=%", "/?%zz", "/?a=%4", "/?a=%ff", "/?a=%ed%a0%80"])(
    "refuses %j",
    (target) => {
      expect(() => parseTarget(target)).toThrow(TargetError);
    },
  );
});

describe("decodePath", () => {
  test("decodes exactly once, and `+` not at all", () => {
    expect(decodePath("/a+b%2Bc%2520d%2F..%00")).toBe("/a+b+c%20d/..\u0000");
    expect(decodePath("%EF%BB%BFx")).toBe("\ufeffx");
  });

  test("every key comes back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (key) => {
        expect(decodePath(encodeURIComponent(key))).toBe(key);
        expect(decodePath(Buffer.from(key).toString("latin1").replaceAll("%", "%25"))).toBe(key);
      }),
    );
  });

  test.each(["/%", "/%g0", "/a%2", "/%c3", "/%c0%80", "/\u00ff"])("refuses %j", (path) => {
    expect(() => decodePath(path)).toThrow(TargetError);
  });
});
