import { DecodeError } from "@cosmoss/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareKeys } from "../listing/key-order.ts";
import { type Listing, mergeListings, type PathPair } from "./merge-listings.ts";
import type { SyncEntry, SyncGap } from "./sync-end.ts";

function entry(path: string): SyncEntry {
  return { path, size: 1, modifiedMs: 0 };
}

function listing(items: readonly (SyncEntry | SyncGap | string)[]): Listing {
  const iterator = items.map((item) => (typeof item === "string" ? entry(item) : item))[Symbol.iterator]();
  return { name: "the test", next: async () => iterator.next(), close: async () => {} };
}

async function merged(
  source: Parameters<typeof listing>[0],
  target: Parameters<typeof listing>[0],
): Promise<PathPair[]> {
  const pairs: PathPair[] = [];
  for await (const pair of mergeListings(listing(source), listing(target))) pairs.push(pair);
  return pairs;
}

it("puts what has the same path together, and says what the source has next", async () => {
  const pairs = await merged(["a", "c", "d"], ["b", "c", "e"]);
  expect(pairs.map(({ path, source, target, upcoming }) => [path, source?.path, target?.path, upcoming])).toEqual([
    ["a", "a", undefined, "a"],
    ["b", undefined, "b", "c"],
    ["c", "c", "c", "c"],
    ["d", "d", undefined, "d"],
    ["e", undefined, "e", undefined],
  ]);
});

describe("two listings", () => {
  const path = fc.string({ unit: fc.constantFrom("a", "b", "/", "～", "😀"), minLength: 1, maxLength: 4 });
  const paths = fc.uniqueArray(path, { maxLength: 20 }).map((all) => all.sort(compareKeys));

  it("give every path once, in order", async () => {
    await fc.assert(
      fc.asyncProperty(paths, paths, async (source, target) => {
        const pairs = await merged(source, target);
        expect(pairs.map((pair) => pair.path)).toEqual([...new Set([...source, ...target])].sort(compareKeys));
        for (const pair of pairs) {
          expect(pair.source?.path).toBe(source.includes(pair.path) ? pair.path : undefined);
          expect(pair.target?.path).toBe(target.includes(pair.path) ? pair.path : undefined);
          expect(pair.upcoming).toBe(source.find((one) => compareKeys(one, pair.path) >= 0));
        }
      }),
    );
  });
});

it("passes on what has no place in the order without losing step", async () => {
  const nameless: SyncGap = { path: "\ufffd", reason: "no UTF-8", nameless: true };
  const pairs = await merged([nameless, "a", nameless, "b"], ["a", "b"]);
  expect(pairs.map(({ path, source, target }) => [path, source?.path, target?.path])).toEqual([
    ["\ufffd", "\ufffd", undefined],
    ["a", "a", "a"],
    ["\ufffd", "\ufffd", undefined],
    ["b", "b", "b"],
  ]);
});

it.each([
  ["out of order", ["b", "a"]],
  ["twice the same", ["a", "a"]],
  ["in the order of UTF-16", ["😀", "～"]],
])("rejects a listing %s, on either side", async (_, paths) => {
  await expect(merged(paths, [])).rejects.toThrow(DecodeError);
  await expect(merged([], paths)).rejects.toThrow(/order of their UTF-8 bytes/);
});
