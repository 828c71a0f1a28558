import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc64 } from "@cosmoss/checksum";
import { IntegrityError, ServiceError, TransportError } from "@cosmoss/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { download, downloadBytes, type DownloadOptions } from "./download.ts";
import { toFile } from "../fs.node.ts";
import type { TransferProgress } from "../task/progress.ts";
import { CLOUDS, useCloud } from "../testing/clouds.ts";
import { collector, content, useDirectory } from "../testing/sinks.ts";

/** Bytes of a part in these tests. */
const PART = 1000;
const SIZES = [0, 1, PART - 1, PART, PART + 1, 10 * PART + 7];
const Key = "dir/中 &.bin";

const directory = useDirectory();

describe.each(CLOUDS)("download from %s", (name) => {
  const cloud = useCloud(name);
  const source = { Bucket: cloud.Bucket, Key };

  /** Ways to download, each with what came of it. */
  const ways = {
    file: (options: DownloadOptions) => {
      const path = join(directory.path, "target.bin");
      const task = download(cloud.port, source, toFile(path), options);
      return { task, bytes: () => readFile(path), leftovers: () => readdir(directory.path) };
    },
    stream: (options: DownloadOptions) => {
      const { stream, bytes, end } = collector();
      const task = download(cloud.port, source, stream, options);
      return { task, bytes: async () => bytes(), leftovers: async () => (end() === undefined ? ["open"] : []) };
    },
    bytes: (options: DownloadOptions) => {
      const task = downloadBytes(cloud.port, source, options);
      return { task, bytes: async () => (await task).bytes, leftovers: async () => [] as string[] };
    },
  };
  type Way = keyof typeof ways;
  const WAYS = Object.keys(ways) as Way[];

  describe.each(WAYS)("to %s", (way) => {
    const start = (options: DownloadOptions = {}) => ways[way]({ partSize: PART, ...options });

    it.each(SIZES)("gives all of %i bytes", async (size) => {
      const bytes = content(size);
      await cloud.put(Key, bytes);
      const run = start();
      const { ETag, HashCrc64ecma, Size, verified, resumedBytes, Bucket } = await run.task;
      expect(Buffer.compare(await run.bytes(), bytes)).toBe(0);
      expect({ Bucket, Size, HashCrc64ecma, verified, resumedBytes }).toEqual({
        Bucket: cloud.Bucket,
        Size: size,
        HashCrc64ecma: crc64(bytes),
        verified: true,
        resumedBytes: 0,
      });
      expect(ETag).toMatch(/^"[\dA-Fa-f]{32}"$/);
      expect(cloud.count("HeadObject")).toBe(1);
      expect(cloud.count("GetObject")).toBe(Math.max(1, Math.ceil(size / PART)));
      expect(await run.leftovers()).toEqual(way === "file" ? ["target.bin"] : []);
      await cloud.quiet();
    });

    it("fetches a larger object in several chunks a range", async () => {
      const bytes = content(3_000_007);
      await cloud.put(Key, bytes);
      const run = start({ partSize: 1_000_000 });
      expect((await run.task).verified).toBe(true);
      expect(Buffer.compare(await run.bytes(), bytes)).toBe(0);
    });

    it("does so unverified where nobody knows the CRC-64", async () => {
      const bytes = content(2 * PART + 1);
      await cloud.put(Key, bytes);
      const { port } = cloud;
      const { head, get } = port;
      port.head = async (...args) => {
        const { HashCrc64ecma: _, ...object } = await head.apply(port, args);
        return object;
      };
      port.get = async (...args) => {
        const { object, body } = await get.apply(port, args);
        const { HashCrc64ecma: _, ...rest } = object;
        return { object: rest, body };
      };
      const run = start();
      expect(await run.task).toMatchObject({ verified: false });
      expect(Buffer.compare(await run.bytes(), bytes)).toBe(0);
    });

    it("does so unverified where the client was told not to compare", async () => {
      await cloud.put(Key, content(2 * PART));
      cloud.port = cloud.makePort({ checksum: false });
      cloud.fault(({ operation }) => (operation === "GetObject" ? { corruptResponseAt: 10 } : undefined));
      expect(await start().task).toMatchObject({ verified: false });
      expect(await start({ partSize: 5 * PART }).task).toMatchObject({ verified: false });
    });

    it("tells how far it is, and 100 % only at the end", async () => {
      for (const size of [0, 5 * PART]) {
        await cloud.put(Key, content(size));
        const seen: TransferProgress[] = [];
        await start({ onProgress: (progress) => seen.push(progress) }).task;
        expect(seen.at(-1)).toMatchObject({ phase: "done", fraction: 1, acknowledged: size, total: size, inFlight: 0 });
        for (const { fraction } of seen.slice(0, -1)) expect(fraction).toBeLessThan(1);
        const fractions = seen.map(({ fraction }) => fraction);
        expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
        for (const { acknowledged, inFlight } of seen) expect(acknowledged + inFlight).toBeLessThanOrEqual(size);
      }
    });

    it.each(["truncateResponseAt", "resetResponseAt", "stallResponseAt"] as const)("survives %s", async (fault) => {
      const bytes = content(4 * PART + 1);
      await cloud.put(Key, bytes);
      let count = 0;
      cloud.fault(({ operation }) =>
        operation === "GetObject" && count++ < 4 ? { [fault]: (count * 331) % PART } : undefined,
      );
      const seen: TransferProgress[] = [];
      const run = start({ stallTimeoutMs: 50, onProgress: (progress) => seen.push(progress) });
      expect(await run.task).toMatchObject({ verified: true });
      for (const { acknowledged, inFlight } of seen) expect(acknowledged + inFlight).toBeLessThanOrEqual(bytes.length);
      expect(seen.at(-2)).toMatchObject({ phase: "completing", acknowledged: bytes.length, inFlight: 0 });
      expect(Buffer.compare(await run.bytes(), bytes)).toBe(0);
      expect(count).toBeGreaterThan(5);
      await cloud.quiet();
    });

    it("survives refusals that pass", async () => {
      const bytes = content(3 * PART);
      await cloud.put(Key, bytes);
      let count = 0;
      cloud.fault(() => (count++ % 2 === 0 ? { error: { code: "InternalError", status: 500 } } : undefined));
      const run = start();
      await run.task;
      expect(Buffer.compare(await run.bytes(), bytes)).toBe(0);
    });

    it("gives up when nothing gets through for too long", async () => {
      await cloud.put(Key, content(3 * PART));
      cloud.fault(({ operation }) => (operation === "GetObject" ? { resetResponseAt: 0 } : undefined));
      const run = start({ patienceMs: 0 });
      await expect(run.task).rejects.toBeInstanceOf(TransportError);
      expect(await run.leftovers()).toEqual([]);
      await cloud.quiet();
    });

    it("passes on that there is no such object", async () => {
      const run = start();
      await expect(run.task).rejects.toBeInstanceOf(ServiceError);
      await expect(run.task).rejects.toMatchObject({ statusCode: 404 });
      expect(await readdir(directory.path)).toEqual([]);
      await cloud.quiet();
    });

    it("passes on that the object is gone midway, and leaves nothing", async () => {
      await cloud.put(Key, content(20 * PART));
      let count = 0;
      cloud.fault(async ({ operation }) => {
        if (operation === "GetObject" && count++ === 8) await cloud.port.delete(source);
        return undefined;
      });
      const run = start();
      await expect(run.task).rejects.toMatchObject({ statusCode: 404, code: "NoSuchKey" });
      expect(await run.leftovers()).toEqual([]);
      expect(run.task.state).toBe("failed");
      await cloud.quiet();
    });

    describe("when bits are flipped", () => {
      it.each([0, 1, 500, PART - 1])("in byte %i of every answer: rejects", async (at) => {
        await cloud.put(Key, content(3 * PART + 3));
        cloud.fault(({ operation }) => (operation === "GetObject" ? { corruptResponseAt: at } : undefined));
        const run = start();
        const error: unknown = await run.task.catch((reason: unknown) => reason);
        if (!IntegrityError.isInstance(error)) throw new Error("accepted", { cause: error });
        expect(error.message).toContain(Key);
        expect(error.algorithm).toBe("CRC-64/ECMA-182");
        expect(error.expected).toBe(crc64(content(3 * PART + 3)));
        expect(error.actual).not.toBe(error.expected);
        expect(error.message).toContain(error.actual);
        expect(error.message).toContain(error.expected);
        expect(cloud.count("GetObject")).toBe(way === "stream" ? 4 : 8);
        expect(await run.leftovers()).toEqual([]);
        await cloud.quiet();
      });

      it("in an answer of a range: repairs it where the sink allows", async () => {
        const bytes = content(5 * PART);
        await cloud.put(Key, bytes);
        let count = 0;
        cloud.fault(({ operation }) =>
          operation === "GetObject" && count++ === 2 ? { corruptResponseAt: 77 } : undefined,
        );
        const run = start();
        if (way === "stream") return expect(run.task).rejects.toBeInstanceOf(IntegrityError);
        expect(await run.task).toMatchObject({ verified: true, resumedBytes: 0 });
        expect(Buffer.compare(await run.bytes(), bytes)).toBe(0);
        expect(count).toBe(10);
      });

      it("in an object that comes whole: repairs it, or gives up in the end", async () => {
        const bytes = content(PART);
        await cloud.put(Key, bytes);
        let corrupted = 2;
        cloud.fault(({ operation }) =>
          operation === "GetObject" && corrupted-- > 0 ? { corruptResponseAt: 999 } : undefined,
        );
        const run = start();
        expect(await run.task).toMatchObject({ verified: true });
        expect(Buffer.compare(await run.bytes(), bytes)).toBe(0);
        corrupted = Infinity;
        await expect(start().task).rejects.toBeInstanceOf(IntegrityError);
        if (way === "file") expect(Buffer.compare(await run.bytes(), bytes)).toBe(0); // The old file is as it was.
      });
    });

    it("never accepts what is not the object, whatever happens on the way", async () => {
      const bytes = content(4 * PART + 123);
      await cloud.put(Key, bytes);
      const kind = fc.constantFrom("corruptResponseAt", "truncateResponseAt", "resetResponseAt");
      const fault = fc.option(fc.tuple(kind, fc.nat(PART)), { nil: undefined });
      await fc.assert(
        fc.asyncProperty(fc.array(fault, { maxLength: 12 }), async (faults) => {
          const left = faults.values();
          cloud.fault(({ operation }) => {
            if (operation !== "GetObject") return undefined;
            const { value } = left.next();
            return value && { [value[0]]: value[1] };
          });
          const run = start();
          const error: unknown = await run.task.then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (error === undefined) expect(Buffer.compare(await run.bytes(), bytes)).toBe(0);
          else expect(IntegrityError.isInstance(error)).toBe(true);
        }),
        { numRuns: 25 },
      );
    });
  });
});
