import { readdir, readFile } from "node:fs/promises";
import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { ConfigError, TransportError } from "@cosmoss/errors";
import { describe, expect, it, vi } from "vitest";
import { download } from "./download.ts";
import { toFile } from "../fs.node.ts";
import type { OpenSink, TransferSink } from "../sinks/sink.ts";
import { CLOUDS, useCloud } from "../testing/clouds.ts";
import { bytes, COUNT, downloadsOf, Key, PART } from "../testing/downloads.ts";
import { collector, useDirectory } from "../testing/sinks.ts";

const directory = useDirectory();

describe.each(CLOUDS)("a download from %s", (name) => {
  const cloud = useCloud(name);
  const { source, file, start, expectBytes } = downloadsOf(cloud, directory);

  describe("to a sink that fails", () => {
    const full = new Error("no space left on device");
    /** A file that fails at the write with this number. */
    const failing = (at: number): TransferSink => {
      const sink = toFile(file());
      let count = 0;
      return {
        name: sink.name,
        async open(options) {
          const open = await sink.open(options);
          return {
            write: (...args) => (++count === at ? Promise.reject(full) : open.write(...args)),
            commit: (object) => (at === Infinity ? Promise.reject(full) : open.commit(object)),
            abandon: (how) => open.abandon(how),
          };
        },
      };
    };

    it.each([1, 2, COUNT])("at write %i: says why, and cleans up even with checkpoints", async (at) => {
      await cloud.put(Key, bytes);
      const store = memoryCheckpoints();
      const task = download(cloud.port, source, failing(at), { partSize: PART, checkpoints: store });
      await expect(task).rejects.toBe(full);
      expect(await readdir(directory.path)).toEqual([]);
      for await (const entry of store.entries()) expect(entry).toBeUndefined();
      expect(task.checkpoint).toBeUndefined();
      await cloud.quiet();
    });

    it("when all is there: keeps it for the next try", async () => {
      await cloud.put(Key, bytes);
      const checkpoints = memoryCheckpoints();
      const task = download(cloud.port, source, failing(Infinity), { partSize: PART, checkpoints });
      await expect(task).rejects.toBe(full);
      await cloud.clear();
      expect((await start({ checkpoints })).resumedBytes).toBe(bytes.length);
      expect(cloud.count("GetObject")).toBe(0);
      expectBytes(await readFile(file()));
    });

    it("as it opens: asks for nothing", async () => {
      await cloud.put(Key, bytes);
      const sink: TransferSink = { name: "broken", open: () => Promise.reject(full) };
      await expect(download(cloud.port, source, sink)).rejects.toBe(full);
      expect(cloud.count("GetObject")).toBe(0);
    });

    it("as a stream does: ends all requests", async () => {
      await cloud.put(Key, bytes);
      let count = 0;
      const { stream } = collector(() => (++count === 3 ? Promise.reject(full) : undefined));
      await expect(download(cloud.port, source, stream, { partSize: PART })).rejects.toBe(full);
      await cloud.quiet();
    });

    it("with what looks as if it could go better: tries nothing again", async () => {
      await cloud.put(Key, bytes);
      let count = 0;
      cloud.fault(({ operation }) => (operation === "GetObject" && ++count > 3 ? { stallResponseAt: 10 } : undefined));
      const broken = new TransportError("the other end is gone", { phase: "request" });
      const { stream } = collector(async () => {
        await expect.poll(() => count).toBe(6);
        throw broken;
      });
      await expect(download(cloud.port, source, stream, { partSize: PART })).rejects.toBe(broken);
      expect(count).toBe(6);
      await cloud.quiet();
    });

    it("by being none", async () => {
      await expect(download(cloud.port, source, {} as TransferSink)).rejects.toBeInstanceOf(ConfigError);
    });
  });

  it("passes nothing on beyond a range that failed", async () => {
    await cloud.put(Key, bytes);
    const { port } = cloud;
    const { get } = port;
    const denied = new ConfigError("denied");
    let fail: (() => void) | undefined;
    const failed = new Promise<void>((resolve) => (fail = resolve));
    // The second range comes after the first has failed, heedless of the signal.
    port.get = async (object) => {
      const first = object.range![0];
      if (first > PART) return new Promise(() => {});
      if (first === PART) {
        const answer = await get.call(port, object);
        await failed;
        await new Promise((resolve) => setTimeout(resolve, 10));
        return answer;
      }
      fail!();
      throw denied;
    };
    cloud.port.pool.concurrency = 2;
    const written: number[] = [];
    const sink: TransferSink = {
      name: "ordered",
      open: async (): Promise<OpenSink> => ({
        ordered: true,
        write: async (_, at) => void written.push(at),
        commit: async () => {},
        abandon: async () => {},
      }),
    };
    await expect(download(port, source, sink, { partSize: PART })).rejects.toBe(denied);
    expect(written).toEqual([]);
    await cloud.quiet();
  });

  describe("to a stream that is read slowly", () => {
    it("holds no more than as many parts as are fetched at a time", async () => {
      const concurrency = 3;
      cloud.port = cloud.makePort({ pool: { concurrency } });
      await cloud.put(Key, bytes);
      let written = 0;
      let received = 0;
      let most = 0;
      const { take } = cloud.port.pool;
      vi.spyOn(cloud.port.pool, "take").mockImplementation((count, signal) => {
        received += count;
        most = Math.max(most, received - written);
        return take.call(cloud.port.pool, count, signal);
      });
      const slow = collector(async (chunk) => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        written += chunk.length;
      });
      await download(cloud.port, source, slow.stream, { partSize: PART });
      expectBytes(slow.bytes());
      expect(received).toBe(bytes.length);
      // The stream itself holds a chunk as well.
      expect(most).toBeLessThanOrEqual(PART * (concurrency + 1));
      expect(most).toBeGreaterThan(PART);
    });

    it("ends at once when it is cancelled while nobody reads", async () => {
      await cloud.put(Key, bytes);
      const stuck = collector(() => new Promise(() => {}));
      const task = download(cloud.port, source, stuck.stream, { partSize: PART });
      await expect.poll(() => cloud.count("GetObject"), { interval: 5 }).toBeGreaterThanOrEqual(6);
      await task.cancel({ reason: new Error("enough") });
      await expect(task).rejects.toThrow("enough");
      await cloud.quiet();
    });

    it("ends when a range fails while nobody reads", async () => {
      await cloud.put(Key, bytes);
      let count = 0;
      cloud.fault(({ operation }) =>
        operation === "GetObject" && ++count === 4 ? { error: { code: "AccessDenied", status: 403 } } : undefined,
      );
      const stuck = collector(() => new Promise(() => {}));
      const task = download(cloud.port, source, stuck.stream, { partSize: PART });
      await expect(task).rejects.toMatchObject({ code: "AccessDenied" });
      await cloud.quiet();
    });
  });

  describe("that shares a pool", () => {
    it("keeps to it, and finishes whichever way the others go", async () => {
      cloud.port = cloud.makePort({ pool: { concurrency: 2 } });
      await cloud.put(Key, bytes);
      let running = 0;
      let most = 0;
      const { port } = cloud;
      const { get } = port;
      port.get = async (...args) => {
        most = Math.max(most, ++running);
        const answer = await get.apply(port, args);
        const { body } = answer;
        const forEach: typeof body.forEach = (each) => body.forEach(each).finally(() => running--);
        return { ...answer, body: { ...body, forEach } };
      };
      const one = collector();
      const other = collector();
      await Promise.all([
        download(port, source, one.stream, { partSize: PART, priority: -1 }),
        download(port, source, other.stream, { partSize: PART, priority: 1 }),
        start(),
      ]);
      expect([running, most]).toEqual([0, 2]);
      for (const actual of [one.bytes(), other.bytes(), await readFile(file())]) expectBytes(actual);
    });

    it("does not wait for another whose reader does not read yet", async () => {
      cloud.port = cloud.makePort({ pool: { concurrency: 2 } });
      await cloud.put(Key, bytes);
      let open: (() => void) | undefined;
      const later = new Promise<void>((resolve) => (open = resolve));
      const slow = collector(() => later);
      const first = download(cloud.port, source, slow.stream, { partSize: PART, priority: 1 });
      const second = collector();
      await download(cloud.port, source, second.stream, { partSize: PART });
      expectBytes(second.bytes());
      expect(slow.bytes().length).toBe(0);
      open!();
      await first;
      expectBytes(slow.bytes());
    });
  });
});
