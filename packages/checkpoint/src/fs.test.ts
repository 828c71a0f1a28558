import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, DecodeError } from "@cosmoss/errors";
import { checkpointContract } from "@cosmoss/testkit/checkpoint-contract";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileCheckpoints } from "./fs.node.ts";

const DAY = 86_400_000;
const NAME = /^[0-9a-f]{64}\.json$/;

let scratch: string;
let folders = 0;
const newFolder = () => join(scratch, String(folders++));

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "checkpoints-"));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

function setUp(options: { maxAgeMs?: number } = {}) {
  const clock = new FakeClock(1_700_000_000_123);
  const folder = newFolder();
  return { clock, folder, store: fileCheckpoints(folder, { clock, ...options }) };
}

/** The one file of a folder. */
async function onlyFile(folder: string): Promise<string> {
  const names = await readdir(folder);
  expect(names).toHaveLength(1);
  return join(folder, names[0]!);
}

async function fileWith(folder: string, id: string): Promise<string> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    if ((await readFile(file, "utf8")).includes(`"id":${JSON.stringify(id)},`)) return file;
  }
  throw new Error(`no file of ${id}`);
}

async function overwrite(file: string, change: (text: string) => string) {
  const { atime, mtime } = await stat(file);
  await writeFile(file, change(await readFile(file, "utf8")));
  await utimes(file, atime, mtime);
}

const DAMAGES: readonly ((text: string) => string)[] = [
  () => "",
  () => "\0".repeat(4096),
  (text) => text.slice(0, -100),
  () => "null",
  () => '{"version":1}',
  (text) => text.replace('"cosmoss":1', '"cosmoss":2'),
  (text) => text.replace(/"id":"[^"]*"/, '"id":"another"'),
  (text) => text.replace(/"checkpoint":.*/s, '"checkpoint":7}'),
];

checkpointContract("fileCheckpoints", () => {
  const { clock, folder, store } = setUp();
  return {
    store,
    clock,
    reopen: () => fileCheckpoints(folder, { clock }),
    damage: async (id, how) => overwrite(await fileWith(folder, id), DAMAGES[how]!),
    strays: async () => (await readdir(folder)).filter((name) => !NAME.test(name)),
  };
});

describe("files", () => {
  it("are only their owner's, in a directory that is too, and made with what leads to it", async () => {
    const folder = join(newFolder(), "below", "that");
    const store = fileCheckpoints(folder);
    expect(await store.load("a")).toBeUndefined();
    await store.remove("a");
    await expect(stat(folder)).rejects.toThrow("ENOENT");
    await store.save("a", {});
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(await onlyFile(folder))).mode & 0o777).toBe(0o600);
  });

  it("are one for each id, whose names say nothing of it", async () => {
    const { folder, store } = setUp();
    for (const id of ["oss://photos/secret.jpg", "oss://photos/other.jpg", "oss://photos/secret.jpg"]) {
      await store.save(id, { id });
    }
    const names = await readdir(folder);
    expect(names).toHaveLength(2);
    for (const name of names) expect(name).toMatch(NAME);
  });

  it("are text that a person can read", async () => {
    const { folder, store } = setUp();
    await store.save("a", { n: 1 });
    expect(JSON.parse(await readFile(await onlyFile(folder), "utf8"))).toEqual({
      cosmoss: 1,
      id: "a",
      checkpoint: { n: 1 },
    });
  });

  it("that are damaged are named, with what to do", async () => {
    const { folder, store } = setUp();
    await store.save("a", { n: 1 });
    const file = await onlyFile(folder);
    await overwrite(file, (text) => text.slice(1));
    const failure: unknown = await store.load("a").catch((error: unknown) => error);
    expect(DecodeError.isInstance(failure) && failure.message).toBe(
      `${file} is damaged or not of this version of Cosmoss; remove it, and the transfer begins anew`,
    );
  });

  it("of others in the directory are left alone", async () => {
    const { folder, store, clock } = setUp();
    await mkdir(join(folder, `${"0".repeat(64)}.json`), { recursive: true });
    await writeFile(join(folder, "notes.txt"), "mine");
    await writeFile(join(folder, "x.json.tmp"), "mine");
    for (const name of await readdir(folder)) await utimes(join(folder, name), 1, 1);
    await store.save("a", {});
    await clock.advance(3 * DAY);
    const ids: string[] = [];
    for await (const { id } of store.entries()) ids.push(id);
    expect(ids).toEqual(["a"]);
    expect((await readdir(folder)).filter((name) => !NAME.test(name)).sort()).toEqual(["notes.txt", "x.json.tmp"]);
    expect((await stat(join(folder, `${"0".repeat(64)}.json`))).isDirectory()).toBe(true);
  });

  it("are found wherever the process goes, by the directory as it was named at first", async () => {
    const before = process.cwd();
    const folder = newFolder();
    await mkdir(folder);
    try {
      process.chdir(folder);
      const store = fileCheckpoints("kept");
      process.chdir(before);
      await store.save("a", { n: 1 });
    } finally {
      process.chdir(before);
    }
    expect(await fileCheckpoints(join(folder, "kept")).load("a")).toEqual({ n: 1 });
  });
});

describe("age", () => {
  it("of more than seven days makes a checkpoint none", async () => {
    const { store, clock } = setUp();
    await store.save("a", { n: 1 });
    await clock.advance(7 * DAY);
    expect(await store.load("a")).toEqual({ n: 1 });
    await clock.advance(1);
    expect(await store.load("a")).toBeUndefined();
    for await (const { id } of store.entries()) expect(id).toBe("none");
    await store.save("a", { n: 2 });
    expect(await store.load("a")).toEqual({ n: 2 });
  });

  it("counts from the last save", async () => {
    const { store, clock } = setUp({ maxAgeMs: 1000 });
    for (let n = 0; n < 5; n++) {
      await store.save("a", { n });
      await clock.advance(900);
      expect(await store.load("a")).toEqual({ n });
    }
  });

  it("may be any", async () => {
    const { store, clock, folder } = setUp({ maxAgeMs: Infinity });
    await store.save("a", { n: 1 });
    await clock.advance(10_000 * DAY);
    expect(await store.load("a")).toEqual({ n: 1 });
    expect(await fileCheckpoints(folder, { clock, maxAgeMs: 1 }).load("a")).toBeUndefined();
  });

  it.each(["load", "save", "remove", "entries"] as const)(
    "has old checkpoints and what crashes left removed, when %s is called first and again after a day",
    async (method) => {
      const { store, clock, folder } = setUp();
      const use = async () => {
        if (method === "save") await store.save("used", {});
        else if (method === "entries") for await (const { id } of store.entries()) expect(id).toBeTypeOf("string");
        else await store[method]("used");
      };
      const leftover = (digit: string) => `${digit.repeat(64)}.json.00000000-0000-4000-8000-000000000000.tmp`;
      const litter = async (digit: string, ageMs: number) => {
        const at = (clock.now() - ageMs) / 1000;
        await writeFile(join(folder, leftover(digit)), "half");
        await utimes(join(folder, leftover(digit)), at, at);
      };
      const names = async () => (await readdir(folder)).filter((name) => !name.startsWith(used));
      await mkdir(folder);
      const other = fileCheckpoints(folder, { clock });
      await other.save("used", {});
      const used = (await onlyFile(folder)).slice(folder.length + 1);
      await other.save("old", {});
      const old = (await names())[0]!;
      await clock.advance(8 * DAY);
      await fileCheckpoints(folder, { clock, maxAgeMs: Infinity }).save("recent", {});
      const [recent] = (await names()).filter((name) => name !== old);
      await litter("a", DAY + 1000);
      await litter("b", DAY - 1000);
      await use();
      expect((await names()).sort()).toEqual([recent, leftover("b")].sort());
      await litter("c", 3 * DAY);
      await clock.advance(DAY - 1);
      await use();
      expect((await names()).sort()).toEqual([recent, leftover("b"), leftover("c")].sort());
      await clock.advance(1);
      await use();
      expect((await names()).sort()).toEqual([recent]);
    },
  );

  it("never takes a new checkpoint for the old one in its place", async () => {
    const clock = new FakeClock(1_700_000_000_000);
    const folder = newFolder();
    const ids = Array.from({ length: 20 }, (_, n) => String(n));
    for (let round = 0; round < 10; round++) {
      const store = fileCheckpoints(folder, { clock });
      await Promise.all([store.load("0"), ...ids.map((id) => store.save(id, { round }))]);
      for (const id of ids) expect(await store.load(id)).toEqual({ round });
      await clock.advance(8 * DAY);
    }
  });

  it("must be above 0", () => {
    for (const maxAgeMs of [0, -1, NaN]) {
      expect(() => fileCheckpoints(scratch, { maxAgeMs })).toThrow(/maxAgeMs is .*above 0/);
    }
  });
});

describe("a directory that cannot be used", () => {
  it("must have a name", () => {
    for (const directory of ["", undefined as never, 7 as never]) {
      expect(() => fileCheckpoints(directory)).toThrow(ConfigError);
    }
  });

  it("is named by the error, whose cause is the system's", async () => {
    const file = newFolder();
    await writeFile(file, "a file");
    const store = fileCheckpoints(file);
    const attempts = {
      load: () => store.load("a"),
      save: () => store.save("a", {}),
      remove: () => store.remove("a"),
      entries: () => store.entries()[Symbol.asyncIterator]().next(),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      const failure: unknown = await attempt().then(
        () => name,
        (error: unknown) => error,
      );
      expect(failure).toSatisfy(ConfigError.isInstance);
      expect((failure as Error).message).toContain(file);
      expect(((failure as Error).cause as NodeJS.ErrnoException).code).toMatch(/ENOTDIR|EEXIST/);
    }
    expect(await readFile(file, "utf8")).toBe("a file");
  });

  it("keeps the old checkpoint, and no half of the new one, when a save fails midway", async () => {
    const { folder, store } = setUp();
    await store.save("a", { n: 1 });
    const file = await onlyFile(folder);
    // A directory cannot be replaced by a file, whoever runs this.
    await rm(file);
    await mkdir(file);
    await expect(store.save("a", { n: 2 })).rejects.toThrow(ConfigError);
    expect(await readdir(folder)).toHaveLength(1);
    await rm(file, { recursive: true });
    await store.save("a", { n: 3 });
    expect(await store.load("a")).toEqual({ n: 3 });
  });

  it("does not matter any more once it can be used, and may come back after it was removed", async () => {
    const { folder, store } = setUp();
    await writeFile(folder, "a file");
    await expect(store.save("a", {})).rejects.toThrow(ConfigError);
    await rm(folder);
    await store.save("a", { n: 1 });
    await rm(folder, { recursive: true });
    expect(await store.load("a")).toBeUndefined();
    await store.save("a", { n: 2 });
    expect(await store.load("a")).toEqual({ n: 2 });
  });

  it("is left as open as it was found", async () => {
    const folder = newFolder();
    await mkdir(folder);
    await chmod(folder, 0o755);
    await fileCheckpoints(folder).save("a", {});
    expect((await stat(folder)).mode & 0o777).toBe(0o755);
  });
});

it.runIf(process.platform === "linux")("leaves no file open", async () => {
  const { store, folder } = setUp();
  const openFiles = async () => {
    const targets = (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ""));
    return (await Promise.all(targets)).filter((target) => target.startsWith(folder));
  };
  await Promise.all(Array.from({ length: 30 }, (_, n) => store.save(String(n), {})));
  for await (const { id } of store.entries()) if (id === "3") break;
  const file = await fileWith(folder, "5");
  await overwrite(file, () => "{");
  await expect(store.load("5")).rejects.toThrow(DecodeError);
  await Promise.all(Array.from({ length: 30 }, (_, n) => store.load(String(n)).catch(() => {})));
  expect(await openFiles()).toEqual([]);
  // The list can tell.
  const handle = await open(file);
  expect(await openFiles()).toEqual([file]);
  await handle.close();
});
