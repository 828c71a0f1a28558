import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc64 } from "@cosmoss/checksum";
import { ConfigError } from "@cosmoss/errors";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { directory, filesEnd } from "./directory.node.ts";
import { ignoresCase } from "./directory-guard.node.ts";
import type { FilesEnd, SyncEntry, SyncGap } from "./sync-end.ts";

/** What the file system of a test does otherwise than the real one. */
const odd = vi.hoisted(() => ({ unreadable: undefined as string | undefined, foldsCase: false }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof fs>();
  const denied = (): Error => Object.assign(new Error("EACCES: permission denied, scandir"), { code: "EACCES" });
  return {
    ...real,
    readdir: (path: string, options: never) =>
      path === odd.unreadable ? Promise.reject(denied()) : real.readdir(path, options),
    lstat: (path: string, options: never) => real.lstat(odd.foldsCase ? path.toLowerCase() : path, options),
    realpath: (path: string) => real.realpath(odd.foldsCase ? path.toLowerCase() : path),
  };
});

let root: string;
let folder: string;
beforeEach(async () => {
  const made = await fs.realpath(await fs.mkdtemp(join(tmpdir(), "cosmoss-directory-")));
  // In lower case, as a file system that folds case would have it.
  folder = made.toLowerCase();
  if (folder !== made) await fs.rename(made, folder);
  root = join(folder, "root");
  await fs.mkdir(root);
});
afterEach(async () => {
  Object.assign(odd, { unreadable: undefined, foldsCase: false });
  await fs.rm(folder, { recursive: true });
});

async function make(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await fs.mkdir(join(root, path, ".."), { recursive: true });
    await fs.writeFile(join(root, path), path);
  }
}

async function listed(
  end: FilesEnd = directory(root),
  missing: "fail" | "empty" = "fail",
): Promise<(SyncEntry | SyncGap)[]> {
  const items: (SyncEntry | SyncGap)[] = [];
  for await (const item of end.list({ missing })) items.push(item);
  return items;
}

async function pathsOf(end?: FilesEnd): Promise<string[]> {
  return (await listed(end)).map(({ path }) => path);
}

describe("the listing", () => {
  it("has all files with size and time, and no directories", async () => {
    await make("b", "a/x", "a/y/z");
    await fs.mkdir(join(root, "empty"));
    await fs.utimes(join(root, "b"), 1_700_000_000, 1_700_000_000.5);
    const items = await listed();
    expect(items.map(({ path }) => path)).toEqual(["a/x", "a/y/z", "b"]);
    expect(items[2]).toEqual({ path: "b", size: 1, modifiedMs: 1_700_000_000_500 });
  });

  it.each([
    [
      ["a.txt", "a/b", "a-b", "a0"],
      ["a-b", "a.txt", "a/b", "a0"],
    ],
    [
      ["～", "😀", "\ue000"],
      ["\ue000", "～", "😀"],
    ],
    [
      ["B", "a", "b"],
      ["B", "a", "b"],
    ],
  ])("of %j is in the order of the services", async (paths, expected) => {
    await make(...paths);
    expect(await pathsOf()).toEqual(expected);
  });

  it("is in the order of the UTF-8 bytes of the paths, whatever their names", async () => {
    const character = fc.constantFrom("a", "b", "!", "-", ".", "0", "é", "\ud7ff", "\ue000", "～", "😀", "\u{10ffff}");
    const name = fc.string({ unit: character, minLength: 1, maxLength: 3 }).filter((one) => !/^\.{1,2}$/.test(one));
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(path, { maxLength: 20 }), async (paths) => {
        await fs.rm(root, { recursive: true });
        await fs.mkdir(root);
        const made: string[] = [];
        for (const one of paths) {
          // A name is that of a file or of a directory.
          if (made.some((other) => other.startsWith(`${one}/`) || one.startsWith(`${other}/`))) continue;
          await make(one);
          made.push(one);
        }
        expect(await pathsOf()).toEqual(made.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
      { numRuns: 60 },
    );
  });

  it("goes through directories of more files than are looked at together", async () => {
    const paths = Array.from({ length: 300 }, (_, i) => `d/${String(i).padStart(3, "0")}`);
    await make(...paths);
    expect(await pathsOf()).toEqual(paths);
  });

  it("follows links to files, and says what it cannot take", async () => {
    await make("real/file", "z");
    await fs.symlink("real/file", join(root, "link"));
    await fs.symlink("real", join(root, "links"));
    await fs.symlink(".", join(root, "loop"));
    await fs.symlink("nowhere", join(root, "dead"));
    await fs.symlink("circle", join(root, "circle"));
    execFileSync("mkfifo", [join(root, "pipe")]);
    const server = createServer().listen(join(root, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    await fs.writeFile(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x62, 0xff])]), "x");
    // Comes between `links` and `links/` in the order of names.
    await make("links.txt");
    const items = await listed();
    server.close();
    expect(items.map((item) => [item.path, "reason" in item ? item.reason : item.size])).toEqual([
      ["b\ufffd", expect.stringContaining("UTF-8")],
      ["circle", expect.stringContaining("leads nowhere")],
      ["dead", expect.stringContaining("leads nowhere")],
      ["link", 9],
      ["links.txt", 9],
      ["links/", expect.stringContaining("not followed")],
      ["loop/", expect.stringContaining("not followed")],
      ["pipe", expect.stringContaining("a pipe")],
      ["real/file", 9],
      ["socket", expect.stringContaining("a socket")],
      ["z", 1],
    ]);
    expect(items.filter((item) => "nameless" in item).map(({ path }) => path)).toEqual(["b\ufffd"]);
    expect(items.some((item) => "error" in item)).toBe(false);
  });

  it("leaves out unfinished downloads", async () => {
    await make(".a.cosmoss-part", "d/.b.cosmoss-part", "cosmoss-part", "x.cosmoss-part");
    expect(await pathsOf()).toEqual(["cosmoss-part", "x.cosmoss-part"]);
  });

  it("does not look into directories that are left out", async () => {
    await make("a", "b/c", "b/d/e", "f/b/g");
    odd.unreadable = join(root, "b/");
    const items: string[] = [];
    const leavesOut = (path: string): boolean => path === "b/";
    for await (const { path } of directory(root).list({ missing: "fail", leavesOut })) items.push(path);
    expect(items).toEqual(["a", "f/b/g"]);
  });

  it("says which directory cannot be read, and goes on", async () => {
    await make("a", "b/c", "b.txt", "d");
    odd.unreadable = join(root, "b/");
    const items = await listed();
    expect(items.map(({ path }) => path)).toEqual(["a", "b.txt", "b/", "d"]);
    expect(items[2]).toMatchObject({ error: { code: "EACCES" } });
  });

  it("rejects where there is no directory, unless a missing one is as good as an empty one", async () => {
    await make("file");
    await expect(listed(directory(join(root, "missing")))).rejects.toThrow(ConfigError);
    await expect(listed(directory(join(root, "file")))).rejects.toThrow(/cannot be listed/);
    const end = directory(join(root, "missing"));
    expect(await listed(end, "empty")).toEqual([]);
    await expect(listed(directory(join(root, "file")), "empty")).rejects.toThrow(ConfigError);
  });
});

describe("the guard", () => {
  async function refusal(path: string, { found = false, end = directory(root) } = {}): Promise<string | undefined> {
    const guard = await end.guard();
    return guard.visit(path, { wanted: true }) ?? (await guard.inspect(path, { found }));
  }

  it("lets new files be made, and those that were found be replaced", async () => {
    await make("a", "d/x");
    await fs.symlink("a", join(root, "link"));
    for (const path of ["b", "d/y", "d/e/f", "new/x", "aux.c", "a:b"]) expect(await refusal(path)).toBeUndefined();
    for (const path of ["a", "d/x", "link"]) expect(await refusal(path, { found: true })).toBeUndefined();
    expect(await refusal("x", { end: directory(join(root, "missing")) })).toBeUndefined();
  });

  it("does not follow a link out of the directory, nor any other", async () => {
    await fs.mkdir(join(folder, "outside"));
    await make("inside/x");
    await fs.symlink("../outside", join(root, "out"));
    await fs.symlink("inside", join(root, "in"));
    expect(await refusal("out/x")).toMatch(/"out" is a link/);
    expect(await refusal("in/new")).toMatch(/"in" is a link/);
    expect(await refusal("inside/../../outside/x")).toMatch(/"\.\."/);
    // The link that the user gave is his business.
    await fs.symlink("root", join(folder, "given"));
    expect(await refusal("inside/y", { end: directory(join(folder, "given")) })).toBeUndefined();
    expect(await refusal("out/x", { end: directory(join(folder, "given")) })).toMatch(/"out" is a link/);
  });

  it("refuses what is in the way on the disk", async () => {
    await make("file", "d/x");
    await fs.symlink("nowhere", join(root, "dead"));
    execFileSync("mkfifo", [join(root, "pipe")]);
    expect(await refusal("file/x")).toMatch(/"file" is no directory/);
    expect(await refusal("d")).toMatch(/a directory of this name/);
    expect(await refusal("dead")).toMatch(/a link of this name/);
    expect(await refusal("pipe")).toMatch(/no file/);
    // Not listed under this name, and yet there: the file system takes another name for it.
    expect(await refusal("file")).toMatch(/goes by this name/);
  });

  it("refuses a directory that goes by another name as well", async () => {
    await make("docs/x");
    const guard = await directory(root).guard();
    odd.foldsCase = true;
    // What this file system would open for "DOCS" is "docs".
    expect(await guard.inspect("DOCS/y", { found: false })).toMatch(/"DOCS" is another name of a directory/);
    expect(await guard.inspect("docs/y", { found: false })).toBeUndefined();
  });

  it("refuses what would be a file and a directory at once, also beside files that are there", async () => {
    const guard = await directory(root).guard();
    guard.visit("a", { wanted: false });
    expect(guard.visit("a/b", { wanted: true })).toMatch(/"a" is a file/);
    expect(guard.visit("b", { wanted: true })).toBeUndefined();
    expect(guard.visit("b/c", { wanted: true })).toMatch(/"b" is a file/);
  });

  it("has room below a file that is going to be deleted", async () => {
    const guard = await directory(root).guard();
    guard.visit("a", { wanted: false, going: true });
    expect(guard.visit("a/b", { wanted: true })).toBeUndefined();
  });

  it("takes a name back that the disk has no place for", async () => {
    await make("a/b");
    const guard = await directory(root).guard();
    expect(guard.visit("a", { wanted: true })).toBeUndefined();
    expect(await guard.inspect("a", { found: false })).toMatch(/a directory of this name/);
    expect(guard.visit("a/b", { wanted: true })).toBeUndefined();
  });

  it("refuses names of unfinished downloads", async () => {
    expect(await refusal("d/.x.cosmoss-part")).toMatch(/unfinished/);
    expect(await refusal("x.cosmoss-part")).toBeUndefined();
  });

  it.each([
    ["portable names", (): FilesEnd => directory(root, { names: "portable" })],
    ["Windows", (): FilesEnd => filesEnd(root, {}, "win32")],
  ])("refuses what Windows cannot have, for %s", async (_, end) => {
    for (const path of ["aux.c", "a:b", "a\\b", "d/nul", "x."]) {
      expect(await refusal(path, { end: end() })).toMatch(/Windows/);
    }
    expect(await refusal("fine.c", { end: end() })).toBeUndefined();
  });

  it("refuses names that differ by case only where case does not count", async () => {
    await make("Readme");
    const visits = async (end: FilesEnd): Promise<(string | undefined)[]> => {
      const guard = await end.guard();
      return ["A.txt", "a.txt"].map((path) => guard.visit(path, { wanted: true }));
    };
    expect(await visits(directory(root))).toEqual([undefined, undefined]);
    expect(await visits(directory(root, { names: "portable" }))).toEqual([undefined, expect.stringContaining("A.txt")]);
    await fs.rename(join(root, "Readme"), join(root, "readme"));
    odd.foldsCase = true;
    expect(await visits(directory(root))).toEqual([undefined, expect.stringContaining("A.txt")]);
  });
});

describe("whether case counts", () => {
  it("is seen by files that are there, or by the directory's name, without writing", async () => {
    for (const path of [root, join(root, "missing", "1")]) expect(await ignoresCase(path, "darwin")).toBe(false);
    expect(await fs.readdir(root)).toEqual([]);
    await make("1", "file");
    expect(await ignoresCase(root, "darwin")).toBe(false);
    odd.foldsCase = true;
    for (const path of [root, join(root, "missing", "1")]) expect(await ignoresCase(path, "linux")).toBe(true);
  });

  it("counts where a directory has both", async () => {
    await make("file");
    await fs.link(join(root, "file"), join(root, "FILE"));
    odd.foldsCase = true;
    expect(await ignoresCase(root, "linux")).toBe(false);
  });
});

describe("a deletion", () => {
  it("takes directories along that it emptied, up to the one that is needed", async () => {
    await make("a/b/c/x", "a/b/c/y", "a/b/z", "k/l/x", "m/x", "m/y", "top");
    await fs.mkdir(join(root, "a/empty"));
    const failures = await directory(root).remove([
      { path: "a/b/c/x", within: "" },
      { path: "a/b/c/y", within: "" },
      { path: "a/b/z", within: "" },
      { path: "k/l/x", within: "k/" },
      { path: "m/x", within: "" },
      { path: "top", within: "" },
      { path: "gone", within: "" },
      { path: "gone/x", within: "" },
    ]);
    expect(failures).toEqual([]);
    expect((await fs.readdir(root, { recursive: true })).sort()).toEqual(["a", "a/empty", "k", "m", "m/y"]);
  });

  it("never removes the directory itself", async () => {
    await make("x");
    await directory(root).remove([{ path: "x", within: "" }]);
    expect(await fs.readdir(folder)).toEqual(["root"]);
  });

  it("removes a link, not what it leads to, and goes through none", async () => {
    await fs.mkdir(join(folder, "outside"));
    await fs.writeFile(join(folder, "outside/x"), "precious");
    await fs.symlink("../outside/x", join(root, "link"));
    await fs.symlink("../outside", join(root, "out"));
    const failures = await directory(root).remove([
      { path: "link", within: "" },
      { path: "out/x", within: "" },
    ]);
    expect(failures).toEqual([{ path: "out/x", error: expect.any(ConfigError) }]);
    expect(await fs.readFile(join(folder, "outside/x"), "utf8")).toBe("precious");
    expect(await fs.readdir(root)).toEqual(["out"]);
  });

  it("says what it could not delete, and goes on", async () => {
    await make("d/x", "y");
    const failures = await directory(root).remove([
      { path: "d", within: "" },
      { path: "y", within: "" },
    ]);
    expect(failures).toEqual([{ path: "d", error: expect.any(ConfigError) }]);
    expect(await fs.readdir(root)).toEqual(["d"]);
  });
});

describe("a hash", () => {
  it("is the MD5 or the CRC-64 of all bytes", async () => {
    const bytes = Buffer.alloc(2_500_000, "cosmoss");
    await fs.writeFile(join(root, "x"), bytes);
    expect(await directory(root).hash("x", "crc64", {})).toBe(crc64(bytes));
    const [md5] = execFileSync("md5sum", [join(root, "x")], { encoding: "utf8" }).split(" ");
    expect(await directory(root).hash("x", "md5", {})).toBe(md5);
  });

  it("rejects for what cannot be read, and when it is stopped", async () => {
    await expect(directory(root).hash("missing", "md5", {})).rejects.toThrow(/missing cannot be read/);
    await make("x");
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await expect(directory(root).hash("x", "md5", { signal })).rejects.toBe(reason);
  });
});

it("needs a path", () => {
  expect(() => directory("")).toThrow(/directory: "" is no path/);
  expect(directory(new URL(`file://${root}`)).name).toBe(root);
});
