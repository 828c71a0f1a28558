import { posix, win32 } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NameRules, unsafePathReason } from "./safe-path.ts";

const RULES: NameRules[] = ["posix", "windows"];

describe.each(RULES)("by the rules of %s", (rules) => {
  it.each([
    ["", "empty"],
    ["a\0b", "NUL"],
    ["/etc/passwd", "absolute"],
    ["//server/share/x", "absolute"],
    ["C:", "drive letter"],
    ["C:/Windows/x", "drive letter"],
    ["c:\\Windows\\x", "drive letter"],
    ["..", '".."'],
    ["../x", '".."'],
    ["a/../../x", '".."'],
    ["a/..", '".."'],
    ["a\\..\\..\\x", '".."'],
    ["..\\x", '".."'],
    ["a//b", "empty name"],
    ["a/./b", '"."'],
    ["./a", '"."'],
    ["a/", "folder"],
    ["a\ud800", "Unicode"],
    ["\udc00/b", "Unicode"],
    [`a/${"x".repeat(256)}/b`, "255"],
  ])("refuses %j", (path, reason) => {
    expect(unsafePathReason(path, rules)).toContain(reason);
  });

  it.each([
    "a",
    "a/b/c.txt",
    ".hidden",
    "...",
    "..a",
    "a..",
    "b/..c/d",
    "中文/😀.jpg",
    "a b",
    "CONSOLE",
    "auxiliary.c",
    "x".repeat(255),
  ])("allows %j", (path) => {
    // Windows leaves out dots at the end of a name.
    expect(unsafePathReason(path, path.endsWith(".") ? "posix" : rules)).toBeUndefined();
  });
});

describe("names that Windows cannot have", () => {
  it.each([
    "con",
    "CON",
    "a/Aux.c",
    "nul.tar.gz",
    "PRN .txt",
    "COM1",
    "lpt9.log",
    "COM¹",
    "CONIN$",
    "conout$.x",
    "a.",
    "b ",
    "d./e",
    "a:b",
    "file.txt:hidden",
    "a\\b",
    "what?",
    "*",
    "<a>",
    'say "x"',
    "a|b",
    "tab\there",
    "line\nbreak",
    "\u001f",
  ])("%j is refused there, and allowed elsewhere", (path) => {
    expect(unsafePathReason(path, "windows")).toContain("Windows");
    expect(unsafePathReason(path, "posix")).toBeUndefined();
  });

  it("counts bytes, on Windows UTF-16 units", () => {
    const name = "中".repeat(86);
    expect(unsafePathReason(name, "posix")).toContain("255");
    expect(unsafePathReason(name, "windows")).toBeUndefined();
    expect(unsafePathReason("中".repeat(85), "posix")).toBeUndefined();
  });
});

describe("whatever the key", () => {
  const piece = fc.constantFrom(
    "..",
    ".",
    "/",
    "\\",
    "a",
    "C:",
    "con",
    "\0",
    " ",
    "...",
    "é",
    "😀",
    "\ud800",
    "~",
    "$",
    "%2e",
    "\n",
  );
  const key = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join("")),
  );

  it.each([
    ["posix", posix, "/srv/files"],
    ["windows", win32, "D:\\files"],
  ] as const)("its file lies below the directory, or it is refused (%s)", (rules, path, root) => {
    let allowed = 0;
    fc.assert(
      fc.property(key, (Key) => {
        if (unsafePathReason(Key, rules) !== undefined) return;
        allowed++;
        const file = path.resolve(path.join(root, Key));
        expect(file.startsWith(root + path.sep)).toBe(true);
        expect(path.resolve(root, Key)).toBe(file);
        // No two keys become the same file.
        expect(path.relative(root, file).split(path.sep).join("/")).toBe(Key);
      }),
      { numRuns: 5000 },
    );
    expect(allowed).toBeGreaterThan(100);
  });

  it("the property can fail: unchecked keys lead out", () => {
    expect(posix.resolve(posix.join("/srv/files", "../x")).startsWith("/srv/files/")).toBe(false);
    expect(win32.resolve("D:\\files", "C:\\x").startsWith("D:\\files\\")).toBe(false);
  });
});
