import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CheckpointStore } from "@cosmoss/checkpoint";
import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { ConfigError } from "@cosmoss/errors";
import { beforeEach, describe, expect, it } from "vitest";
import type { TransferCheckpoint } from "../checkpoints/checkpoints.ts";
import { download, type DownloadOptions } from "./download.ts";
import { toFile } from "../fs.node.ts";
import { CLOUDS, useCloud } from "../testing/clouds.ts";
import { bytes, COUNT, Key, PART } from "../testing/downloads.ts";
import { collector, content, useDirectory } from "../testing/sinks.ts";

const directory = useDirectory();

describe.each(CLOUDS)("a download from %s that is taken up again", (name) => {
  const cloud = useCloud(name);
  const source = { Bucket: cloud.Bucket, Key };
  let store: CheckpointStore;
  let path: string;
  beforeEach(async () => {
    store = memoryCheckpoints();
    path = join(directory.path, "target.bin");
    await cloud.put(Key, bytes);
  });
  const start = (options: DownloadOptions = {}) =>
    download(cloud.port, source, toFile(path), { partSize: PART, checkpoints: store, ...options });
  const part = (): string => join(directory.path, ".target.bin.cosmoss-part");
  const kept = async (): Promise<[id: string, checkpoint: TransferCheckpoint][]> => {
    const found: [string, TransferCheckpoint][] = [];
    for await (const { id } of store.entries()) found.push([id, (await store.load(id)) as TransferCheckpoint]);
    return found;
  };
  /** Begins a download, and cancels it when so many ranges are there and the others are under way. */
  const interrupt = async (ranges: number, keep?: boolean, options?: DownloadOptions): Promise<TransferCheckpoint> => {
    const { port } = cloud;
    const { get } = port;
    const before = (await kept())[0]?.[1].parts.length ?? 0;
    let given = 0;
    // Those that do not come do not get as far as the service, so that its log tells what the next run asks for.
    port.get = (object, sending) =>
      given++ < ranges
        ? get.call(port, object, sending)
        : new Promise((_, reject) => {
            sending?.signal?.addEventListener?.("abort", () => reject(sending.signal!.reason));
          });
    const task = start(options);
    await expect
      .poll(() => [given > ranges, task.checkpoint?.parts.length], { interval: 5 })
      .toEqual([true, before + ranges]);
    const { checkpoint } = task;
    await task.cancel(keep === undefined ? {} : { keep });
    await expect(task).rejects.toMatchObject({ name: "AbortError" });
    port.get = get;
    await cloud.clear();
    return checkpoint!;
  };
  const expectAll = async (): Promise<void> => {
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
    expect(await readdir(directory.path)).toEqual(["target.bin"]);
    expect(await kept()).toEqual([]);
  };

  it("fetches only what is missing", async () => {
    await interrupt(7);
    expect((await readdir(directory.path)).length).toBe(1);
    const [[, checkpoint]] = (await kept()) as [[string, TransferCheckpoint]];
    expect(checkpoint).toMatchObject({ version: 1, kind: "download", target: path, partSize: PART });
    expect(checkpoint.source).toContain(Key);
    expect(checkpoint.fingerprint.size).toBe(bytes.length);
    expect(JSON.parse(JSON.stringify(checkpoint))).toEqual(checkpoint);
    const task = start();
    const { resumedBytes, verified } = await task;
    expect(verified).toBe(true);
    expect(resumedBytes).toBeGreaterThanOrEqual(7 * PART - 3);
    expect(resumedBytes).toBeLessThanOrEqual(7 * PART);
    expect(cloud.count("GetObject")).toBe(COUNT - 7);
    expect(task.checkpoint).toBeUndefined();
    await expectAll();
  });

  it("does so any number of times, with the part size it began with", async () => {
    await interrupt(3);
    for (const _ of [1, 2, 3]) await interrupt(2);
    await start({ partSize: PART });
    expect(cloud.count("GetObject")).toBe(COUNT - 9);
    await expectAll();
  });

  it("keeps the part size of the earlier run unless another is given", async () => {
    await interrupt(5);
    await download(cloud.port, source, toFile(path), { checkpoints: store });
    expect(cloud.count("GetObject")).toBe(COUNT - 5);
    await expectAll();
    await interrupt(5);
    await start({ partSize: 2 * PART });
    expect(cloud.count("GetObject")).toBe(COUNT / 2);
    await expectAll();
  });

  it("goes on from a checkpoint that was taken along", async () => {
    const checkpoint = await interrupt(6, true, { checkpoints: memoryCheckpoints() });
    expect(await kept()).toEqual([]);
    const options = { checkpoint: JSON.parse(JSON.stringify(checkpoint)) as TransferCheckpoint };
    const { resumedBytes } = await download(cloud.port, source, toFile(path), options);
    expect(resumedBytes).toBeGreaterThan(5 * PART);
    expect(cloud.count("GetObject")).toBe(COUNT - 6);
    await expectAll();
  });

  it("fetches again what the disk has lost or changed", async () => {
    await interrupt(10);
    const [[, { parts }]] = (await kept()) as [[string, TransferCheckpoint]];
    const [one, other] = parts;
    const file = await readFile(part());
    file[(one!.PartNumber - 1) * PART + 999]! ^= 1;
    file.fill(0, (other!.PartNumber - 1) * PART, other!.PartNumber * PART - 3);
    await writeFile(part(), file);
    await start();
    expect(cloud.count("GetObject")).toBe(COUNT - 8);
    await expectAll();
  });

  it("fetches everything again when the unfinished file is gone", async () => {
    await interrupt(4);
    await rm(part());
    expect((await start()).resumedBytes).toBe(0);
    expect(cloud.count("GetObject")).toBe(COUNT);
    await expectAll();
  });

  it.each<[string, (checkpoint: any) => unknown]>([
    ["another version", (checkpoint) => ({ ...checkpoint, version: 2 })],
    ["another kind", (checkpoint) => ({ ...checkpoint, kind: "upload" })],
    ["another object", (checkpoint) => ({ ...checkpoint, source: "oss://elsewhere/x" })],
    ["another file", (checkpoint) => ({ ...checkpoint, target: "/elsewhere" })],
    ["another size", (checkpoint) => ({ ...checkpoint, fingerprint: { ...checkpoint.fingerprint, size: 5 } })],
    ["another ETag", (checkpoint) => ({ ...checkpoint, fingerprint: { ...checkpoint.fingerprint, ETag: "x" } })],
    ["another CRC-64", (checkpoint) => ({ ...checkpoint, fingerprint: { ...checkpoint.fingerprint, full: "1" } })],
    ["no parts", (checkpoint) => ({ ...checkpoint, parts: undefined })],
    ["parts that are none", (checkpoint) => ({ ...checkpoint, parts: [null, { PartNumber: "1" }] })],
    ["no part size", (checkpoint) => ({ ...checkpoint, partSize: undefined })],
    ["an endless number of parts", (checkpoint) => ({ ...checkpoint, partSize: 1 })],
    ["nothing in it", () => ({})],
  ])("begins anew with a checkpoint that has %s", async (_, damage) => {
    await interrupt(6);
    const [[id, checkpoint]] = (await kept()) as [[string, TransferCheckpoint]];
    await store.save(id, damage(checkpoint) as object);
    const { resumedBytes } = await download(cloud.port, source, toFile(path), { checkpoints: store });
    expect(resumedBytes).toBe(0);
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
  });

  it.each([
    ["that do not exist", 4711],
    ["below the first", -1],
  ])("is not misled by parts %s", async (_, PartNumber) => {
    await interrupt(6);
    const [[id, checkpoint]] = (await kept()) as [[string, TransferCheckpoint]];
    checkpoint.parts.push({ PartNumber, HashCrc64ecma: "0" });
    await store.save(id, checkpoint);
    await start();
    await expectAll();
  });

  it("begins anew when the object has changed, or says so", async () => {
    for (const changed of [content(bytes.length, 2), content(3 * PART, 3), content(10, 4)]) {
      await cloud.put(Key, bytes);
      await interrupt(6);
      await cloud.put(Key, changed);
      const refused = start({ onSourceChanged: "fail" });
      await expect(refused).rejects.toBeInstanceOf(ConfigError);
      await expect(refused).rejects.toThrow(/replaced.*ETag was "\w{32}", and is "\w{32}"/);
      expect((await start()).resumedBytes).toBe(0);
      expect(Buffer.compare(await readFile(path), changed)).toBe(0);
      expect(await readdir(directory.path)).toEqual(["target.bin"]);
      expect(await kept()).toEqual([]);
    }
  });

  it("keeps what is there when the object cannot be had, for the time being", async () => {
    await interrupt(6);
    cloud.fault(() => ({ error: { code: "AccessDenied", status: 403 } }));
    await expect(start()).rejects.toMatchObject({ statusCode: 403 });
    cloud.fault(({ operation }) =>
      operation === "GetObject" ? { error: { code: "AccessDenied", status: 403 } } : undefined,
    );
    await expect(start()).rejects.toMatchObject({ statusCode: 403 });
    cloud.fault(() => undefined);
    expect((await start()).resumedBytes).toBeGreaterThan(5 * PART);
    await expectAll();
  });

  it("leaves nothing of an earlier run when the object is there no more", async () => {
    await interrupt(6);
    await cloud.port.deleteMany(cloud.Bucket, [Key]);
    expect(await readdir(directory.path)).toEqual([".target.bin.cosmoss-part"]);
    await expect(start()).rejects.toMatchObject({ statusCode: 404 });
    expect(await readdir(directory.path)).toEqual([]);
    expect(await kept()).toEqual([]);
  });

  it("leaves alone what is of another object when the one that is asked for is not there", async () => {
    const checkpoint = await interrupt(6, true, { checkpoints: memoryCheckpoints() });
    const other = { ...source, Key: "no such key" };
    const task = download(cloud.port, other, toFile(path), { checkpoint });
    await expect(task).rejects.toMatchObject({ statusCode: 404 });
    await download(cloud.port, source, toFile(path), { checkpoint });
    expect(cloud.count("GetObject")).toBe(COUNT - 6);
    await expectAll();
  });

  it("leaves nothing when it is cancelled for good", async () => {
    await interrupt(6, false);
    expect(await readdir(directory.path)).toEqual([]);
    expect(await kept()).toEqual([]);
  });

  it("leaves nothing of an earlier run either when it is cancelled for good right away", async () => {
    await interrupt(6);
    let asked: (() => void) | undefined;
    const head = new Promise<void>((resolve) => (asked = resolve));
    cloud.fault(() => {
      asked!();
      return { latencyMs: 60_000 };
    });
    const task = start();
    await head;
    await task.cancel({ keep: false });
    await task.catch(() => {});
    expect(await readdir(directory.path)).toEqual([]);
    expect(await kept()).toEqual([]);
  });

  it("goes on where it was cancelled while it looked at what is there", async () => {
    await interrupt(6);
    const sink = toFile(path);
    const task = download(
      cloud.port,
      source,
      {
        name: sink.name,
        async open(options) {
          const open = await sink.open(options);
          return {
            write: (...args) => open.write(...args),
            commit: (object) => open.commit(object),
            abandon: (how) => open.abandon(how),
            read(from, to) {
              void task.cancel();
              return open.read!(from, to);
            },
          };
        },
      },
      { checkpoints: store },
    );
    await expect(task).rejects.toMatchObject({ name: "AbortError" });
    await task.cancel();
    await cloud.clear();
    await start();
    expect(cloud.count("GetObject")).toBe(COUNT - 6);
    await expectAll();
  });

  it("keeps no checkpoint for a stream, which cannot be taken up", async () => {
    cloud.fault(({ operation }) =>
      operation === "GetObject" ? { error: { code: "AccessDenied", status: 403 } } : undefined,
    );
    const { stream, end } = collector();
    const options = { partSize: PART, checkpoints: store };
    await expect(download(cloud.port, source, stream, options)).rejects.toMatchObject({ code: "AccessDenied" });
    expect(end()).toMatchObject({ code: "AccessDenied" });
    expect(await kept()).toEqual([]);
  });
});
