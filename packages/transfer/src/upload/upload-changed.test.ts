import { appendFile, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "@cosmoss/errors";
import { describe, expect, it } from "vitest";
import { fromFile } from "../fs.node.ts";
import type { OpenSource, TransferSource } from "../sources/source.ts";
import { CLOUDS, useCloud } from "../testing/clouds.ts";
import { content, useDirectory } from "../testing/sinks.ts";
import { upload } from "./upload.ts";

/** More than the network holds while nobody reads. */
const SIZE = 24_000_000;

const directory = useDirectory();

describe.each(CLOUDS)("a file that changes while it is sent to %s in one request", (name) => {
  const cloud = useCloud(name);
  const target = { Bucket: cloud.Bucket, Key: "changing" };
  const before = content(5);
  const options = { multipartThreshold: 2 * SIZE };

  it.each<[how: string, change: (path: string) => Promise<void>]>([
    ["is written anew", (path) => writeFile(path, content(SIZE, 2))],
    ["grows", (path) => appendFile(path, "more")],
    ["shrinks", (path) => truncate(path, SIZE - 1)],
    ["becomes empty", (path) => truncate(path, 0)],
  ])("is not stored when it %s: what was there stays", async (_, change) => {
    const path = join(directory.path, "changing");
    await writeFile(path, content(SIZE));
    await utimes(path, 1, 1);
    await cloud.put(target.Key, before);
    let changed: Promise<void> | undefined;
    cloud.fault(async ({ operation }) => {
      if (operation === "PutObject") await (changed ??= change(path));
      return undefined;
    });
    const failed = upload(cloud.port, fromFile(path), target, options);
    await expect(failed).rejects.toSatisfy(ConfigError.isInstance);
    await expect(failed).rejects.toThrow(/changed while it was sent|ends at byte/);
    expect((await cloud.port.head(target)).Size).toBe(before.length);
    await cloud.quiet();
    await changed;
    expect((await upload(cloud.port, fromFile(path), target, options)).verified).toBe(true);
  });

  it.each([1, 100])("shows before its last piece, also with %i bytes", async (size) => {
    await cloud.put(target.Key, before);
    const path = join(directory.path, "changing");
    await writeFile(path, content(size));
    await utimes(path, 1, 1);
    const real = fromFile(path);
    const source: TransferSource = {
      name: real.name,
      async open() {
        const file = await real.open();
        const read: OpenSource["read"] = async function* (start, end) {
          yield* file.read(start, end);
          await writeFile(path, content(size, 2));
        };
        return { ...file, read };
      },
    };
    await expect(upload(cloud.port, source, target)).rejects.toThrow("changed while it was sent");
    expect((await cloud.port.head(target)).Size).toBe(before.length);
  });
});
