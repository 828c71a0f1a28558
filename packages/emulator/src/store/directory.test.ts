import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { directoryStore } from "./directory.ts";
import type { ObjectMeta } from "./records.ts";
import type { Bucket, Store } from "./store.ts";

const meta: ObjectMeta = { etag: "E", lastModified: 1, type: "normal", storageClass: "S", headers: {}, metadata: {} };

let root: string;
beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), "store-")), "deep", "store");
});
afterEach(async () => {
  await rm(join(root, "../.."), { recursive: true, force: true });
});

const journal = (): string => join(root, "journal");

async function withStore<T>(work: (store: Store, bucket: Bucket) => Promise<T>): Promise<T> {
  const store = await directoryStore(root, { sync: "none" });
  try {
    const bucket =
      store.bucket("oss", "b") ??
      (await store.createBucket("oss", { name: "b", createdAt: 1, attributes: { x: [1] } }));
    return await work(store, bucket);
  } finally {
    await store.close();
  }
}

async function put(
  store: Store,
  bucket: Bucket,
  key: string,
  text: string,
  op: "put" | "append" = "put",
): Promise<void> {
  const body = store.stage();
  await body.write(Buffer.from(text));
  await bucket[op](key, body, () => meta);
}

async function text(bucket: Bucket, key: string): Promise<string | undefined> {
  const opened = bucket.open(key);
  if (!opened) return undefined;
  let all = "";
  for await (const chunk of opened.read()) all += Buffer.from(chunk).toString("latin1");
  await opened.close();
  return all;
}

const big = (letter: string): string => letter.repeat(5000);

describe("directoryStore", () => {
  test("everything is there after it was opened again", async () => {
    await withStore(async (store, bucket) => {
      await put(store, bucket, "../../etc/passwd", "small");
      await put(store, bucket, "big", big("x"));
      await put(store, bucket, "log", "1", "append");
      await put(store, bucket, "log", big("2"), "append");
      await put(store, bucket, "log", "3", "append");
      await put(store, bucket, "gone", big("y"));
      await bucket.delete("gone");
      await bucket.createUpload({ key: "m", id: "U", initiated: 4, attributes: { a: "b" } });
      const part = store.stage();
      await part.write(Buffer.from(big("p")));
      await bucket.putPart("U", 3, part, { etag: "P", lastModified: 2, crc64: "18446744073709551615" });
    });
    expect((await readdir(root)).toSorted()).toEqual(["blobs", "journal"]);
    expect(await readdir(join(root, "blobs"))).toHaveLength(3);
    await withStore(async (_, bucket) => {
      expect(bucket.record).toEqual({ name: "b", createdAt: 1, attributes: { x: [1] } });
      expect(Array.from(bucket.objects(), (one) => [one.key, one.size])).toEqual([
        ["../../etc/passwd", 5],
        ["big", 5000],
        ["log", 5002],
      ]);
      expect(await text(bucket, "../../etc/passwd")).toBe("small");
      expect(await text(bucket, "log")).toBe(`1${big("2")}3`);
      expect(bucket.upload("U")).toEqual({ key: "m", id: "U", initiated: 4, attributes: { a: "b" } });
      expect(bucket.parts("U")).toEqual([
        { etag: "P", lastModified: 2, crc64: "18446744073709551615", number: 3, size: 5000 },
      ]);
      await bucket.completeUpload("U", () => ({ parts: [3], meta }));
      expect(await text(bucket, "m")).toBe(big("p"));
    });
  });

  test("a torn end is cut off, wherever it is torn, and writing goes on", async () => {
    await withStore((store, bucket) => put(store, bucket, "a", "1"));
    const intact = (await stat(journal())).size;
    await withStore((store, bucket) => put(store, bucket, "b", "2"));
    const whole = await readFile(journal());
    for (let length = intact; length < whole.length; length++) {
      await writeFile(journal(), whole.subarray(0, length));
      await withStore(async (store, bucket) => {
        expect(await text(bucket, "a")).toBe("1");
        expect(bucket.object("b")).toBeUndefined();
        await put(store, bucket, "c", "3");
      });
      await withStore(async (_, bucket) => expect(await text(bucket, "c")).toBe("3"));
    }
  });

  test("a damaged last record is dropped; damage before others is an error, not a silent loss", async () => {
    await withStore((store, bucket) => put(store, bucket, "a", "1"));
    const first = (await stat(journal())).size;
    await withStore((store, bucket) => put(store, bucket, "b", "2"));
    const whole = await readFile(journal());
    const flipped = (at: number): Buffer => {
      const copy = Buffer.from(whole);
      copy[at] = (copy[at] as number) ^ 1;
      return copy;
    };
    await writeFile(journal(), flipped(whole.length - 1));
    await withStore(async (_, bucket) => expect(bucket.object("b")).toBeUndefined());
    await writeFile(journal(), flipped(first - 1));
    await expect(directoryStore(root)).rejects.toThrow(/damaged at byte/);
    await writeFile(journal(), whole);
    await withStore(async (_, bucket) => expect(await text(bucket, "b")).toBe("2"));
  });

  test("a file that is no journal is refused and left alone", async () => {
    await mkdir(root, { recursive: true });
    await writeFile(journal(), "my diary, not yours");
    await expect(directoryStore(root)).rejects.toThrow(/not the journal/);
    expect(await readFile(journal(), "utf8")).toBe("my diary, not yours");
    await truncate(journal(), 3);
    await expect(directoryStore(root)).rejects.toThrow(/not the journal/);
  });

  test("someone else's blobs are not swept away", async () => {
    await mkdir(join(root, "blobs"), { recursive: true });
    await writeFile(join(root, "blobs", "00000001"), "precious");
    await expect(directoryStore(root)).rejects.toMatchObject({ name: "ConfigError" });
    expect(await readFile(join(root, "blobs", "00000001"), "utf8")).toBe("precious");
  });

  test("leftovers are removed at start, a missing blob is an error", async () => {
    await withStore((store, bucket) => put(store, bucket, "a", big("1")));
    const [blob] = await readdir(join(root, "blobs"));
    await writeFile(join(root, "blobs", "0000abcd"), "left over");
    await writeFile(join(root, "journal.new"), "left over");
    await withStore(async (store, bucket) => {
      expect(await readdir(join(root, "blobs"))).toEqual([blob]);
      expect(await readdir(root)).not.toContain("journal.new");
      await put(store, bucket, "b", big("2"));
      expect(await text(bucket, "a")).toBe(big("1"));
    });
    await rm(join(root, "blobs", blob as string));
    await expect(directoryStore(root)).rejects.toThrow(/damaged: blob \d+ is missing/);
  });

  test("what an unfinished write left is gone when the store is closed", async () => {
    await withStore(async (store) => {
      const body = store.stage();
      await body.write(Buffer.alloc(600_000));
      expect(await readdir(join(root, "blobs"))).toHaveLength(1);
    });
    expect(await readdir(join(root, "blobs"))).toEqual([]);
  });

  test("the journal is rewritten when most of it is history; nothing changes but its size", async () => {
    await withStore(async (store, bucket) => {
      await bucket.createUpload({ key: "m", id: "U", initiated: 4, attributes: {} });
      for (const number of [1, 2]) {
        const part = store.stage();
        await part.write(Buffer.from(String(number).repeat(number * 3000)));
        await bucket.putPart("U", number, part, { etag: "P", lastModified: 2 });
      }
      for (let i = 0; i < 600; i++) await put(store, bucket, "hot", `${i}`.repeat(500));
      for (let i = 0; i < 500; i++) await put(store, bucket, "log", `${i},`, "append");
      for (let i = 0; i < 40; i++) await put(store, bucket, "long", `${i % 10}`.repeat(4000), "append");
      await put(store, bucket, "mixed", "a", "append");
      await put(store, bucket, "mixed", big("b"), "append");
      await put(store, bucket, "mixed", "c", "append");
      await put(store, bucket, "mixed", "d", "append");
    });
    const before = (await stat(journal())).size;
    const check = async (store: Store, bucket: Bucket): Promise<void> => {
      expect(await text(bucket, "hot")).toBe("599".repeat(500));
      expect(await text(bucket, "log")).toBe(Array.from({ length: 500 }, (_, i) => `${i},`).join(""));
      expect(await text(bucket, "long")).toBe(Array.from({ length: 40 }, (_, i) => `${i % 10}`.repeat(4000)).join(""));
      expect(await text(bucket, "mixed")).toBe(`a${big("b")}cd`);
      expect(bucket.parts("U").map((part) => part.size)).toEqual([3000, 6000]);
      await put(store, bucket, "log", "", "append");
    };
    await withStore(check);
    expect((await stat(journal())).size).toBeLessThan(before / 20);
    await withStore(check);
    await withStore(async (_, bucket) => {
      await bucket.completeUpload("U", () => ({ parts: [1, 2], meta }));
      expect(await text(bucket, "m")).toBe("1".repeat(3000) + "2".repeat(6000));
    });
  });

  test("a directory is used by one store at a time", async () => {
    const first = await directoryStore(root);
    await expect(directoryStore(root)).rejects.toMatchObject({
      name: "ConfigError",
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await first.close();
    await (await directoryStore(root)).close();
  });

  test.each([
    ["of a process that has ended", JSON.stringify({ pid: 2 ** 30, started: "1" })],
    ["of a process whose id is in use again", JSON.stringify({ pid: process.pid, started: "not then" })],
    ["cut short by a crash", '{"pid":'],
  ])("a lock %s does not count", async (_, content) => {
    await (await directoryStore(root)).close();
    await writeFile(join(root, "lock"), content);
    // Elsewhere than on Linux nobody tells when a process started, and a lock of a living process id counts.
    if (process.platform !== "linux" && content.includes("not then")) return;
    const store = await directoryStore(root);
    expect(store.buckets("oss")).toEqual([]);
    await store.close();
    expect(await readdir(root)).not.toContain("lock");
  });

  test("no handle is left open", async () => {
    const open = async (): Promise<number> =>
      process.platform === "linux" ? (await readdir("/proc/self/fd")).length : 0;
    const before = await open();
    await withStore(async (store, bucket) => {
      await put(store, bucket, "a", big("1"));
      const reading = bucket.open("a")?.read()[Symbol.asyncIterator]();
      await reading?.next();
      await store.stage().write(Buffer.alloc(10_000));
    });
    expect(await open()).toBe(before);
  });
});
