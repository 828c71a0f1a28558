import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { directoryStore } from "./directory.ts";
import { memoryStore } from "./memory.ts";
import type { ObjectMeta, ObjectRecord, PartMeta } from "./records.ts";
import type { Bucket, OpenObject, StagedBody, Store } from "./store.ts";

const meta = (over: Partial<ObjectMeta> = {}): ObjectMeta => ({
  etag: "E",
  lastModified: 1,
  type: "normal",
  storageClass: "Standard",
  headers: {},
  metadata: {},
  ...over,
});
const part: PartMeta = { etag: "P", lastModified: 2 };
const bytes = (size: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => (i * 31 + seed * 7) & 255);

async function stage(store: Store, ...chunks: Uint8Array[]): Promise<StagedBody> {
  const body = store.stage();
  for (const chunk of chunks) await body.write(chunk);
  return body;
}

async function readAll(object: OpenObject | undefined, start?: number, end?: number): Promise<Buffer> {
  if (!object) throw new Error("no such object");
  const chunks: Uint8Array[] = [];
  for await (const chunk of object.read(start, end)) chunks.push(chunk);
  await object.close();
  return Buffer.concat(chunks);
}

const keysOf = (records: Iterable<{ key: string }>): string[] => Array.from(records, (record) => record.key);

for (const kind of ["memory", "directory"] as const) {
  describe(`${kind} store`, () => {
    let root: string;
    let store: Store;
    let bucket: Bucket;

    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), "store-"));
      store = kind === "memory" ? memoryStore() : await directoryStore(root, { sync: "none" });
      bucket = await store.createBucket("oss", { name: "b", createdAt: 5, attributes: { acl: "private" } });
    });
    afterEach(async () => {
      await store.close();
      await rm(root, { recursive: true, force: true });
    });

    const put = async (key: string, ...chunks: Uint8Array[]): Promise<ObjectRecord> =>
      bucket.put(key, await stage(store, ...chunks), () => meta());

    /** What an ended operation may have left: for a directory, blobs that nothing names. */
    const blobCount = async (): Promise<number> =>
      kind === "memory" ? 0 : (await readdir(join(root, "blobs"))).length;

    test("buckets: created once per service, listed by name, changed, removed when empty", async () => {
      await store.createBucket("oss", { name: "a", createdAt: 6, attributes: {} });
      const cos = await store.createBucket("cos", { name: "b", createdAt: 7, attributes: {} });
      await expect(store.createBucket("oss", { name: "b", createdAt: 8, attributes: {} })).rejects.toMatchObject({
        code: "BucketExists",
      });
      expect(store.buckets("oss").map((one) => one.record.name)).toEqual(["a", "b"]);
      expect(store.buckets("cos").map((one) => one.record.createdAt)).toEqual([7]);
      expect(await bucket.update((now) => ({ ...now.attributes, region: "r" }))).toEqual({
        name: "b",
        createdAt: 5,
        attributes: { acl: "private", region: "r" },
      });
      await put("k", bytes(1));
      expect(cos.object("k")).toBeUndefined();
      await expect(bucket.remove()).rejects.toMatchObject({ code: "BucketNotEmpty" });
      await bucket.delete("k");
      await bucket.createUpload({ key: "k", id: "u", initiated: 0, attributes: {} });
      await expect(bucket.remove()).rejects.toMatchObject({ code: "BucketNotEmpty" });
      await bucket.abortUpload("u");
      await bucket.remove();
      expect(store.bucket("oss", "b")).toBeUndefined();
      expect(store.bucket("cos", "b")?.provider).toBe("cos");
    });

    test("a handle of a removed bucket stays dead when the name is created again", async () => {
      await bucket.remove();
      const second = await store.createBucket("oss", { name: "b", createdAt: 9, attributes: {} });
      await expect(put("k", bytes(1))).rejects.toMatchObject({ code: "BucketNotFound" });
      expect(second.object("k")).toBeUndefined();
    });

    test.each([0, 1, 4096, 4097, 700_001])("an object of %i bytes reads back, whole and in ranges", async (size) => {
      const body = bytes(size);
      const record = await put("a/../b", body.subarray(0, size >> 1), new Uint8Array(0), body.subarray(size >> 1));
      expect(record).toEqual({ ...meta(), key: "a/../b", size });
      expect(bucket.object("a/../b")).toEqual(record);
      expect((await readAll(bucket.open("a/../b"))).equals(body)).toBe(true);
      for (const [from, to] of [
        [0, size],
        [size >> 1, size],
        [size >> 2, size >> 1],
        [size, size],
      ] as const) {
        expect((await readAll(bucket.open("a/../b"), from, to)).equals(body.subarray(from, to))).toBe(true);
      }
    });

    test("nothing is there before the commit, nor after a discard", async () => {
      const body = await stage(store, bytes(10_000));
      expect(bucket.object("k")).toBeUndefined();
      await body.discard();
      await body.discard();
      await expect(bucket.put("k", body, () => meta())).rejects.toThrow(/discarded/);
      await expect(body.write(bytes(1))).rejects.toThrow(/discarded/);
      expect(bucket.object("k")).toBeUndefined();
      expect(await blobCount()).toBe(0);
    });

    test("what `decide` throws refuses the commit, and the old object stays", async () => {
      await put("k", bytes(9_000, 1));
      const refusal = new Error("exists");
      const attempt = bucket.put("k", await stage(store, bytes(9_000, 2)), (current) => {
        expect(current?.size).toBe(9_000);
        throw refusal;
      });
      await expect(attempt).rejects.toBe(refusal);
      expect((await readAll(bucket.open("k"))).equals(bytes(9_000, 1))).toBe(true);
      expect(await blobCount()).toBe(kind === "memory" ? 0 : 1);
    });

    test("of many that want the key to be absent, one succeeds", async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, async (_, i) =>
          bucket.put("k", await stage(store, bytes(5_000, i)), (current) => {
            if (current) throw new Error("exists");
            return meta({ etag: String(i) });
          }),
        ),
      );
      const winners = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      expect(winners).toHaveLength(1);
      expect(bucket.object("k")).toEqual(winners[0]);
      expect((await readAll(bucket.open("k"))).equals(bytes(5_000, Number(winners[0]?.etag)))).toBe(true);
    });

    test("a body is committed once", async () => {
      const body = await stage(store, bytes(10));
      await bucket.put("k", body, () => meta());
      await expect(bucket.put("l", body, () => meta())).rejects.toThrow(/discarded|committed/);
      expect(bucket.object("l")).toBeUndefined();
    });

    test.each([100, 300_000])("a reader keeps the version of %i bytes it opened", async (size) => {
      await put("k", bytes(size, 1));
      const before = bucket.open("k") as OpenObject;
      await bucket.append("k", await stage(store, bytes(size, 3)), () => meta());
      const appended = bucket.open("k") as OpenObject;
      await put("k", bytes(size, 2));
      await bucket.delete("k");
      expect(bucket.open("k")).toBeUndefined();
      expect((await readAll(before)).equals(bytes(size, 1))).toBe(true);
      expect((await readAll(appended)).equals(Buffer.concat([bytes(size, 1), bytes(size, 3)]))).toBe(true);
      expect(await blobCount()).toBe(0);
    });

    test("a closed reader reads no more", async () => {
      await put("k", bytes(10));
      const opened = bucket.open("k") as OpenObject;
      await opened.close();
      await expect(readAll(opened)).rejects.toMatchObject({ code: "Closed" });
    });

    test("a half-read body can be left", async () => {
      await put("k", bytes(1_000_000));
      const opened = bucket.open("k") as OpenObject;
      for await (const chunk of opened.read()) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      await opened.close();
    });

    test("appends: positions decided at the commit instant, earlier bytes untouched", async () => {
      const append = async (position: number, body: Uint8Array): Promise<ObjectRecord> =>
        bucket.append("log", await stage(store, body), (current) => {
          if ((current?.size ?? 0) !== position) throw new Error(`at ${current?.size ?? 0}`);
          return meta({ type: "appendable", etag: `E${position}` });
        });
      await append(0, bytes(10, 1));
      await append(10, bytes(200_000, 2));
      const race = await Promise.allSettled([append(200_010, bytes(5, 3)), append(200_010, bytes(5, 4))]);
      expect(race.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
      await append(200_015, new Uint8Array(0));
      expect(bucket.object("log")).toMatchObject({ size: 200_015, etag: "E200015", type: "appendable" });
      const winner = race[0]?.status === "fulfilled" ? 3 : 4;
      expect(
        (await readAll(bucket.open("log"), 5)).equals(
          Buffer.concat([bytes(10, 1).subarray(5), bytes(200_000, 2), bytes(5, winner)]),
        ),
      ).toBe(true);
      expect(await blobCount()).toBe(kind === "memory" ? 0 : 1);
    });

    test("links copy no bytes and outlive their source", async () => {
      await put("source", bytes(300_000, 1));
      await put("small", bytes(50, 2));
      const source = bucket.open("source") as OpenObject;
      const small = bucket.open("small") as OpenObject;
      const copy = store.stage();
      copy.link(source, 100, 200_000);
      copy.link(small);
      copy.link(source, 299_999);
      await Promise.all([source.close(), small.close(), bucket.delete("source"), bucket.delete("small")]);
      expect(copy.size).toBe(199_900 + 50 + 1);
      await bucket.put("copy", copy, () => meta());
      const whole = bytes(300_000, 1);
      expect(
        (await readAll(bucket.open("copy"))).equals(
          Buffer.concat([whole.subarray(100, 200_000), bytes(50, 2), whole.subarray(299_999)]),
        ),
      ).toBe(true);
      expect(await blobCount()).toBe(kind === "memory" ? 0 : 1);
      await bucket.delete("copy");
      expect(await blobCount()).toBe(0);
    });

    test("a link and a write do not mix, and an object of another store cannot be linked", async () => {
      await put("k", bytes(10));
      const body = store.stage();
      body.link(bucket.open("k") as OpenObject);
      await expect(body.write(bytes(1))).rejects.toThrow(/not of both/);
      const other = memoryStore();
      expect(() => other.stage().link(bucket.open("k") as OpenObject)).toThrow(/not of this store/);
      await expect(bucket.put("l", other.stage(), () => meta())).rejects.toThrow(/not of this store/);
      await other.close();
    });

    test("revise changes all but the bytes", async () => {
      await put("k", bytes(6_000));
      const revised = await bucket.revise("k", (current) => ({ ...current, acl: "public-read", tags: [["a", "b"]] }));
      expect(revised).toEqual({ ...meta(), key: "k", size: 6_000, acl: "public-read", tags: [["a", "b"]] });
      expect((await readAll(bucket.open("k"))).equals(bytes(6_000))).toBe(true);
      await expect(bucket.revise("none", () => meta())).rejects.toMatchObject({ code: "ObjectNotFound" });
    });

    test("delete says what it deleted", async () => {
      const record = await put("k", bytes(3));
      expect(await bucket.delete("k")).toEqual(record);
      expect(await bucket.delete("k")).toBeUndefined();
    });

    test("multipart: parts replace each other, the listed ones become the object, the others vanish", async () => {
      await bucket.createUpload({ key: "k", id: "u1", initiated: 3, attributes: { headers: { "content-type": "x" } } });
      await expect(bucket.createUpload({ key: "l", id: "u1", initiated: 3, attributes: {} })).rejects.toMatchObject({
        code: "UploadExists",
      });
      const putPart = async (number: number, body: Uint8Array): Promise<unknown> =>
        bucket.putPart("u1", number, await stage(store, body), part);
      await Promise.all([putPart(7, bytes(100_000, 7)), putPart(2, bytes(9_000, 2)), putPart(3, bytes(10, 3))]);
      await putPart(2, bytes(8_000, 22));
      expect(bucket.parts("u1")).toEqual([
        { ...part, number: 2, size: 8_000 },
        { ...part, number: 3, size: 10 },
        { ...part, number: 7, size: 100_000 },
      ]);
      await put("k", bytes(5, 9));
      await expect(bucket.completeUpload("u1", () => ({ parts: [2, 4], meta: meta() }))).rejects.toMatchObject({
        code: "PartNotFound",
      });
      const record = await bucket.completeUpload("u1", ({ upload, parts, current }) => {
        expect(upload).toEqual(bucket.upload("u1"));
        expect(parts).toHaveLength(3);
        expect(current?.size).toBe(5);
        return { parts: [2, 7], meta: meta({ type: "multipart", partCount: 2 }) };
      });
      expect(record).toMatchObject({ key: "k", size: 108_000, partCount: 2 });
      expect((await readAll(bucket.open("k"))).equals(Buffer.concat([bytes(8_000, 22), bytes(100_000, 7)]))).toBe(true);
      expect(bucket.upload("u1")).toBeUndefined();
      expect(bucket.parts("u1")).toEqual([]);
      expect(keysOf(bucket.uploads())).toEqual([]);
      expect(await blobCount()).toBe(kind === "memory" ? 0 : 2);
    });

    test("multipart: dropped parts are gone, with their bytes", async () => {
      await bucket.createUpload({ key: "k", id: "u", initiated: 0, attributes: {} });
      for (const number of [1, 2, 3]) {
        await bucket.putPart("u", number, await stage(store, bytes(5000, number)), { etag: "", lastModified: 0 });
      }
      const before = await blobCount();
      expect(await bucket.dropParts("u", ({ number }) => number !== 2)).toEqual([1, 3]);
      expect(bucket.parts("u").map(({ number }) => number)).toEqual([2]);
      expect(await blobCount()).toBe(Math.max(0, before - 2));
      expect(await bucket.dropParts("u", ({ number }) => number === 7)).toEqual([]);
      await expect(bucket.completeUpload("u", () => ({ parts: [1], meta: meta() }))).rejects.toMatchObject({
        code: "PartNotFound",
      });
      await expect(bucket.dropParts("no", () => true)).rejects.toMatchObject({ code: "UploadNotFound" });
    });

    test("an upload that has ended takes no parts, no completion, no abort", async () => {
      await bucket.createUpload({ key: "k", id: "u", initiated: 3, attributes: {} });
      await bucket.putPart("u", 1, await stage(store, bytes(9_000)), part);
      const late = await stage(store, bytes(9_000));
      await bucket.abortUpload("u");
      const gone = { code: "UploadNotFound" };
      await expect(bucket.putPart("u", 1, late, part)).rejects.toMatchObject(gone);
      await expect(bucket.abortUpload("u")).rejects.toMatchObject(gone);
      await expect(bucket.completeUpload("u", () => ({ parts: [1], meta: meta() }))).rejects.toMatchObject(gone);
      expect(bucket.object("k")).toBeUndefined();
      expect(await blobCount()).toBe(0);
    });

    test("of two completions of one upload, one succeeds", async () => {
      await bucket.createUpload({ key: "k", id: "u", initiated: 3, attributes: {} });
      await bucket.putPart("u", 1, await stage(store, bytes(9)), part);
      const complete = (): Promise<unknown> => bucket.completeUpload("u", () => ({ parts: [1], meta: meta() }));
      const results = await Promise.allSettled([complete(), complete()]);
      expect(results.map((one) => one.status)).toEqual(["fulfilled", "rejected"]);
    });

    test("scans: UTF-8 order, prefix, after, afterPrefix", async () => {
      const keys = ["", "a", "a/", "a/b", "a/c", "a0", "b", "\uff5e", "\u{1f600}", "é"];
      const order = keys.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
      for (const key of keys) await put(key);
      expect(keysOf(bucket.objects())).toEqual(order);
      expect(order.indexOf("\u{1f600}")).toBeGreaterThan(order.indexOf("\uff5e"));
      expect(keysOf(bucket.objects({ prefix: "a/" }))).toEqual(["a/", "a/b", "a/c"]);
      expect(keysOf(bucket.objects({ after: "a/b" })).slice(0, 3)).toEqual(["a/c", "a0", "b"]);
      expect(keysOf(bucket.objects({ prefix: "a", afterPrefix: "a/" }))).toEqual(["a0"]);
      expect(keysOf(bucket.objects({ prefix: "zz" }))).toEqual([]);
    });

    test("upload scans: by key, then id; the id marker needs the key marker", async () => {
      for (const [key, id] of [
        ["k", "2"],
        ["k", "1"],
        ["j", "3"],
        ["l", "0"],
      ] as const) {
        await bucket.createUpload({ key, id, initiated: 0, attributes: {} });
      }
      const ids = (options?: Parameters<Bucket["uploads"]>[0]): string[] =>
        Array.from(bucket.uploads(options), (upload) => upload.id);
      expect(ids()).toEqual(["3", "1", "2", "0"]);
      expect(ids({ after: "k" })).toEqual(["0"]);
      expect(ids({ after: "k", afterId: "1" })).toEqual(["2", "0"]);
      expect(ids({ afterId: "1" })).toEqual(["3", "1", "2", "0"]);
      expect(ids({ prefix: "k" })).toEqual(["1", "2"]);
    });

    test("a closed store refuses, and closing twice is the same as once", async () => {
      await put("k", bytes(9_000));
      const opened = bucket.open("k") as OpenObject;
      const staged = await stage(store, bytes(600_000));
      await Promise.all([store.close(), store.close()]);
      await expect(put("l", bytes(1))).rejects.toMatchObject({ code: "Closed" });
      await expect(bucket.put("l", staged, () => meta())).rejects.toMatchObject({ code: "Closed" });
      await expect(readAll(opened)).rejects.toMatchObject({ code: "Closed" });
    });

    test("a commit that runs when the store closes is there after it, wholly, or refused", async () => {
      const body = bytes(9_000);
      const staged = await stage(store, body);
      const running = bucket
        .put("k", staged, () => meta())
        .then(
          () => "stored",
          (error: unknown) => (error as { code: string }).code,
        );
      await store.close();
      const outcome = await running;
      expect(["stored", "Closed"]).toContain(outcome);
      if (kind === "memory") return;
      store = await directoryStore(root, { sync: "none" });
      const found = store.bucket("oss", "b")?.open("k");
      expect(found !== undefined).toBe(outcome === "stored");
      if (found) expect((await readAll(found)).equals(body)).toBe(true);
    });
  });
}
