import { readdir, readFile } from "node:fs/promises";
import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { ConfigError } from "@cosmoss/errors";
import { describe, expect, it } from "vitest";
import { download, downloadBytes } from "./download.ts";
import { CLOUDS, useCloud } from "../testing/clouds.ts";
import { bytes, COUNT, downloadsOf, Key, PART } from "../testing/downloads.ts";
import { collector, content, useDirectory } from "../testing/sinks.ts";

const directory = useDirectory();

describe.each(CLOUDS)("a download from %s", (name) => {
  const cloud = useCloud(name);
  const { source, file, start, expectBytes } = downloadsOf(cloud, directory);

  /** Replaces the object, as often as there are contents, each time at the fifth range after its head was asked for. */
  const replace = (...contents: Uint8Array[]): void => {
    let count = 0;
    cloud.fault(async ({ operation }) => {
      if (operation === "HeadObject") count = 0;
      if (operation === "GetObject" && ++count === 5) {
        const next = contents.shift();
        if (next) await cloud.put(Key, next);
      }
      return undefined;
    });
  };

  describe("of an object that is replaced meanwhile", () => {
    it.each([
      ["of the same size", content(bytes.length, 2)],
      ["that is shorter", content(3 * PART, 2)],
      ["that is small", content(5, 2)],
      ["that is longer", content(2 * bytes.length, 2)],
      ["that is empty", content(0)],
    ])("gets the new one, %s", async (_, next) => {
      await cloud.put(Key, bytes);
      replace(next);
      const { Size, resumedBytes } = await start({ checkpoints: memoryCheckpoints() });
      expect([Size, resumedBytes]).toEqual([next.length, 0]);
      expectBytes(await readFile(file()), next);
      expect(await readdir(directory.path)).toEqual(["target.bin"]);
      await cloud.quiet();
    });

    it("into memory as well", async () => {
      await cloud.put(Key, bytes);
      const next = content(7 * PART, 2);
      replace(next);
      expectBytes((await downloadBytes(cloud.port, source, { partSize: PART })).bytes, next);
    });

    it("gets it the fourth time, and no more", async () => {
      await cloud.put(Key, bytes);
      const versions = [2, 3, 4].map((seed) => content(bytes.length, seed));
      replace(...versions);
      await start();
      expectBytes(await readFile(file()), versions[2]!);
      replace(...[5, 6, 7, 8].map((seed) => content(bytes.length, seed)));
      const failed = start();
      await expect(failed).rejects.toBeInstanceOf(ConfigError);
      await expect(failed).rejects.toThrow(/replaced.*ETag was "\w{32}", and is "\w{32}"/);
      expect(await readdir(directory.path)).toEqual(["target.bin"]);
      expectBytes(await readFile(file()), versions[2]!);
    });

    it("says so when asked to, and leaves nothing", async () => {
      await cloud.put(Key, bytes);
      const { ETag } = await cloud.port.head(source);
      replace(content(bytes.length, 2));
      const store = memoryCheckpoints();
      const failed = start({ onSourceChanged: "fail", checkpoints: store });
      await expect(failed).rejects.toBeInstanceOf(ConfigError);
      await expect(failed).rejects.toThrow(`ETag was ${ETag}, and is ${(await cloud.port.head(source)).ETag}`);
      expect(await readdir(directory.path)).toEqual([]);
      for await (const entry of store.entries()) expect(entry).toBeUndefined();
    });

    it("says so when a stream has part of the old one", async () => {
      await cloud.put(Key, bytes);
      replace(content(bytes.length, 2));
      const { stream, end } = collector();
      await expect(download(cloud.port, source, stream, { partSize: PART })).rejects.toThrow(/replaced.*ETag was/);
      expect(String(end())).toContain(`${Key} was replaced`);
      expect(cloud.count("HeadObject")).toBe(2);
    });

    it("notices it by the ETag where the service does not", async () => {
      await cloud.put(Key, bytes);
      const { port } = cloud;
      const { get } = port;
      let count = 0;
      port.get = async (...args) => {
        const answer = await get.apply(port, args);
        return ++count === 5 ? { ...answer, object: { ...answer.object, ETag: '"other"' } } : answer;
      };
      await start();
      expect(count).toBeGreaterThan(COUNT);
      expectBytes(await readFile(file()));
      await cloud.quiet();
    });
  });
});
