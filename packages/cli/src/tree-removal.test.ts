import { rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FilesEnd } from "@cosmoss/transfer";
import { directory } from "@cosmoss/transfer/fs";
import { describe, expect, it } from "vitest";
import { Printer } from "./output/printer.ts";
import { Recorder, useWorld } from "./testing/world.ts";
import { TreeRemoval } from "./tree-removal.ts";

const world = useWorld();

/** What is left of a file when it was read, something happened to it, and it is to be deleted. */
async function removeAfter(happens: (path: string) => Promise<void>): Promise<object> {
  const path = join(world.directory, "t", "a");
  await world.write("t/a", "hello");
  const stderr = new Recorder();
  const printer = new Printer({ stdout: new Recorder(), stderr }, {});
  const removal = new TreeRemoval({ printer }, directory(join(world.directory, "t")), join(world.directory, "t"));
  const file = await (removal.source as FilesEnd).source("a").open();
  await happens(path);
  await file.close();
  const isGone = await removal.remove("a", "t/a");
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return { isGone, isThere, stderr: stderr.text };
}

describe("a file that was read", () => {
  it("is deleted", async () => {
    expect(await removeAfter(async () => {})).toEqual({ isGone: true, isThere: false, stderr: "" });
  });

  it.each([
    ["appended to", (path: string) => writeFile(path, "more", { flag: "a" })],
    [
      "written anew with as many bytes",
      async (path: string) => {
        await writeFile(path, "world");
        // Some file systems have coarse clocks.
        await utimes(path, 1, 1);
      },
    ],
  ])("stays when it was %s meanwhile", async (_how, happens) => {
    expect(await removeAfter(happens)).toEqual({
      isGone: false,
      isThere: true,
      stderr:
        "cosmoss: delete t/a after it was copied: it changed while it was copied, so it is still here; move it again\n",
    });
  });

  it("need not be there any more", async () => {
    expect(await removeAfter((path) => rm(path))).toEqual({ isGone: true, isThere: false, stderr: "" });
  });
});
