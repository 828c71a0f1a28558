import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { _compareKeys } from "./order.ts";
import { _SortedMap } from "./sorted-map.ts";

describe("compareKeys", () => {
  test("orders as the UTF-8 bytes do, which is not how JavaScript orders", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(Math.sign(_compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      {
        examples: [
          ["\u{1f600}", "\uff5e"],
          ["a", "a\u0000"],
          ["\ud7ff", "\ue000"],
        ],
      },
    );
    expect(["\uff5e", "\u{1f600}"].toSorted()).toEqual(["\u{1f600}", "\uff5e"]);
    expect(["\u{1f600}", "\uff5e"].toSorted(_compareKeys)).toEqual(["\uff5e", "\u{1f600}"]);
  });
});

describe("SortedMap", () => {
  const model = fc.array(
    fc.record({
      op: fc.constantFrom("set", "set", "set", "delete"),
      from: fc.nat(3000),
      step: fc.constantFrom(-1, 1, 7),
      count: fc.nat(900),
    }),
    { maxLength: 12 },
  );

  test("does what a plain map sorted afresh does, through splits and emptied leaves", () => {
    fc.assert(
      fc.property(model, fc.array(fc.nat(3500), { maxLength: 5 }), (program, probes) => {
        const map = new _SortedMap<number, string>((a, b) => a - b);
        const expected = new Map<number, string>();
        for (const { op, from, step, count } of program) {
          for (let i = 0, key = from; i < count; i++, key += step) {
            if (op === "set") {
              map.set(key, `${key}:${i}`);
              expected.set(key, `${key}:${i}`);
            } else expect(map.delete(key)).toBe(expected.delete(key));
          }
        }
        const sorted = [...expected].toSorted(([a], [b]) => a - b);
        expect(map.size).toBe(expected.size);
        expect([...map.values()]).toEqual(sorted.map(([, value]) => value));
        for (const probe of probes) {
          expect(map.get(probe)).toBe(expected.get(probe));
          expect([...map.valuesFrom((key) => key > probe)]).toEqual(
            sorted.filter(([key]) => key > probe).map(([, value]) => value),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  test("finds and changes one of 100,000 keys with few comparisons", () => {
    let comparisons = 0;
    const map = new _SortedMap<number, number>((a, b) => (comparisons++, a - b));
    // 7919 has no common factor with 100,000, so this visits every number once, out of order.
    for (let i = 0; i < 100_000; i++) map.set((i * 7919) % 100_000, i);
    expect(map.size).toBe(100_000);
    comparisons = 0;
    map.set(50_000.5, 0);
    map.delete(50_000.5);
    map.get(99_999);
    const first = map.valuesFrom((key) => (comparisons++, key > 70_000)).next();
    expect(first.done).toBe(false);
    expect(comparisons).toBeLessThan(100);
  });
});
