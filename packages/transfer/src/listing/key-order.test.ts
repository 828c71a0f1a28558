import fc from "fast-check";
import { expect, it } from "vitest";
import { compareKeys } from "./key-order.ts";

const key = fc.string({
  unit: fc.constantFrom("a", "b", "/", "é", "中", "\ud7ff", "\ue000", "～", "\uffff", "😀", "𐀀", "\u{10ffff}"),
  maxLength: 6,
});

it("orders keys as their UTF-8 bytes are ordered", () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

it("is not how JavaScript orders them", () => {
  expect(["😀", "～"].sort()).toEqual(["😀", "～"]);
  expect(["😀", "～"].sort(compareKeys)).toEqual(["～", "😀"]);
});
