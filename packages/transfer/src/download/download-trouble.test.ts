import { getEventListeners } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { ConfigError } from "@cosmoss/errors";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { download, downloadBytes } from "./download.ts";
import { toFile } from "../fs.node.ts";
import type { OpenSink, TransferSink } from "../sinks/sink.ts";
import { CLOUDS, useCloud } from "../testing/clouds.ts";
import { bytes, COUNT, downloadsOf, Key, PART } from "../testing/downloads.ts";
import { type Collector, collector, content, useDirectory } from "../testing/sinks.ts";

const directory = useDirectory();

describe.each(CLOUDS)("a download from %s", (name) => {
  const cloud = useCloud(name);
  const { source, file, start, expectBytes } = downloadsOf(cloud, directory);
  it.each([
    ["more", 1],
    ["fewer", -1],
  ])("does not take %s bytes than it asked for", async (_, difference) => {
    await cloud.put(Key, bytes);
    const { port } = cloud;
    const { get } = port;
    port.get = ({ range, ...rest }, options) =>
      get.call(port, { ...rest, ...(range && { range: [range[0], range[1] + difference] as const }) }, options);
    const failed = start();
    await expect(failed).rejects.toMatchObject({ name: "IntegrityError", algorithm: "length", expected: "1000" });
    expect(await readdir(directory.path)).toEqual([]);
    await cloud.quiet();
  });

  it("leaves nothing behind wherever it is cancelled", async () => {
    await cloud.put(Key, bytes);
    const run = fc.record({
      turns: fc.nat(60),
      way: fc.constantFrom("file", "stream", "bytes"),
      bySignal: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(run, async ({ turns, way, bySignal }) => {
        const controller = new AbortController();
        const { signal } = controller;
        const target: Collector = collector();
        const options = { partSize: PART, signal };
        const task =
          way === "bytes"
            ? downloadBytes(cloud.port, source, options)
            : download(cloud.port, source, way === "file" ? toFile(file()) : target.stream, options);
        const settled = task.then(
          () => "done",
          (reason: unknown) => reason,
        );
        for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
        const reason = new Error("enough");
        if (bySignal) controller.abort(reason);
        const cancelled = task.cancel({ reason });
        const end = await settled;
        await cancelled;
        expect(["done", reason]).toContain(end);
        expect(task.state).toBe(end === "done" ? "done" : "cancelled");
        // A file that was complete may be there all the same.
        expect((await readdir(directory.path)).filter((entry) => entry !== "target.bin")).toEqual([]);
        expect(getEventListeners(signal, "abort")).toEqual([]);
        await cloud.quiet();
      }),
      { numRuns: 40 },
    );
    expectBytes((await downloadBytes(cloud.port, source, { partSize: PART })).bytes);
  });

  it("rests while it is paused, and gets all of it afterwards", async () => {
    await cloud.put(Key, bytes);
    for (const way of ["file", "stream"]) {
      let count = 0;
      cloud.fault(({ operation }) =>
        operation === "GetObject" && count++ >= 4 && count < 8 ? { stallResponseAt: 100 } : undefined,
      );
      const target = collector();
      const task = download(cloud.port, source, way === "file" ? toFile(file()) : target.stream, { partSize: PART });
      await expect.poll(() => count, { interval: 5 }).toBeGreaterThan(7);
      await task.pause();
      await cloud.quiet();
      const before = count;
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(count).toBe(before);
      task.resume();
      expect((await task).verified).toBe(true);
      expectBytes(way === "file" ? await readFile(file()) : target.bytes());
    }
  });

  it("asks the pool for every byte", async () => {
    await cloud.put(Key, bytes);
    const take = vi.spyOn(cloud.port.pool, "take");
    await start();
    expect(take.mock.calls.reduce((sum, [count]) => sum + count, 0)).toBe(bytes.length);
  });

  it.each(["pool", "sink"])("takes waiting for the %s for no stall", async (who) => {
    const partSize = 300_000;
    const large = content(2 * partSize);
    await cloud.put(Key, large);
    const clock = new FakeClock();
    const port = { ...cloud.port, clock };
    const wait = (): Promise<void> => clock.advance(1000);
    if (who === "pool") vi.spyOn(port.pool, "take").mockImplementation(wait);
    let written = 0;
    const sink: TransferSink = {
      name: "slow",
      open: async (): Promise<OpenSink> => ({
        write: async (chunk) => {
          if (who === "sink") await wait();
          written += chunk.length;
        },
        commit: async () => {},
        abandon: async () => {},
      }),
    };
    await download(port, source, sink, { partSize, stallTimeoutMs: 100 });
    expect(written).toBe(large.length);
    expect(cloud.count("GetObject")).toBe(2);
    expect(clock.pending).toBe(0);
    await cloud.quiet();
  });

  it("asks for no more ranges once one has failed", async () => {
    // One place, and one range more in line for it.
    cloud.port = cloud.makePort({ pool: { concurrency: 1 } });
    await cloud.put(Key, bytes);
    let count = 0;
    cloud.fault(({ operation }) =>
      operation === "GetObject" && ++count === 2 ? { error: { code: "AccessDenied", status: 403 } } : undefined,
    );
    const store = memoryCheckpoints();
    const { save } = store;
    let go: (() => void) | undefined;
    store.save = async (id, checkpoint: any) => {
      if (checkpoint.parts.length > 0) await new Promise<void>((resolve) => (go = resolve));
      return save(id, checkpoint);
    };
    const task = start({ checkpoints: store });
    await expect.poll(() => [go !== undefined, cloud.emulator.requests.at(-1)?.status]).toEqual([true, 403]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    go!();
    await expect(task).rejects.toMatchObject({ code: "AccessDenied" });
    await cloud.quiet();
    expect(count).toBe(2);
  });

  it("shows no file when it is cancelled right before the end", async () => {
    await cloud.put(Key, bytes);
    const store = memoryCheckpoints();
    const { save } = store;
    store.save = async (id, checkpoint: any) => {
      await save(id, checkpoint);
      if (checkpoint.parts.length === COUNT) void task.cancel();
    };
    const task = start({ checkpoints: store });
    await expect(task).rejects.toMatchObject({ name: "AbortError" });
    await task.cancel();
    expect(await readdir(directory.path)).toEqual([".target.bin.cosmoss-part"]);
    store.save = save;
    expect((await start({ checkpoints: store })).resumedBytes).toBe(bytes.length);
    expectBytes(await readFile(file()));
  });

  it.each([{ partSize: 0 }, { partSize: 1.5 }, { partSize: 1 }, { stallTimeoutMs: -1 }, { patienceMs: NaN }])(
    "refuses %o before it asks for a byte",
    async (options) => {
      await cloud.put(Key, bytes);
      await expect(start(options)).rejects.toBeInstanceOf(ConfigError);
      expect(cloud.count("GetObject")).toBe(0);
      expect(await readdir(directory.path)).toEqual([]);
    },
  );
});
