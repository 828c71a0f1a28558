import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CLOUDS, useCloud } from "../testing/clouds.ts";
import { directory } from "./directory.node.ts";
import { prefix } from "./prefix.ts";
import { sync } from "./sync.ts";
import type { ObjectsEnd, SyncEnd } from "./sync-end.ts";
import { SyncError } from "./sync-error.ts";
import type { SyncAction, SyncCompare, SyncOptions } from "./sync-options.ts";

const KIB = 1024;
const COMPARES: SyncCompare[] = ["size-mtime", "etag", "crc64"];

let folder: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), "cosmoss-sync-"));
});
afterEach(async () => {
  await fs.rm(folder, { recursive: true });
});

/** Bytes that depend on the name. */
function content(name: string, size: number): Buffer {
  return Buffer.alloc(size, `${name} ${size};`);
}

const TREE: Record<string, number> = {
  "a.txt": 10,
  "a/b": 20,
  "a-b": 0,
  "deep/er/and/deeper.bin": 300 * KIB,
  "中文/😀.jpg": 30,
  "中文/～": 31,
  "with space & + %25?.txt": 32,
  "aux.c": 33,
};

async function makeTree(name: string, tree: Record<string, number> = TREE): Promise<string> {
  const root = join(folder, name);
  for (const [path, size] of Object.entries(tree)) {
    await fs.mkdir(join(root, path, ".."), { recursive: true });
    await fs.writeFile(join(root, path), content(path, size));
  }
  return root;
}

/** All files and directories below, with what is in them. */
async function treeOf(root: string): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const dirent of await fs.readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(dirent.parentPath, dirent.name);
    const found = dirent.isDirectory() ? "directory" : (await fs.readFile(path)).toString("latin1");
    tree[path.slice(root.length + 1)] = found;
  }
  return tree;
}

async function run(from: SyncEnd, to: SyncEnd, options: SyncOptions = {}) {
  const actions: SyncAction[] = [];
  const result = await sync(from, to, { ...options, onAction: (action) => actions.push(action) });
  const order = (a: SyncAction, b: SyncAction): number => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));
  return { result, actions: actions.sort(order), did: actions.filter(({ kind }) => kind !== "skip") };
}

describe.each(CLOUDS)("with %s", (name) => {
  const cloud = useCloud(name);
  const end = (Prefix = "p/"): ObjectsEnd => prefix(cloud.port, { Bucket: cloud.Bucket, Prefix });
  const keys = async (Prefix = ""): Promise<string[]> => {
    const all: string[] = [];
    for await (const { Key } of cloud.port.list({ Bucket: cloud.Bucket, Prefix })) all.push(Key);
    return all;
  };

  it.each(COMPARES)("a tree goes there and back unchanged, and the second run does nothing (%s)", async (compare) => {
    const options = { compare, partSize: 128 * KIB };
    // Parts of COS are 1 MiB at least.
    const parts = name === "oss" ? options : { compare };
    const from = directory(await makeTree("from"));
    const there = await run(from, end(), parts);
    expect(there.result).toMatchObject({ transferred: 8, bytes: 300 * KIB + 156, failedCount: 0, refusedCount: 0 });
    expect((await run(from, end(), parts)).did).toEqual([]);
    const back = directory(join(folder, "back"));
    expect((await run(end(), back, parts)).result).toMatchObject({ transferred: 8, failedCount: 0, refusedCount: 0 });
    expect(await treeOf(join(folder, "back"))).toEqual(await treeOf(join(folder, "from")));
    expect((await run(end(), back, parts)).did).toEqual([]);
    expect((await run(back, end(), parts)).did).toEqual([]);
    await cloud.quiet();
  });

  it("a small file is had with one request, and has the time of its object", async () => {
    await cloud.put("p/x", content("x", 5));
    await run(end(), directory(join(folder, "to")));
    expect([cloud.count("HeadObject"), cloud.count("GetObject")]).toEqual([0, 1]);
    const { LastModified } = await cloud.port.head({ Bucket: cloud.Bucket, Key: "p/x" });
    expect((await fs.stat(join(folder, "to/x"))).mtimeMs).toBe(LastModified!.getTime());
  });

  it("a dry run tells the later actions, and changes neither side", async () => {
    const root = await makeTree("from");
    await run(directory(root), end());
    await fs.writeFile(join(root, "a.txt"), "of another size");
    await fs.writeFile(join(root, "new"), "new");
    await fs.rm(join(root, "a-b"));
    await fs.rm(join(root, "deep"), { recursive: true });
    const before = await keys();
    const dry = await run(directory(root), end(), { delete: true, dryRun: true });
    expect(await keys()).toEqual(before);
    const real = await run(directory(root), end(), { delete: true });
    expect(dry.actions).toEqual(real.actions);
    expect(dry.result).toEqual(real.result);
    expect(real.result).toMatchObject({ transferred: 2, deleted: 2, skipped: 5 });
    expect(await keys()).toEqual(expect.not.arrayContaining(["p/a-b", "p/deep/er/and/deeper.bin"]));

    // And the other way.
    await cloud.put("p/a.txt", content("other", 99));
    await fs.writeFile(join(root, "extra"), "x");
    await fs.mkdir(join(root, "extras/of"), { recursive: true });
    await fs.writeFile(join(root, "extras/of/x"), "x");
    const tree = await treeOf(root);
    const options: SyncOptions = { delete: true, compare: "crc64" };
    const dryDown = await run(end(), directory(root), { ...options, dryRun: true });
    expect(await treeOf(root)).toEqual(tree);
    const down = await run(end(), directory(root), options);
    expect(dryDown.actions).toEqual(down.actions);
    expect(down.did.map(({ kind, path }) => `${kind} ${path}`).sort()).toEqual([
      "delete extra",
      "delete extras/of/x",
      "download a.txt",
    ]);
    expect(await fs.readdir(root)).toEqual(expect.not.arrayContaining(["extra", "extras"]));
  });

  it("with delete, what is in the way of another kind goes first, in one run", async () => {
    await cloud.put("p/a/b/f", content("f", 5));
    await cloud.put("p/d", content("d", 6));
    await cloud.put("p/x", content("x", 7));
    const root = await makeTree("to", { a: 1, "d/e/f": 2, "d/g": 3 });
    const kept = await run(end(), directory(root));
    expect(kept.result.refused.map(({ Key }) => Key)).toEqual(["p/a/b/f", "p/d"]);
    const { result } = await run(end(), directory(root), { delete: true });
    expect(result).toMatchObject({ transferred: 2, deleted: 3, skipped: 1, refusedCount: 0, failedCount: 0 });
    expect(await treeOf(root)).toEqual({
      a: "directory",
      "a/b": "directory",
      "a/b/f": content("f", 5).toString(),
      d: content("d", 6).toString(),
      x: content("x", 7).toString(),
    });
  });

  it("no key leads out of the directory, and each that could is reported", async () => {
    await fs.mkdir(join(folder, "outside"));
    const root = join(folder, "to");
    await fs.mkdir(root);
    await fs.symlink("../outside", join(root, "link"));
    const bad = [
      "C:/x",
      "a\\..\\..\\x",
      "link/x",
      "double//slash",
      "dot/./x",
      "folder-with-bytes/",
      "../up",
      "file/below",
      `${"x".repeat(256)}`,
    ];
    const sent = [...bad, "file", "fine"];
    for (const path of sent) await cloud.put(`p/${path}`, content(path, 5));
    const { result } = await run(end(), directory(root));
    expect(result.refused.map(({ Key }) => Key).sort()).toEqual(bad.map((path) => `p/${path}`).sort());
    expect(result).toMatchObject({ transferred: 2, failedCount: 0 });
    expect(await fs.readdir(join(folder, "outside"))).toEqual([]);
    expect((await fs.readdir(folder)).sort()).toEqual(["outside", "to"]);
    expect((await fs.readdir(root, { recursive: true })).sort()).toEqual(["file", "fine", "link"]);
    // Again, the same: refused, and nothing else to do.
    expect((await run(end(), directory(root))).did.map(({ kind }) => kind)).toEqual(bad.map(() => "refuse"));
  });

  it("keys that differ by case only are refused where the target shall be portable", async () => {
    for (const path of ["Readme", "readme", "D/x", "d/y", "con"]) await cloud.put(`p/${path}`, content(path, 5));
    const { result } = await run(end(), directory(join(folder, "to"), { names: "portable" }));
    expect(result.refused.map(({ Key }) => Key)).toEqual(["p/con", "p/d/y", "p/readme"]);
    expect(result.transferred).toBe(2);
  });

  it("more keys than a page are listed, and deleted in batches", async () => {
    const tree = Object.fromEntries(Array.from({ length: 1100 }, (_, i) => [`d${i % 7}/${i}`, 1]));
    const root = await makeTree("many", tree);
    expect((await run(directory(root), end())).result.transferred).toBe(1100);
    expect((await run(directory(root), end())).did).toEqual([]);
    await fs.rm(root, { recursive: true });
    await fs.mkdir(root);
    cloud.emulator.clearRequests();
    const { result } = await sync(directory(root), end(), { delete: true }).then((done) => ({ result: done }));
    expect(result.deleted).toBe(1100);
    expect(cloud.count("DeleteMultipleObjects")).toBe(2);
    expect(await keys()).toEqual([]);
  }, 60_000);

  it("objects are stored with what their key says", async () => {
    const root = await makeTree("from", { "a.txt": 3, "b.bin": 3 });
    const to = prefix(
      cloud.port,
      { Bucket: cloud.Bucket },
      { attributes: (Key) => (Key.endsWith(".txt") ? { ContentType: "text/plain", CacheControl: "no-cache" } : {}) },
    );
    await run(directory(root), to);
    const text = await cloud.port.head({ Bucket: cloud.Bucket, Key: "a.txt" });
    expect(text.attributes).toMatchObject({ ContentType: "text/plain", CacheControl: "no-cache" });
  });

  it("within the service objects are copied there, and nothing twice", async () => {
    for (const path of ["x", "y/z", "folder/"]) {
      const bytes = path.endsWith("/") ? new Uint8Array() : content(path, 5);
      await cloud.port.put({ Bucket: cloud.Bucket, Key: `p/${path}` }, bytes, bytes.length, {
        ContentType: "image/png",
      });
    }
    expect((await run(end(), end("q/"))).did.map(({ kind, path }) => `${kind} ${path}`).sort()).toEqual([
      "copy folder/",
      "copy x",
      "copy y/z",
    ]);
    const copied = await cloud.port.head({ Bucket: cloud.Bucket, Key: "q/y/z" });
    expect(copied.attributes.ContentType).toBe("image/png");
    expect(cloud.count("GetObject")).toBe(0);
    for (const compare of COMPARES) expect((await run(end(), end("q/"), { compare })).did).toEqual([]);
  });

  it("one file that fails leaves the others done, and the next run does the rest", async () => {
    const root = await makeTree("from");
    cloud.fault(({ operation, key }) =>
      operation === "PutObject" && key === "p/a.txt"
        ? { error: { status: 403, code: "AccessDenied", message: "not this one" } }
        : undefined,
    );
    const task = sync(directory(root), end());
    const error = (await task.catch((reason: unknown) => reason)) as SyncError;
    expect(error).toSatisfy(SyncError.isInstance);
    expect(error.result).toMatchObject({ transferred: 7, failedCount: 1, failures: [{ path: "a.txt" }] });
    expect(error.message).not.toContain("emulator-secret");
    cloud.fault(() => undefined);
    expect((await run(directory(root), end())).did.map(({ path }) => path)).toEqual(["a.txt"]);
  });

  it.each([
    ["leaves nothing behind", undefined, []],
    ["goes on with checkpoints", memoryCheckpoints(), ["p/large"]],
  ])("a cancelled sync %s", async (_, checkpoints, kept) => {
    const root = await makeTree("from", { large: 3072 * KIB, small: 5 });
    const options = { partSize: 1024 * KIB, ...(checkpoints && { checkpoints }) };
    const stop = new AbortController();
    // The third part is on its way, and at least one is through.
    const port = cloud.makePort({ pool: { concurrency: 2 } });
    let parts = 0;
    cloud.fault(({ operation }) => {
      if (operation === "UploadPart" && ++parts === 3) stop.abort(new Error("enough"));
      return undefined;
    });
    const to = prefix(port, { Bucket: cloud.Bucket, Prefix: "p/" });
    const task = sync(directory(root), to, { ...options, signal: stop.signal });
    await expect(task).rejects.toThrow("enough");
    await task.cancel();
    await cloud.quiet();
    const uploads: string[] = [];
    for await (const { Key } of cloud.port.listUploads({ Bucket: cloud.Bucket })) uploads.push(Key);
    expect(uploads).toEqual(kept);
    parts = 10;
    await run(directory(root), to, options);
    if (checkpoints) expect(parts - 10).toBeLessThan(3);
    else expect(parts - 10).toBe(3);
    expect((await run(directory(root), to, { ...options, compare: "crc64" })).did).toEqual([]);
  });
});

describe("between the clouds", () => {
  const oss = useCloud("oss");
  const cos = useCloud("cos");

  it.each(COMPARES)("objects go over with what they carry, and none twice (%s)", async (compare) => {
    const attributes = { ContentType: "text/plain", Metadata: { color: "red" } };
    for (const [path, size] of Object.entries(TREE)) {
      await oss.port.put({ Bucket: oss.Bucket, Key: `p/${path}` }, content(path, size), size, attributes);
    }
    const from = prefix(oss.port, { Bucket: oss.Bucket, Prefix: "p/" });
    const to = prefix(cos.port, { Bucket: cos.Bucket, Prefix: "q/" });
    expect((await run(from, to, { compare, delete: true })).result).toMatchObject({ transferred: 8, failedCount: 0 });
    expect((await run(from, to, { compare, delete: true })).did).toEqual([]);
    const object = await cos.port.head({ Bucket: cos.Bucket, Key: "q/a.txt" });
    expect(object.attributes).toMatchObject(attributes);
    const home = prefix(oss.port, { Bucket: oss.Bucket, Prefix: "home/" });
    expect((await run(to, home, { compare })).result.transferred).toBe(8);
    expect((await run(from, directory(join(folder, "1")))).result.transferred).toBe(8);
    expect((await run(home, directory(join(folder, "2")))).result.transferred).toBe(8);
    expect(await treeOf(join(folder, "1"))).toEqual(await treeOf(join(folder, "2")));
  });

  it("what the other provider has no place for is told", async () => {
    const attributes = { ContentLanguage: "de" };
    await oss.port.put({ Bucket: oss.Bucket, Key: "x" }, content("x", 5), 5, attributes);
    const to = prefix(cos.port, { Bucket: cos.Bucket });
    const { actions } = await run(prefix(oss.port, { Bucket: oss.Bucket }), to);
    expect(actions).toEqual([{ kind: "copy", path: "x", size: 5, reason: "missing", dropped: ["ContentLanguage"] }]);
  });

  it("what the source does not have goes, and a limit of the sync is not that of the ports", async () => {
    await oss.put("keep", content("keep", 5));
    await cos.put("keep", content("keep", 5));
    await cos.put("extra", content("extra", 5));
    const [from, to] = [prefix(oss.port, { Bucket: oss.Bucket }), prefix(cos.port, { Bucket: cos.Bucket })];
    const { result } = await run(from, to, { delete: true, compare: "crc64", maxBytesPerSecond: 1_000_000 });
    expect(result).toMatchObject({ skipped: 1, deleted: 1 });
    expect([oss.port.pool.maxBytesPerSecond, cos.port.pool.maxBytesPerSecond]).toEqual([undefined, undefined]);
  });
});
