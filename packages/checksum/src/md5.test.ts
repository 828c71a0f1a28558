import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import * as portable from "./md5.ts";
import * as node from "./md5.node.ts";

const oracle = (data: Uint8Array | string) => createHash("md5").update(data).digest("base64");
const text = fc.string({ unit: "binary", maxLength: 300 });

describe.each([
  ["md5.ts", portable.md5Base64],
  ["md5.node.ts", node.md5Base64],
])("md5Base64 of %s", (_, md5Base64) => {
  // RFC 1321, appendix A.5
  it.each([
    ["", "d41d8cd98f00b204e9800998ecf8427e"],
    ["a", "0cc175b9c0f1b6a831c399e269772661"],
    ["abc", "900150983cd24fb0d6963f7d28e17f72"],
    ["message digest", "f96b697d7cb7938d525a2f31aaf161d0"],
    [
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "57edf4a22be3c955ac49da2e2107b67a",
    ],
  ])("gives the RFC's value of %j", (input, hex) => {
    expect(md5Base64(input)).toBe(Buffer.from(hex, "hex").toString("base64"));
  });

  it("equals node:crypto on every length of the first blocks", () => {
    const bytes = Uint8Array.from({ length: 260 }, (_, i) => i * 151);
    for (let length = 0; length <= bytes.length; length++) {
      expect(md5Base64(bytes.subarray(0, length)), `length ${length}`).toBe(oracle(bytes.subarray(0, length)));
    }
  });

  it("equals node:crypto on random bytes at any offset", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(16), (bytes, skip) => {
        expect(md5Base64(bytes.subarray(skip))).toBe(oracle(bytes.subarray(skip)));
      }),
    );
  });

  it("hashes strings as UTF-8, lone surrogates included", () => {
    fc.assert(
      fc.property(text, (string) => {
        expect(md5Base64(string)).toBe(oracle(new TextEncoder().encode(string)));
      }),
    );
    expect(md5Base64("阿里雲 \ud800 🚀")).toBe(oracle(new TextEncoder().encode("阿里雲 \ud800 🚀")));
  });

  it("leaves the input as it was", () => {
    const bytes = new Uint8Array(100).fill(1);
    md5Base64(bytes);
    expect(bytes).toEqual(new Uint8Array(100).fill(1));
  });
});

describe("md5.node.ts", () => {
  it("does without crypto.hash", async () => {
    vi.resetModules();
    vi.doMock("node:crypto", () => ({ default: { createHash } }));
    try {
      const older = await import("./md5.node.ts");
      expect(older.md5Base64("abc")).toBe(oracle("abc"));
    } finally {
      vi.doUnmock("node:crypto");
      vi.resetModules();
    }
  });
});
