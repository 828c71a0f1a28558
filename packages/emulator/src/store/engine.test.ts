import { expect, test } from "vitest";
import type { _Backend } from "./backend.ts";
import { _Engine } from "./engine.ts";
import type { ObjectMeta } from "./records.ts";
import { _StoreState } from "./state.ts";

const meta: ObjectMeta = { etag: "", lastModified: 0, type: "normal", storageClass: "", headers: {}, metadata: {} };

/** A backend whose log and blobs fail on demand, and which remembers what was removed. */
function failingBackend(): _Backend & { logFails: boolean; finishFails: boolean; removed: number[] } {
  let last = 0;
  const backend = {
    logFails: false,
    finishFails: false,
    removed: [] as number[],
    inlineLimit: 0,
    createBlob: async () => {
      const id = ++last;
      return {
        id,
        write: async () => undefined,
        finish: async () => {
          if (backend.finishFails) throw new Error("disk full");
        },
        discard: async () => void backend.removed.push(id),
      };
    },
    async *read() {
      yield new Uint8Array();
    },
    removeBlob: async (id: number) => void backend.removed.push(id),
    log: async (_inline: unknown, build: (place: undefined) => unknown) => {
      build(undefined);
      if (backend.logFails) throw new Error("log lost");
    },
    close: async () => undefined,
  };
  return backend;
}

test("a body that cannot be made durable is not committed, and its blob is removed", async () => {
  const backend = failingBackend();
  const store = new _Engine(backend, new _StoreState());
  const bucket = await store.createBucket("oss", { name: "b", createdAt: 0, attributes: {} });
  backend.finishFails = true;
  const body = store.stage();
  await body.write(new Uint8Array(1));
  await expect(bucket.put("k", body, () => meta)).rejects.toThrow("disk full");
  expect(bucket.object("k")).toBeUndefined();
  expect(backend.removed).toEqual([1]);
  backend.finishFails = false;
  const next = store.stage();
  await next.write(new Uint8Array(1));
  await bucket.put("k", next, () => meta);
  expect(bucket.object("k")?.size).toBe(1);
});

test("once the log has failed, the store takes no more changes and removes no blob that the log may still name", async () => {
  const backend = failingBackend();
  const store = new _Engine(backend, new _StoreState());
  const bucket = await store.createBucket("oss", { name: "b", createdAt: 0, attributes: {} });
  const body = store.stage();
  await body.write(new Uint8Array(1));
  await bucket.put("k", body, () => meta);
  backend.logFails = true;
  await expect(bucket.delete("k")).rejects.toThrow("log lost");
  backend.logFails = false;
  await expect(bucket.createUpload({ key: "k", id: "u", initiated: 0, attributes: {} })).rejects.toThrow(
    /open the store again/,
  );
  expect(backend.removed).toEqual([]);
  await store.close();
});
