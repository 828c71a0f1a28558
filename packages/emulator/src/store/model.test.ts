import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { directoryStore } from "./directory.ts";
import { memoryStore } from "./memory.ts";
import type { ObjectMeta } from "./records.ts";
import type { Bucket, StagedBody, Store } from "./store.ts";

/** Sizes around the inline limit of the directory store and beyond. */
const size = fc.oneof(fc.nat(30), fc.integer({ min: 4090, max: 4100 }), fc.integer({ min: 4097, max: 30_000 }));
const key = fc.constantFrom("a", "b/", "b/c", "\u{1f600}");
const upload = fc.constantFrom("U1", "U2");
const step = fc.oneof(
  fc.record({ op: fc.constant("put"), key, size }),
  fc.record({ op: fc.constant("append"), key, size }),
  fc.record({ op: fc.constant("delete"), key }),
  fc.record({ op: fc.constant("revise"), key }),
  fc.record({ op: fc.constant("copy"), key, to: key, from: fc.nat(100), until: fc.nat(100) }),
  fc.record({ op: fc.constant("create"), id: upload, key }),
  fc.record({ op: fc.constant("part"), id: upload, number: fc.integer({ min: 1, max: 3 }), size }),
  fc.record({ op: fc.constant("drop"), id: upload, parts: fc.uniqueArray(fc.integer({ min: 1, max: 3 })) }),
  fc.record({ op: fc.constant("complete"), id: upload, parts: fc.uniqueArray(fc.integer({ min: 1, max: 3 })) }),
  fc.record({ op: fc.constant("abort"), id: upload }),
  fc.record({ op: fc.constant("reopen") }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Model {
  objects: Map<string, { etag: string; body: Buffer }>;
  uploads: Map<string, { key: string; parts: Map<number, Buffer> }>;
}

const meta = (etag: string): ObjectMeta => ({
  etag,
  lastModified: 0,
  type: "normal",
  storageClass: "",
  headers: {},
  metadata: {},
});

/** What the step should answer, by the plainest means. `n` makes the bytes differ. */
function expectStep(model: Model, step: Step, n: number): string {
  const etag = String(n);
  const bytes = (length: number): Buffer => Buffer.alloc(length, `${n},`);
  const old = "key" in step ? model.objects.get(step.key) : undefined;
  switch (step.op) {
    case "put":
      model.objects.set(step.key, { etag, body: bytes(step.size) });
      return "ok";
    case "append":
      model.objects.set(step.key, { etag, body: Buffer.concat([old?.body ?? Buffer.alloc(0), bytes(step.size)]) });
      return "ok";
    case "delete":
      model.objects.delete(step.key);
      return "ok";
    case "revise":
      if (!old) return "ObjectNotFound";
      model.objects.set(step.key, { etag, body: old.body });
      return "ok";
    case "copy": {
      if (!old) return "none";
      const [start, end] = rangeOf(step, old.body.length);
      model.objects.set(step.to, { etag, body: old.body.subarray(start, end) });
      return "ok";
    }
    case "create":
      if (model.uploads.has(step.id)) return "UploadExists";
      model.uploads.set(step.id, { key: step.key, parts: new Map() });
      return "ok";
    case "part": {
      const known = model.uploads.get(step.id);
      known?.parts.set(step.number, bytes(step.size));
      return known ? "ok" : "UploadNotFound";
    }
    case "drop": {
      const known = model.uploads.get(step.id);
      if (!known) return "UploadNotFound";
      const there = step.parts.filter((number) => known.parts.delete(number));
      return there.toSorted((a, b) => a - b).join();
    }
    case "abort":
      return model.uploads.delete(step.id) ? "ok" : "UploadNotFound";
    case "complete": {
      const known = model.uploads.get(step.id);
      if (!known) return "UploadNotFound";
      if (step.parts.some((number) => !known.parts.has(number))) return "PartNotFound";
      model.objects.set(known.key, {
        etag,
        body: Buffer.concat(step.parts.map((number) => known.parts.get(number) as Buffer)),
      });
      model.uploads.delete(step.id);
      return "ok";
    }
    case "reopen":
      return "ok";
  }
}

const rangeOf = ({ from, until }: { from: number; until: number }, length: number): [number, number] =>
  [Math.floor((from / 100) * length), Math.floor((until / 100) * length)].toSorted((a, b) => a - b) as [number, number];

async function runStep(store: Store, bucket: Bucket, step: Step, n: number): Promise<string> {
  const bytes = async (length: number): Promise<StagedBody> => {
    const body = store.stage();
    const all = Buffer.alloc(length, `${n},`);
    for (let at = 0; at < length; at += 3000) await body.write(all.subarray(at, at + 3000));
    return body;
  };
  try {
    if (step.op === "put" || step.op === "append")
      await bucket[step.op](step.key, await bytes(step.size), () => meta(String(n)));
    else if (step.op === "delete") await bucket.delete(step.key);
    else if (step.op === "revise") await bucket.revise(step.key, () => meta(String(n)));
    else if (step.op === "copy") {
      const source = bucket.open(step.key);
      if (!source) return "none";
      const body = store.stage();
      body.link(source, ...rangeOf(step, source.record.size));
      await source.close();
      await bucket.put(step.to, body, () => meta(String(n)));
    } else if (step.op === "create")
      await bucket.createUpload({ key: step.key, id: step.id, initiated: 0, attributes: {} });
    else if (step.op === "part") {
      await bucket.putPart(step.id, step.number, await bytes(step.size), { etag: "", lastModified: 0 });
    } else if (step.op === "abort") await bucket.abortUpload(step.id);
    else if (step.op === "drop") {
      return (await bucket.dropParts(step.id, ({ number }) => step.parts.includes(number))).join();
    } else if (step.op === "complete") {
      await bucket.completeUpload(step.id, () => ({ parts: step.parts, meta: meta(String(n)) }));
    }
    return "ok";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

async function compare(bucket: Bucket, model: Model): Promise<void> {
  const order = [...model.objects.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(Array.from(bucket.objects(), (record) => record.key)).toEqual(order);
  for (const [name, { etag, body }] of model.objects) {
    const opened = bucket.open(name);
    expect(opened?.record).toEqual({ ...meta(etag), key: name, size: body.length });
    const chunks: Uint8Array[] = [];
    for await (const chunk of opened?.read() ?? []) chunks.push(chunk);
    await opened?.close();
    expect(Buffer.concat(chunks).equals(body)).toBe(true);
  }
  const found = Array.from(bucket.uploads(), ({ id, key: name }) => [
    id,
    name,
    bucket.parts(id).map((part) => [part.number, part.size]),
  ]);
  const expected = Array.from(model.uploads, ([id, { key: name, parts }]) => [
    id,
    name,
    [...parts].toSorted(([a], [b]) => a - b).map(([number, body]) => [number, body.length]),
  ]);
  expect(found.toSorted()).toEqual(expected.toSorted());
}

describe.each(["memory", "directory"] as const)("any program on a %s store", (kind) => {
  test("does what the same program on plain maps does", { timeout: 120_000 }, async () => {
    const root = await mkdtemp(join(tmpdir(), "model-"));
    let run = 0;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (program) => {
          const path = join(root, String(run++));
          const open = (): Promise<Store> => directoryStore(path, { sync: "none" });
          let store = kind === "memory" ? memoryStore() : await open();
          let bucket = await store.createBucket("oss", { name: "b", createdAt: 0, attributes: {} });
          const model: Model = { objects: new Map(), uploads: new Map() };
          try {
            for (const [n, one] of program.entries()) {
              if (one.op === "reopen" && kind === "directory") {
                await store.close();
                store = await open();
                bucket = store.bucket("oss", "b") as Bucket;
                await compare(bucket, model);
              }
              expect(await runStep(store, bucket, one, n)).toBe(expectStep(model, one, n));
            }
            await compare(bucket, model);
          } finally {
            await store.close();
            await rm(path, { recursive: true, force: true });
          }
        }),
        { numRuns: kind === "memory" ? 150 : 100 },
      );
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});
