import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { crc64 } from "@cosmoss/checksum";
import { COSClient } from "@cosmoss/client-cos";
import { OSSClient } from "@cosmoss/client-oss";
import { type Emulator, type Fault, type FaultRequest, startEmulator } from "@cosmoss/emulator";
import { ConfigError, IntegrityError } from "@cosmoss/errors";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { copy } from "./copy.ts";
import { cosPort } from "../cos.ts";
import { abortUpload } from "../parts/initiate.ts";
import { ossPort } from "../oss.ts";
import { TransferPool } from "../pool/pool.ts";
import { content } from "../testing/sinks.ts";
import type { ObjectLocation, TransferPort } from "../ports/port.ts";

const MIB = 1 << 20;
const PART = MIB;
const buckets = { oss: "photos", cos: "photos-1250000000" } as const;
type Provider = keyof typeof buckets;

const ways: [from: Provider, to: Provider, stream: boolean][] = [
  ["oss", "oss", false],
  ["cos", "cos", false],
  ["oss", "cos", true],
  ["cos", "oss", true],
  ["oss", "oss", true],
];

describe.each(ways)("copy from %s to %s, through here: %s", (from, to, stream) => {
  let emulator: Emulator;
  let clients: { oss: OSSClient; cos: COSClient };
  let ports: { [provider in Provider]: TransferPort<any> };
  let names = 0;

  beforeAll(async () => {
    emulator = await startEmulator({ buckets: { oss: [buckets.oss], cos: [buckets.cos] } });
    clients = {
      oss: new OSSClient({ ...emulator.oss, maxAttempts: 1 }),
      cos: new COSClient({ ...emulator.cos, maxAttempts: 1 }),
    };
  });
  beforeEach(() => {
    emulator.faults = undefined;
    emulator.clearRequests();
    const options = { pool: new TransferPool({ concurrency: 3 }), random: () => 0 };
    ports = { oss: ossPort(clients.oss, options), cos: cosPort(clients.cos, options) };
  });
  afterEach(async () => {
    emulator.faults = undefined;
    for (const provider of ["oss", "cos"] as const) {
      for await (const { Key, UploadId } of ports[provider].listUploads({ Bucket: buckets[provider] })) {
        await abortUpload(ports[provider], { Bucket: buckets[provider], Key }, UploadId);
      }
    }
  });
  afterAll(async () => {
    clients.oss.destroy();
    clients.cos.destroy();
    await emulator.close();
  });

  const attributes = {
    ContentType: "text/css",
    CacheControl: "max-age=60",
    ContentDisposition: "inline",
    Metadata: { who: "me" },
    Tagging: { a: "b", "ü x": "1+1=2" },
  };
  const source = async (bytes: Uint8Array): Promise<ObjectLocation> => {
    const object = { Bucket: buckets[from], Key: `from/${names++} ü` };
    await ports[from].put(object, bytes, bytes.length, attributes);
    emulator.clearRequests();
    return object;
  };
  const target = () => ({ Bucket: buckets[to], Key: `to/${names++}` });
  const run = (one: ObjectLocation, other: ObjectLocation, options: object = {}) =>
    copy(ports[from], one, ports[to], other, { stream, ...options });
  const bytesOf = async (object: ObjectLocation) => (await ports[to].get(object)).body.bytes();
  const uploads = async () => {
    const all: string[] = [];
    for await (const { UploadId } of ports[to].listUploads({ Bucket: buckets[to] })) all.push(UploadId);
    return all;
  };
  const operations = () => emulator.requests.map(({ operation }) => operation);
  const partOperation = stream ? "UploadPart" : "UploadPartCopy";
  const on = (operation: string, fault: (count: number, request: FaultRequest) => Fault | undefined) => {
    let count = 0;
    emulator.faults = (request) => (request.operation === operation ? fault(++count, request) : undefined);
  };

  it.each([0, 1, PART, 3 * PART + 5])("copies an object of %i bytes with all that belongs to it", async (size) => {
    const bytes = content(size);
    const one = await source(bytes);
    for (const options of [{}, { partSize: PART }]) {
      const other = target();
      const result = await run(one, other, options);
      expect(result).toMatchObject({
        ...other,
        Size: size,
        onServer: !stream,
        dropped: [],
        verified: true,
        HashCrc64ecma: crc64(bytes),
      });
      expect(Buffer.compare(await bytesOf(other), bytes)).toBe(0);
      const { attributes: copied } = await ports[to].head(other);
      expect(copied).toMatchObject({ ContentType: "text/css", CacheControl: "max-age=60", Metadata: { who: "me" } });
      expect(await ports[to].tags(other)).toEqual(attributes.Tagging);
    }
    expect(await uploads()).toEqual([]);
  });

  it("lets bytes through here only where the service cannot copy by itself", async () => {
    const one = await source(content(2 * PART));
    await run(one, target());
    await run(one, target(), { partSize: PART });
    expect(operations().includes("GetObject")).toBe(stream);
    expect(operations().includes("UploadPartCopy")).toBe(!stream);
  });

  it("stores other attributes instead when they are given", async () => {
    const one = await source(content(2 * PART));
    for (const options of [{}, { partSize: PART }]) {
      const other = target();
      await run(one, other, { ...options, attributes: { ContentType: "image/png" } });
      const head = await ports[to].head(other);
      expect([head.attributes.ContentType, head.attributes.CacheControl, head.tagCount]).toEqual([
        "image/png",
        undefined,
        0,
      ]);
    }
  });

  it("rejects with what the service says when there is no source", async () => {
    const nowhere = { Bucket: buckets[from], Key: "nowhere" };
    await expect(run(nowhere, target())).rejects.toMatchObject({ statusCode: 404 });
  });

  it.each<[string, Fault]>([
    ["resets", { resetRequestAt: 0 }],
    ["a busy service", { error: { code: "ServiceUnavailable", status: 503 } }],
    ["lost answers", { dropResponse: true }],
  ])("goes on after %s", async (_, fault) => {
    const bytes = content(4 * PART);
    const one = await source(bytes);
    const other = target();
    const met = new Set<string>();
    emulator.faults = ({ operation, target: path }) => {
      const part = /partNumber=\d+/.exec(path)?.[0];
      if (operation !== partOperation || met.has(part!)) return undefined;
      met.add(part!);
      return fault;
    };
    await run(one, other, { partSize: PART });
    expect(Buffer.compare(await bytesOf(other), bytes)).toBe(0);
    expect(await uploads()).toEqual([]);
  });

  it("sends only what is missing when it goes on later", async () => {
    const bytes = content(5 * PART);
    const one = await source(bytes);
    const other = target();
    const checkpoints = memoryCheckpoints();
    ports[to].pool.concurrency = 1;
    on(partOperation, (count) => (count > 3 ? { error: { code: "AccessDenied", status: 403 } } : undefined));
    const task = run(one, other, { partSize: PART, checkpoints });
    await expect(task).rejects.toMatchObject({ code: "AccessDenied" });
    expect(task.checkpoint).toMatchObject({ kind: "copy", version: 1 });
    emulator.faults = undefined;
    emulator.clearRequests();
    const result = await run(one, other, { checkpoints });
    expect(result).toMatchObject({ resumedBytes: 3 * PART, verified: true, HashCrc64ecma: crc64(bytes) });
    expect(operations().filter((name) => name === partOperation)).toHaveLength(2);
    expect(Buffer.compare(await bytesOf(other), bytes)).toBe(0);
    expect(await uploads()).toEqual([]);
  });

  it("begins anew, or fails if asked to, when the source was replaced since", async () => {
    const one = await source(content(4 * PART));
    const other = target();
    const checkpoints = memoryCheckpoints();
    ports[to].pool.concurrency = 1;
    on(partOperation, (count) => (count > 2 ? { error: { code: "AccessDenied", status: 403 } } : undefined));
    await expect(run(one, other, { partSize: PART, checkpoints })).rejects.toMatchObject({ code: "AccessDenied" });
    emulator.faults = undefined;
    const bytes = content(3 * PART, 77);
    await ports[from].put(one, bytes, bytes.length, {});
    await expect(run(one, other, { checkpoints, onSourceChanged: "fail" })).rejects.toBeInstanceOf(ConfigError);
    const result = await run(one, other, { checkpoints });
    expect(result).toMatchObject({ resumedBytes: 0, HashCrc64ecma: crc64(bytes) });
    expect(await uploads()).toEqual([]);
  });

  it("notices a source that is replaced midway", async () => {
    const one = await source(content(6 * PART));
    const other = target();
    let replacing: Promise<unknown> | undefined;
    const replace = (bytes: Uint8Array) => {
      replacing = undefined;
      emulator.faults = async ({ operation }) => {
        if (operation === partOperation) await (replacing ??= ports[from].put(one, bytes, bytes.length, {}));
        return undefined;
      };
    };
    const bytes = content(6 * PART, 99);
    replace(bytes);
    await run(one, other, { partSize: PART });
    expect(Buffer.compare(await bytesOf(other), bytes)).toBe(0);
    replace(content(6 * PART, 111));
    const again = run(one, target(), { partSize: PART, onSourceChanged: "fail" });
    await expect(again).rejects.toThrow(/replaced while it was copied/);
    expect(await uploads()).toEqual([]);
  });

  it.each(stream ? ["bytes"] : [])("stores nothing when %s changed on the way from the source", async () => {
    const one = await source(content(4 * PART));
    const other = target();
    on("GetObject", () => ({ corruptResponseAt: 123_456 }));
    const checkpoints = memoryCheckpoints();
    await expect(run(one, other, { partSize: PART, checkpoints })).rejects.toBeInstanceOf(IntegrityError);
    await expect(ports[to].head(other)).rejects.toMatchObject({ statusCode: 404 });
    expect(await uploads()).toEqual([]);
    // Nor is there anything left that the next run would go on from, to fail for ever.
    for await (const { id } of checkpoints.entries()) expect.unreachable(id);
    emulator.faults = undefined;
    on("GetObject", (count) => (count === 1 ? { corruptResponseAt: 1000 } : undefined));
    const result = await run(one, other);
    expect(result.verified).toBe(true);
  });

  it("can be cancelled and leaves nothing behind", async () => {
    const one = await source(content(5 * PART));
    let seen = 0;
    on(partOperation, () => (++seen > 1 ? { latencyMs: 100_000 } : undefined));
    const task = run(one, target(), { partSize: PART });
    while (seen < 3) await new Promise((resolve) => setImmediate(resolve));
    const cancelled = task.cancel();
    await expect(task).rejects.toMatchObject({ name: "AbortError" });
    await cancelled;
    expect(await uploads()).toEqual([]);
  });
});

describe("what cannot be carried over", () => {
  it("is listed", async () => {
    const emulator = await startEmulator({ buckets: { oss: [buckets.oss], cos: [buckets.cos] } });
    const oss = ossPort(new OSSClient(emulator.oss));
    const cos = cosPort(new COSClient(emulator.cos));
    const one = { Bucket: buckets.oss, Key: "a" };
    await oss.put(one, "hello", 5, { ContentLanguage: "zh-CN", CacheControl: "no-cache" });
    const result = await copy(oss, one, cos, { Bucket: buckets.cos, Key: "b" });
    expect(result).toMatchObject({ onServer: false, dropped: ["ContentLanguage"], verified: true });
    await emulator.close();
  });
});
