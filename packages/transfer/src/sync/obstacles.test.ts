import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compareKeys } from "../listing/key-order.ts";
import { directory } from "./directory.node.ts";
import { syncBy } from "./sync.ts";
import { SyncError } from "./sync-error.ts";
import type { SyncAction, SyncOptions } from "./sync-options.ts";
import { fakeFiles, fakeObjects, fakeTransfers } from "./testing/fake-ends.ts";

const entryAt = (path: string) => ({ path, size: 1, modifiedMs: 0 });

let root: string;
beforeEach(async () => {
  root = await fs.mkdtemp(join(tmpdir(), "cosmoss-obstacles-"));
});
afterEach(() => fs.rm(root, { recursive: true, force: true }));

async function write(path: string): Promise<void> {
  await fs.mkdir(dirname(path), { recursive: true });
  await fs.writeFile(path, "x");
}

async function filesIn(folder: string): Promise<string[]> {
  const all = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const files = all.filter((one) => !one.isDirectory());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort(compareKeys);
}

/** Syncs objects of these keys to the directory. */
async function run(keys: readonly string[], options: SyncOptions = {}) {
  const actions: SyncAction[] = [];
  const transfers = fakeTransfers((asked) => write(asked.split(" > ")[1]!));
  const result = await syncBy(transfers, fakeObjects([...keys].sort(compareKeys).map(entryAt)), directory(root), {
    delete: true,
    ...options,
    onAction: (action) => actions.push(action),
  });
  return { result, actions: actions.map(({ kind, path, reason }) => `${kind} ${path} (${reason})`).sort() };
}

describe("with delete, one run is enough", () => {
  it.each([
    ["a file where a directory is needed", ["a"], ["a/b/f", "x"]],
    [
      "files where several are, and others that sort between",
      ["a", "a!", "b/c"],
      ["a!x", "a-b", "a/b/f", "b/c/d/e", "b/c/f"],
    ],
    ["a directory where a file is to come", ["a/b", "a/c/d", "z"], ["a", "z"]],
    ["the same, with others that sort between", ["a!/x", "a/b"], ["a", "a!", "a-b", "b"]],
    ["at the end of the listings", ["d/a/b/c"], ["d/a"]],
    ["a directory in a directory that stays", ["d/a/b", "d/c"], ["d/a", "d/c"]],
    ["both, one within the other", ["a/b", "c", "d/e/f"], ["a/b/c", "c/d", "d/e"]],
  ])("for %s", async (_, before, keys) => {
    for (const path of before) await write(join(root, path));
    const dry = await run(keys, { dryRun: true });
    expect(await filesIn(root)).toEqual([...before].sort(compareKeys));
    const { result, actions } = await run(keys);
    expect(await filesIn(root)).toEqual([...keys].sort(compareKeys));
    expect(result).toMatchObject({ refusedCount: 0, failedCount: 0 });
    expect(actions).toEqual(dry.actions);
    expect(result).toEqual(dry.result);
    expect(await run(keys)).toMatchObject({ result: { transferred: 0, deleted: 0, skipped: keys.length } });
  });

  it("whatever both sides have", async () => {
    const name = fc.string({ unit: fc.constantFrom("a", "b", "!"), minLength: 1, maxLength: 2 });
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
    const paths = fc.uniqueArray(path, { maxLength: 12 });
    const collide = (one: string, other: string): boolean => one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
    await fc.assert(
      fc.asyncProperty(paths, paths, async (before, keys) => {
        await fs.rm(root, { recursive: true });
        await fs.mkdir(root);
        const made: string[] = [];
        for (const one of before) if (!made.some((other) => collide(one, other))) made.push(one);
        for (const one of made) await write(join(root, one));
        const dry = await run(keys, { dryRun: true });
        const { actions, result } = await run(keys);
        expect(actions).toEqual(dry.actions);
        const after = await filesIn(root);
        const missing = keys.filter((key) => !after.includes(key)).sort(compareKeys);
        expect(after.filter((one) => !keys.includes(one))).toEqual([]);
        // Only keys that collide with others of the source are refused.
        expect(missing.filter((key) => !after.some((one) => collide(one, key)))).toEqual([]);
        expect(result.refused.map(({ Key }) => Key).sort(compareKeys)).toEqual(missing);
        expect((await run(keys)).result).toMatchObject({ transferred: 0, deleted: 0, skipped: after.length });
      }),
      { numRuns: 60 },
    );
  });
});

describe("what is in the way is refused as ever", () => {
  const refused = async (keys: readonly string[], options?: SyncOptions) =>
    (await run(keys, options)).result.refused.map(({ Key, reason }) => `${Key}: ${reason}`);

  it("without delete", async () => {
    for (const path of ["a", "d/x"]) await write(join(root, path));
    for (const dryRun of [true, false]) {
      expect(await refused(["a/b", "d"], { delete: false, dryRun })).toEqual([
        'a/b: "a" is a file, so that nothing can be below it',
        "d: there is a directory of this name",
      ]);
    }
    expect(await filesIn(root)).toEqual(["a", "d/x"]);
  });

  it("when something stays: what is excluded, what is no file, what the source has below", async () => {
    for (const path of ["a", "d/x", "d/y.log", "e/x", "f/g/x", "f/g/y"]) await write(join(root, path));
    await fs.symlink("..", join(root, "e/link"));
    const keys = ["a/b", "d", "e", "f", "f/g", "f/g/y"];
    const options = { exclude: ["a", "*.log"] };
    const dry = await run(keys, { ...options, dryRun: true });
    const { actions } = await run(keys, options);
    expect(actions).toEqual(dry.actions);
    expect(actions).toEqual([
      "delete d/x (extra)",
      "delete e/x (extra)",
      "delete f/g/x (extra)",
      'refuse a/b ("a" is a file, so that nothing can be below it)',
      "refuse d (there is a directory of this name)",
      "refuse e (there is a directory of this name)",
      "refuse f (there is a directory of this name)",
      "refuse f/g (there is a directory of this name)",
      "skip f/g/y (same)",
    ]);
    expect(await filesIn(root)).toEqual(["a", "d/y.log", "e/link", "f/g/y"]);
  });

  it("when something stays that a listing does not show", async () => {
    for (const path of ["d/x", "d/.y.cosmoss-part"]) await write(join(root, path));
    expect(await refused(["d"])).toEqual(["d: there is a directory of this name"]);
    expect(await filesIn(root)).toEqual(["d/.y.cosmoss-part"]);
  });
});

describe("a deletion that makes room", () => {
  const events: string[] = [];
  const target = (fail: string[] = []) => {
    events.length = 0;
    const files = fakeFiles(["a", "b", "d/x"].map(entryAt), {
      inspect: async (path) => {
        const isFree = events.includes(`removed ${path === "d" ? "d/x" : "a"}`);
        return (path.startsWith("a/") || path === "d") && !isFree ? "in the way" : undefined;
      },
    });
    files.remove = async (removals) => {
      await new Promise((resolve) => setImmediate(resolve));
      for (const { path } of removals) if (!fail.includes(path)) events.push(`removed ${path}`);
      return fail.map((path) => ({ path, error: new Error("busy") }));
    };
    return files;
  };
  const transfers = () => fakeTransfers(async (asked) => void events.push(`begun ${asked.split(" ")[0]}`));
  const from = () => fakeObjects(["a/b", "a/c", "d"].map(entryAt));

  it("is over before anything is written there", async () => {
    await syncBy(transfers(), from(), target(), { delete: true });
    expect(events).toEqual(["removed a", "begun a/b", "begun a/c", "removed b", "removed d/x", "begun d"]);
  });

  it("and fails is a failure, and what it was to make room for is refused", async () => {
    const task = syncBy(transfers(), from(), target(["a"]), { delete: true });
    const error = (await task.catch((reason: unknown) => reason)) as SyncError;
    expect(error).toSatisfy(SyncError.isInstance);
    expect(error.result.failures.map(({ path }) => path)).toContain("a");
    expect(error.result.refused.map(({ Key }) => Key)).toEqual(["a/b", "a/c"]);
    expect(events).not.toContain("begun a/b");
  });
});
