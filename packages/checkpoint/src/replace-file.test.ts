import { mkdtemp, readdir, rm } from "node:fs/promises";
import type * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@cosmoss/errors";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { fileCheckpoints } from "./fs.node.ts";

/** How many of the files that are to take the place of others are removed before they can. */
const sweeper = vi.hoisted(() => ({ left: 0, renames: 0 }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    async rename(from: string, to: string) {
      sweeper.renames++;
      if (sweeper.left-- > 0) await real.rm(from);
      await real.rename(from, to);
    },
  };
});

let folder: string;
beforeEach(async () => {
  Object.assign(sweeper, { left: 0, renames: 0 });
  folder = await mkdtemp(join(tmpdir(), "checkpoints-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("a save whose temporary file another process took for old is tried again", async () => {
  const store = fileCheckpoints(folder);
  await store.save("a", { n: 1 });
  sweeper.left = 2;
  await store.save("a", { n: 2 });
  expect(sweeper.renames).toBe(4);
  expect(await store.load("a")).toEqual({ n: 2 });
  expect(await readdir(folder)).toHaveLength(1);
});

it("a save gives up when that happens every time, and keeps what there was", async () => {
  const store = fileCheckpoints(folder);
  await store.save("a", { n: 1 });
  sweeper.left = Infinity;
  await expect(store.save("a", { n: 2 })).rejects.toThrow(ConfigError);
  expect(sweeper.renames).toBe(21);
  expect(await store.load("a")).toEqual({ n: 1 });
  expect(await readdir(folder)).toHaveLength(1);
});
