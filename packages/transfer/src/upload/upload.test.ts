import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { crc64 } from "@cosmoss/checksum";
import { COSClient } from "@cosmoss/client-cos";
import { OSSClient } from "@cosmoss/client-oss";
import { type Emulator, type Fault, type FaultRequest, startEmulator } from "@cosmoss/emulator";
import { ConfigError, IntegrityError, ServiceError } from "@cosmoss/errors";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cosPort } from "../cos.ts";
import { abortUpload } from "../parts/initiate.ts";
import { fromFile } from "../fs.node.ts";
import { ossPort } from "../oss.ts";
import { TransferPool } from "../pool/pool.ts";
import { content } from "../testing/sinks.ts";
import type { TransferPort } from "../ports/port.ts";
import type { TransferProgress } from "../task/progress.ts";
import { upload } from "./upload.ts";

const MIB = 1 << 20;
const PART = MIB;

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe.each(["oss", "cos"] as const)("upload to %s", (provider) => {
  const Bucket = provider === "oss" ? "photos" : "photos-1250000000";
  let emulator: Emulator;
  let client: OSSClient | COSClient;
  let port: TransferPort<any>;
  let folder: string;

  beforeAll(async () => {
    emulator = await startEmulator({ buckets: { [provider]: [Bucket] } });
    folder = await mkdtemp(join(tmpdir(), "cosmoss-upload-"));
    // One attempt of the client for each of the transfer: what is tried again here is the transfer's doing.
    client =
      provider === "oss"
        ? new OSSClient({ ...emulator.oss, maxAttempts: 1 })
        : new COSClient({ ...emulator.cos, maxAttempts: 1 });
  });
  beforeEach(() => {
    emulator.faults = undefined;
    emulator.clearRequests();
    const pool = new TransferPool({ concurrency: 3 });
    port = provider === "oss" ? ossPort(client, { pool, random: () => 0 }) : cosPort(client, { pool, random: () => 0 });
  });
  afterEach(async () => {
    // What a test leaves behind on purpose must not show in the next one.
    emulator.faults = undefined;
    for (const { Key, UploadId } of await uploads()) await port.abort({ Bucket, Key, UploadId });
  });
  afterAll(async () => {
    client.destroy();
    await emulator.close();
    await rm(folder, { recursive: true });
  });

  let names = 0;
  const target = () => ({ Bucket, Key: `up/${names++}` });
  const stored = async (object: { Bucket: string; Key: string }) => (await port.get(object)).body.bytes();
  const uploads = async () => collect(port.listUploads({ Bucket }));
  const operations = () => emulator.requests.map(({ operation }) => operation);
  const sentParts = () =>
    emulator.requests.filter(({ operation, status }) => operation === "UploadPart" && status === 200);
  const file = async (name: string, bytes: Uint8Array) => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };
  /** Faults for one operation, counted from 1. */
  const on = (operation: string, fault: (count: number, request: FaultRequest) => Fault | undefined) => {
    let count = 0;
    emulator.faults = (request) => (request.operation === operation ? fault(++count, request) : undefined);
  };

  describe("of every size and kind of source", () => {
    const sizes = [0, 1, PART - 1, PART, PART + 1, 3 * PART + 12_345];
    const kinds: [string, (bytes: Uint8Array) => any][] = [
      ["bytes", (bytes) => bytes],
      ["a Blob", (bytes) => new Blob([bytes as BlobPart], { type: "image/png" })],
      ["a file", async (bytes) => fromFile(await file("size", bytes))],
      ["a web stream", (bytes) => new Blob([bytes as BlobPart]).stream()],
      ["a Node stream", (bytes) => Readable.from(bytes.length > 0 ? [bytes.subarray(0, 7), bytes.subarray(7)] : [])],
    ];
    it.each(kinds.flatMap(([kind, make]) => sizes.map((size) => [kind, size, make] as const)))(
      "%s of %i bytes",
      async (kind, size, make) => {
        const bytes = content(size);
        const to = target();
        const result = await upload(port, await make(bytes), to, { partSize: PART });
        expect(result).toMatchObject({
          ...to,
          Size: size,
          HashCrc64ecma: crc64(bytes),
          verified: true,
          resumedBytes: 0,
        });
        expect(Buffer.compare(await stored(to), bytes)).toBe(0);
        expect(operations().filter((one) => one === "UploadPart")).toHaveLength(
          size > PART ? Math.ceil(size / PART) : 0,
        );
        expect(await uploads()).toEqual([]);
        if (kind === "a Blob") expect((await port.head(to)).attributes.ContentType).toBe("image/png");
      },
    );
  });

  it("stores attributes, in one request and in parts", async () => {
    const attributes = {
      ContentType: "text/css",
      CacheControl: "no-store",
      Metadata: { who: "me" },
      Tagging: { a: "b" },
    };
    for (const size of [10, PART * 2]) {
      const to = target();
      await upload(port, content(size), to, { attributes, partSize: PART });
      const head = await port.head(to);
      expect(head.attributes).toMatchObject({
        ContentType: "text/css",
        CacheControl: "no-store",
        Metadata: { who: "me" },
      });
      expect(await port.tags(to)).toEqual({ a: "b" });
    }
  });

  describe("refuses before a byte is sent", () => {
    it.each([
      ["a part size below the least", { partSize: 1024 }],
      ["a part size that is no number of bytes", { partSize: 1.5 * MIB + 0.5 }],
      ["a wrong limit", { stallTimeoutMs: -1 }],
      ["a key to encrypt with, which would get into checkpoints", { attributes: { SSECustomerKey: "secret" } }],
    ])("%s", async (_, options) => {
      await expect(upload(port, content(10), target(), options)).rejects.toBeInstanceOf(ConfigError);
      expect(emulator.requests).toHaveLength(0);
    });

    it("what is no source", async () => {
      await expect(upload(port, 42 as never, target())).rejects.toBeInstanceOf(ConfigError);
      expect(emulator.requests).toHaveLength(0);
    });

    it("a file that is not there", async () => {
      await expect(upload(port, fromFile(join(folder, "nowhere")), target())).rejects.toThrow("nowhere");
      expect(emulator.requests).toHaveLength(0);
    });
  });

  describe("when requests fail", () => {
    it.each<[string, Fault]>([
      ["resets", { resetRequestAt: 1000 }],
      ["refusals of a busy service", { error: { code: "ServiceUnavailable", status: 503 } }],
      ["answers that got lost", { dropResponse: true }],
      ["bits that flip on the way", { corruptRequestAt: 70_000 }],
    ])("sends parts again after %s", async (_name, fault) => {
      const met = new Set<string>();
      on("UploadPart", (_, request) => {
        // The first try of each part.
        if (met.has(request.target.replace(/\?.*(partNumber=\d+).*/, "$1"))) return undefined;
        met.add(request.target.replace(/\?.*(partNumber=\d+).*/, "$1"));
        return fault;
      });
      const bytes = content(4 * PART);
      const to = target();
      const result = await upload(port, bytes, to, { partSize: PART });
      expect(result).toMatchObject({ verified: true, HashCrc64ecma: crc64(bytes) });
      expect(Buffer.compare(await stored(to), bytes)).toBe(0);
      expect(await uploads()).toEqual([]);
    });

    it.each(["PutObject", "CompleteMultipartUpload", "InitiateMultipartUpload"])(
      "tries %s again, also when its answer got lost",
      async (operation) => {
        for (const fault of [{ dropResponse: true }, { error: { code: "InternalError", status: 500 } }] as Fault[]) {
          on(operation, (count) => (count === 1 ? fault : undefined));
          const bytes = content(operation === "PutObject" ? 1000 : 2 * PART);
          const to = target();
          const result = await upload(port, bytes, to, { partSize: PART, checkpoints: memoryCheckpoints() });
          expect(result.verified).toBe(true);
          expect(Buffer.compare(await stored(to), bytes)).toBe(0);
          expect(await uploads()).toEqual([]);
        }
      },
    );

    it("never accepts bytes that always arrive changed", async () => {
      on("UploadPart", () => ({ corruptRequestAt: 5 }));
      const to = target();
      await expect(upload(port, content(2 * PART), to, { partSize: PART })).rejects.toBeInstanceOf(IntegrityError);
      await expect(port.head(to)).rejects.toMatchObject({ statusCode: 404 });
      expect(await uploads()).toEqual([]);
    });

    it("aborts the upload and shows the refusal when a part is refused", async () => {
      on("UploadPart", (count) => (count === 3 ? { error: { code: "AccessDenied", status: 403 } } : undefined));
      const to = target();
      const task = upload(port, content(8 * PART), to, { partSize: PART });
      await expect(task).rejects.toMatchObject({ code: "AccessDenied" });
      expect([task.state, await uploads()]).toEqual(["failed", []]);
    });

    it("gives the stream's own error and aborts the upload", async () => {
      async function* broken() {
        yield content(2 * PART + 5);
        throw new Error("the disk is gone");
      }
      const to = target();
      await expect(upload(port, broken(), to, { partSize: PART })).rejects.toThrow("the disk is gone");
      expect(await uploads()).toEqual([]);
    });

    /** Loses the upload of a request before it is carried out, as the service does after its time is over. */
    const lose = async ({ target: path }: FaultRequest) => {
      const UploadId = new URLSearchParams(path.slice(path.indexOf("?"))).get("uploadId")!;
      for (const { Key, ...upload } of await uploads()) {
        if (upload.UploadId === UploadId) await abortUpload(port, { Bucket, Key }, UploadId);
      }
    };

    it("begins a vanished upload anew, once", async () => {
      let count = 0;
      emulator.faults = async (request) => {
        if (request.operation === "UploadPart" && ++count === 2) await lose(request);
        return undefined;
      };
      const to = target();
      const bytes = content(3 * PART);
      await upload(port, bytes, to, { partSize: PART });
      expect(operations().filter((one) => one === "InitiateMultipartUpload")).toHaveLength(2);
      expect(Buffer.compare(await stored(to), bytes)).toBe(0);
      expect(await uploads()).toEqual([]);
    });

    it("does not loop when uploads vanish for ever", async () => {
      emulator.faults = async (request) => {
        if (request.operation === "UploadPart") await lose(request);
        return undefined;
      };
      const task = upload(port, content(3 * PART), target(), { partSize: PART });
      await expect(task).rejects.toMatchObject({ code: "NoSuchUpload" });
      expect(operations().filter((one) => one === "InitiateMultipartUpload")).toHaveLength(2);
    });
  });

  describe("resuming", () => {
    /** Uploads until `parts` are stored and fails then, keeping what is there. */
    async function interrupted(source: any, to: { Bucket: string; Key: string }, parts: number, options: object = {}) {
      const checkpoints = memoryCheckpoints();
      // One at a time, so that exactly so many are stored.
      port.pool.concurrency = 1;
      on("UploadPart", (count) => (count > parts ? { error: { code: "AccessDenied", status: 403 } } : undefined));
      const task = upload(port, source, to, { partSize: PART, checkpoints, ...options });
      await expect(task).rejects.toMatchObject({ code: "AccessDenied" });
      emulator.faults = undefined;
      emulator.clearRequests();
      return { checkpoints, checkpoint: task.checkpoint! };
    }

    it("sends only the parts that are missing", async () => {
      const bytes = content(6 * PART + 10);
      const path = await file("resumed", bytes);
      const to = target();
      const { checkpoints } = await interrupted(fromFile(path), to, 4);
      const result = await upload(port, fromFile(path), to, { partSize: PART, checkpoints });
      expect(sentParts()).toHaveLength(3);
      expect(result).toMatchObject({ resumedBytes: 4 * PART, verified: true, HashCrc64ecma: crc64(bytes) });
      expect(Buffer.compare(await stored(to), bytes)).toBe(0);
      expect([await uploads(), await collect(checkpoints.entries())]).toEqual([[], []]);
    });

    it("is as patient with the questions before as with the parts", async () => {
      const path = await file("patient", content(3 * PART));
      const to = target();
      const { checkpoints } = await interrupted(fromFile(path), to, 2);
      on("ListParts", (count) => (count < 3 ? { resetRequestAt: 0 } : undefined));
      const result = await upload(port, fromFile(path), to, { checkpoints });
      expect(result.resumedBytes).toBe(2 * PART);
    });

    it("goes on from a checkpoint that went through JSON, without a store", async () => {
      const bytes = content(4 * PART);
      const path = await file("json", bytes);
      const to = target();
      const { checkpoint } = await interrupted(fromFile(path), to, 2);
      const text = JSON.stringify(checkpoint);
      expect(text).not.toContain("emulator-secret");
      const result = await upload(port, fromFile(path), to, { checkpoint: JSON.parse(text) });
      expect([result.resumedBytes, sentParts().length, await uploads()]).toEqual([2 * PART, 2, []]);
    });

    it("has a checkpoint worth having when the first part fails", async () => {
      const path = await file("first", content(3 * PART));
      const to = target();
      const { checkpoint, checkpoints } = await interrupted(fromFile(path), to, 0);
      expect(checkpoint).toMatchObject({ version: 1, kind: "upload", parts: [], UploadId: expect.any(String) });
      await upload(port, fromFile(path), to, { checkpoints });
      expect(operations()).not.toContain("InitiateMultipartUpload");
    });

    it("sends parts again that the service has lost or that are others by now", async () => {
      const bytes = content(5 * PART);
      const path = await file("lost", bytes);
      const to = target();
      const { checkpoints, checkpoint } = await interrupted(fromFile(path), to, 4);
      const upload2 = { ...to, UploadId: checkpoint.UploadId! };
      const [replaced] = checkpoint.parts;
      await port.uploadPart(upload2, replaced!.PartNumber, content(PART + 1).subarray(1), PART);
      emulator.clearRequests();
      const result = await upload(port, fromFile(path), to, { checkpoints });
      expect([result.resumedBytes, sentParts().length]).toEqual([3 * PART, 2]);
      expect(Buffer.compare(await stored(to), bytes)).toBe(0);
    });

    it("begins anew when the upload is gone", async () => {
      const bytes = content(3 * PART);
      const path = await file("gone", bytes);
      const to = target();
      const { checkpoints, checkpoint } = await interrupted(fromFile(path), to, 2);
      await port.abort({ ...to, UploadId: checkpoint.UploadId! });
      const result = await upload(port, fromFile(path), to, { partSize: PART, checkpoints });
      expect([result.resumedBytes, result.verified, await uploads()]).toEqual([0, true, []]);
    });

    it("begins anew when the file has changed, and leaves no orphan", async () => {
      const path = await file("changed", content(3 * PART));
      const to = target();
      const { checkpoints } = await interrupted(fromFile(path), to, 2);
      const other = content(4 * PART).subarray(PART);
      await writeFile(path, other);
      const result = await upload(port, fromFile(path), to, { partSize: PART, checkpoints });
      expect([result.resumedBytes, await uploads()]).toEqual([0, []]);
      expect(Buffer.compare(await stored(to), other)).toBe(0);
    });

    it("goes on with a file that was only touched, if all of its bytes are compared", async () => {
      const path = await file("touched", content(3 * PART));
      const to = target();
      const { checkpoints } = await interrupted(fromFile(path), to, 2, { fingerprint: "full" });
      await utimes(path, new Date(), new Date(Date.now() + 60_000));
      const result = await upload(port, fromFile(path), to, { checkpoints });
      expect(result.resumedBytes).toBe(2 * PART);
    });

    it("notices a file whose bytes changed but not its size and time, by samples, or surely by all of it", async () => {
      const bytes = content(3 * PART);
      const path = await file("sly", bytes);
      const when = new Date(1_700_000_000_000);
      await utimes(path, when, when);
      const to = target();
      const { checkpoints } = await interrupted(fromFile(path), to, 2, { fingerprint: "full" });
      const changed = Uint8Array.from(bytes);
      changed[700_000]! ^= 1;
      await writeFile(path, changed);
      await utimes(path, when, when);
      const result = await upload(port, fromFile(path), to, { partSize: PART, checkpoints });
      expect(result.resumedBytes).toBe(0);
      expect(Buffer.compare(await stored(to), changed)).toBe(0);
    });

    it("fails when the file has changed, if asked to", async () => {
      const path = await file("strict", content(3 * PART));
      const to = target();
      const { checkpoints } = await interrupted(fromFile(path), to, 2);
      await writeFile(path, content(PART));
      const again = upload(port, fromFile(path), to, { checkpoints, onSourceChanged: "fail" });
      await expect(again).rejects.toThrow(/changed since the upload began/);
      expect(await uploads()).toHaveLength(1);
      await upload(port, fromFile(path), to, { checkpoints });
      expect(await uploads()).toEqual([]);
    });

    it("begins anew for other attributes or another part size", async () => {
      for (const other of [{ attributes: { ContentType: "text/html" } }, { partSize: 2 * PART }]) {
        const path = await file("other", content(3 * PART));
        const to = target();
        const { checkpoints } = await interrupted(fromFile(path), to, 2);
        const result = await upload(port, fromFile(path), to, { partSize: PART, checkpoints, ...other });
        expect([result.resumedBytes, await uploads()]).toEqual([0, []]);
      }
    });

    it("has nothing left to do when only the answer to the last request got lost", async () => {
      const bytes = content(2 * PART);
      const path = await file("answered", bytes);
      const to = target();
      const { checkpoints, checkpoint } = await interrupted(fromFile(path), to, 1);
      on("CompleteMultipartUpload", () => ({ error: { code: "AccessDenied", status: 403 } }));
      const task = upload(port, fromFile(path), to, { checkpoints });
      await expect(task).rejects.toMatchObject({ code: "AccessDenied" });
      emulator.faults = undefined;
      const parts = task.checkpoint!.parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag: ETag! }));
      parts.sort((a, b) => a.PartNumber - b.PartNumber);
      await port.complete({ ...to, UploadId: checkpoint.UploadId! }, parts, {});
      emulator.clearRequests();
      const result = await upload(port, fromFile(path), to, { checkpoints });
      expect(result).toMatchObject({ resumedBytes: 2 * PART, verified: true, HashCrc64ecma: crc64(bytes) });
      expect(sentParts()).toHaveLength(0);
      expect(await collect(checkpoints.entries())).toEqual([]);
    });

    it("finds the upload whose id it never heard of", async () => {
      const path = await file("unheard", content(3 * PART));
      const to = target();
      const stranger = await port.initiate(to, {});
      const checkpoints = memoryCheckpoints();
      let initiated = false;
      emulator.faults = ({ operation }) => {
        if (operation === "ListMultipartUploads" && initiated) return { error: { code: "InternalError", status: 500 } };
        initiated ||= operation === "InitiateMultipartUpload";
        return operation === "InitiateMultipartUpload" ? { dropResponse: true } : undefined;
      };
      const task = upload(port, fromFile(path), to, { partSize: PART, checkpoints, patienceMs: 0 });
      await expect(task).rejects.toMatchObject({ code: "InternalError" });
      emulator.faults = undefined;
      emulator.clearRequests();
      await upload(port, fromFile(path), to, { partSize: PART, checkpoints });
      expect(operations()).not.toContain("InitiateMultipartUpload");
      expect((await uploads()).map(({ UploadId }) => UploadId)).toEqual([stranger.UploadId]);
      await port.abort(stranger);
    });

    it("does without a checkpoint that is damaged or of another version", async () => {
      const path = await file("damaged", content(2 * PART));
      for (const checkpoint of [
        { version: 2 },
        { version: 1, kind: "upload" },
        { version: 1, parts: "x" },
        [],
      ] as any[]) {
        const result = await upload(port, fromFile(path), target(), { partSize: PART, checkpoint });
        expect(result.resumedBytes).toBe(0);
      }
    });

    it("notices a file that changes while it is sent", async () => {
      const path = await file("moving", content(3 * PART));
      const to = target();
      let changed = false;
      emulator.faults = async ({ operation }) => {
        if (operation !== "UploadPart" || changed) return undefined;
        changed = true;
        await writeFile(path, content(4 * PART).subarray(PART));
        return undefined;
      };
      await expect(upload(port, fromFile(path), to, { partSize: PART })).rejects.toThrow(/changed while/);
      expect(await uploads()).toEqual([]);
    });
  });

  describe("while it runs", () => {
    it("can be paused and goes on with what is missing", async () => {
      const bytes = content(6 * PART);
      const to = target();
      let task!: ReturnType<typeof upload>;
      let pausing: Promise<void> | undefined;
      let begun = 0;
      on("UploadPart", (count) => {
        begun = count;
        if (count === 3) pausing = task.pause();
        return undefined;
      });
      task = upload(port, bytes, to, { partSize: PART });
      while (!pausing) await new Promise((resolve) => setImmediate(resolve));
      await pausing;
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect([task.state, begun]).toEqual(["paused", 3]);
      task.resume();
      await task;
      expect(Buffer.compare(await stored(to), bytes)).toBe(0);
      expect(await uploads()).toEqual([]);
    });

    it.each([false, true])("can be cancelled, with parts kept: %s", async (keep) => {
      const to = target();
      let seen = 0;
      on("UploadPart", () => (++seen > 2 ? { latencyMs: 100_000 } : undefined));
      const task = upload(port, content(6 * PART), to, { partSize: PART });
      while (seen < 4) await new Promise((resolve) => setImmediate(resolve));
      const cancelled = task.cancel({ keep });
      await expect(task).rejects.toMatchObject({ name: "AbortError" });
      await cancelled;
      expect(await uploads()).toHaveLength(keep ? 1 : 0);
    });

    it("tells its progress, never backwards, and all of it only at the end", async () => {
      const seen: TransferProgress[] = [];
      on("UploadPart", (count) => (count === 2 ? { resetRequestAt: 500_000 } : undefined));
      let completed = Infinity;
      const task = upload(port, content(5 * PART), target(), {
        partSize: PART,
        onProgress: (progress) => {
          seen.push(progress);
          if (operations().includes("CompleteMultipartUpload")) completed = Math.min(completed, seen.length - 1);
        },
      });
      await task;
      expect(seen.at(-1)).toMatchObject({ phase: "done", fraction: 1, acknowledged: 5 * PART, total: 5 * PART });
      for (const [index, progress] of seen.entries()) {
        const before = seen[index - 1];
        if (before) expect(progress.fraction).toBeGreaterThanOrEqual(before.fraction);
        if (before) expect(progress.acknowledged).toBeGreaterThanOrEqual(before.acknowledged);
        if (progress.fraction === 1) expect(index).toBeGreaterThanOrEqual(completed);
      }
    });

    it("does not show 100 % when the last request fails", async () => {
      const seen: number[] = [];
      on("CompleteMultipartUpload", () => ({ error: { code: "AccessDenied", status: 403 } }));
      const task = upload(port, content(2 * PART), target(), {
        partSize: PART,
        onProgress: ({ fraction }) => seen.push(fraction),
      });
      await expect(task).rejects.toBeInstanceOf(ServiceError);
      expect(Math.max(...seen)).toBeLessThan(1);
    });

    it("shows an empty object at 0 until it is stored", async () => {
      const seen: [string, number][] = [];
      await upload(port, new Uint8Array(), target(), {
        onProgress: ({ phase, fraction }) => seen.push([phase, fraction]),
      });
      expect(seen.at(-1)).toEqual(["done", 1]);
      for (const [phase, fraction] of seen.slice(0, -1)) expect([phase, fraction]).toEqual([phase, 0]);
    });
  });
});
