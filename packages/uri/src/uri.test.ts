import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapePath, escapeUri, formatQuery, formatTarget } from "./index.ts";

const KEPT = new Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

/** Byte by byte, as RFC 3986 says. */
function reference(text: string, kept: Set<string> = KEPT): string {
  let out = "";
  for (const byte of new TextEncoder().encode(text)) {
    const char = String.fromCharCode(byte);
    out += kept.has(char) ? char : "%" + byte.toString(16).toUpperCase().padStart(2, "0");
  }
  return out;
}

/** Well-formed text with many reserved characters, and any other. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."ab/%+ ?#&=!'()*~._-:;,@$[]{}|\\^`\"<>\0\n\t\x7f", "é", "中", "😀", "\ufeff") }),
);

describe("escapeUri", () => {
  it("equals the reference for any text", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(escapeUri(value)).toBe(reference(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it("equals the reference for every single character up to U+07FF", () => {
    for (let code = 0; code <= 0x7ff; code++) {
      const char = String.fromCharCode(code);
      expect(escapeUri(char)).toBe(reference(char));
    }
  });

  it("is not what encodeURIComponent or encodeURI do", () => {
    expect(escapeUri("!'()*")).toBe("%21%27%28%29%2A");
    expect(encodeURIComponent("!'()*")).not.toBe(reference("!'()*"));
    expect(encodeURI("a/b?c")).not.toBe(reference("a/b?c"));
  });

  it("comes back through decodeURIComponent", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(decodeURIComponent(escapeUri(value))).toBe(value);
      }),
    );
  });

  it("leaves text that needs nothing as it is", () => {
    expect(escapeUri("")).toBe("");
    expect(escapeUri([...KEPT].join(""))).toBe([...KEPT].join(""));
  });

  it.each(["\ud800", "a\udc00b", "\udc00\ud800"])("refuses a lone surrogate: %j", (value) => {
    expect(() => escapeUri(value)).toThrow(URIError);
    expect(() => escapePath(value)).toThrow(URIError);
  });
});

describe("escapePath", () => {
  it("equals the reference, keeping /", () => {
    const kept = new Set([...KEPT, "/"]);
    fc.assert(
      fc.property(text, (value) => {
        expect(escapePath(value)).toBe(reference(value, kept));
      }),
      { numRuns: 2_000 },
    );
  });

  it("comes back through decodeURIComponent, segment by segment", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(escapePath(value).split("/").map(decodeURIComponent)).toEqual(value.split("/"));
      }),
    );
  });

  it.each([
    ["//a///b/", "//a///b/"],
    ["/./a/../b", "/./a/../b"],
    ["a%2Fb", "a%252Fb"],
    ["a/%2f", "a/%252f"],
    ["a b+c?d#e", "a%20b%2Bc%3Fd%23e"],
    ["中/文", "%E4%B8%AD/%E6%96%87"],
    ["", ""],
  ])("normalises nothing and encodes what is there: %s", (path, expected) => {
    expect(escapePath(path)).toBe(expected);
  });
});

describe("formatQuery", () => {
  it.each([
    [undefined, ""],
    [{}, ""],
    [{ uploads: null }, "uploads"],
    [{ prefix: "" }, "prefix="],
    [{ b: "1", a: "2", acl: null }, "b=1&a=2&acl"],
    [{ tag: ["x", "y"] }, "tag=x&tag=y"],
    [{ tag: [] }, ""],
    [{ none: [], a: "1" }, "a=1"],
    [{ tag: ["", "z"], b: null }, "tag=&tag=z&b"],
    [{ "a b&c=d": "e f&g=h+i/j" }, "a%20b%26c%3Dd=e%20f%26g%3Dh%2Bi%2Fj"],
    [{ "": "x" }, "=x"],
  ])("%o", (query, expected) => {
    expect(formatQuery(query)).toBe(expected);
  });

  it("is read back by URLSearchParams as it was", () => {
    const value = fc.oneof(text, fc.constant(null), fc.array(text, { maxLength: 3 }));
    const name = text.filter((one) => one !== "");
    fc.assert(
      fc.property(fc.dictionary(name, value), (query) => {
        const pairs = Object.entries(query).flatMap(([key, one]) => [one].flat().map((each) => [key, each ?? ""]));
        expect([...new URLSearchParams(formatQuery(query))]).toEqual(pairs);
      }),
    );
  });
});

describe("formatTarget", () => {
  it.each([
    ["/", undefined, "/"],
    ["/a%20b", {}, "/a%20b"],
    ["/", { list: [] }, "/"],
    ["/", { uploads: null }, "/?uploads"],
    ["/k", { a: "1", b: "" }, "/k?a=1&b="],
    ["/../x", { a: null }, "/../x?a"],
  ])("%s %o", (path, query, expected) => {
    expect(formatTarget(path, query)).toBe(expected);
  });
});
