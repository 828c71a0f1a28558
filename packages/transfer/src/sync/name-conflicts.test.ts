import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareKeys } from "../listing/key-order.ts";
import { NameConflicts } from "./name-conflicts.ts";

function refusedOf(paths: readonly string[], ignoresCase: boolean): string[] {
  const conflicts = new NameConflicts({ ignoresCase });
  return paths.filter((path) => conflicts.visit(path) !== undefined);
}

it("refuses what would be below a file", () => {
  const paths = ["a", "a!", "a-b/c", "a.txt", "a/b", "a/c/d", "ab", "b/c", "b/c.txt", "b/c/d"];
  expect(refusedOf(paths, false)).toEqual(["a/b", "a/c/d", "b/c/d"]);
});

it("forgets a file that was refused for another reason", () => {
  const conflicts = new NameConflicts({ ignoresCase: false });
  expect(conflicts.visit("a")).toBeUndefined();
  conflicts.leave("a");
  expect(conflicts.visit("a/b")).toBeUndefined();
});

describe("where case does not count", () => {
  it.each([
    [["A.txt", "a.txt"], ["a.txt"]],
    [["D/x", "d/y"], ["d/y"]],
    [
      ["D/x", "E/x", "d/y", "d/z"],
      ["d/y", "d/z"],
    ],
    [["a/B/c", "a/b"], ["a/b"]],
    [["x/A", "y/a"], []],
    [["A/x", "A/y"], []],
    // Composed and decomposed.
    [["e\u0301.txt", "\u00e9.txt"], ["\u00e9.txt"]],
    [["ΣΑΣ", "σας"], ["σας"]],
  ])("%j", (paths, refused) => {
    expect(refusedOf(paths, true)).toEqual(refused);
    expect(refusedOf(paths, false)).toEqual([]);
  });
});

describe("any set of paths", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "A", "b", "!", "."), minLength: 1, maxLength: 2 });
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
  const paths = fc.uniqueArray(path, { maxLength: 25 }).map((all) => all.sort(compareKeys));

  it.each([true, false])("leaves only what can be on one disk (ignoring case: %s)", (ignoresCase) => {
    fc.assert(
      fc.property(paths, (all) => {
        const refused = new Set(refusedOf(all, ignoresCase));
        const kept = all.filter((one) => !refused.has(one));
        expect(conflictsAmong(kept, ignoresCase)).toEqual([]);
        // Nothing is refused where there is no conflict at all.
        if (conflictsAmong(all, ignoresCase).length === 0) expect(refused.size).toBe(0);
      }),
    );
  });
});

/** The same, with all names in memory. */
function conflictsAmong(paths: readonly string[], ignoresCase: boolean): string[] {
  const files = new Set(paths);
  const spellings = new Map<string, string>();
  return paths.filter((path) => {
    const names = path.split("/");
    return names.some((_, depth) => {
      const part = names.slice(0, depth + 1).join("/");
      const folded = part.toLowerCase();
      const other = spellings.get(folded) ?? part;
      spellings.set(folded, other);
      return (depth < names.length - 1 && files.has(part)) || (ignoresCase && other !== part);
    });
  });
}
