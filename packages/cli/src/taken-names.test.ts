import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseLocation } from "./locations.ts";
import { ignoresCase, TakenNames } from "./taken-names.ts";

it.each([
  [false, "dir/Cat", undefined],
  [true, "dir/Cat", "oss://photos/cat"],
  [true, "dir/cat2", undefined],
] as const)("when case is ignored: %s, %s is taken by %s", (isIgnored, to, by) => {
  const taken = new TakenNames({ ignoresCase: isIgnored });
  const [first, second] = [parseLocation("oss://photos/cat"), parseLocation("oss://photos/x/Cat")];
  expect(taken.take({ from: first, to: parseLocation("dir/cat"), tree: false })).toBeUndefined();
  expect(taken.take({ from: second, to: parseLocation(to), tree: false })).toEqual(by && parseLocation(by));
});

it.each([
  ["oss://photos/x", false],
  ["x", true],
])("whether a file and a directory of one name are one: %s, %s", (target, isOne) => {
  const taken = new TakenNames({ ignoresCase: false });
  const [from, to] = [parseLocation("a/x"), parseLocation(target)];
  taken.take({ from, to, tree: false });
  expect(taken.take({ from, to, tree: true }) !== undefined).toBe(isOne);
});

it("sees whether a file system tells case", async () => {
  const cwd = await mkdtemp(join(tmpdir(), "cosmoss-names-"));
  try {
    await mkdir(join(cwd, "both"));
    await writeFile(join(cwd, "both", "A"), "");
    await writeFile(join(cwd, "both", "a"), "");
    const isIgnored = (await readdir(join(cwd, "both"))).length === 1;
    for (const target of ["both", "new/"]) {
      expect(await ignoresCase(parseLocation(target), { cwd })).toBe(isIgnored);
    }
    expect(await ignoresCase(parseLocation("both/A/no directory/below"), { cwd })).toBe(false);
    expect(await ignoresCase(parseLocation("oss://photos/both/"), { cwd })).toBe(false);
  } finally {
    await rm(cwd, { recursive: true });
  }
});
