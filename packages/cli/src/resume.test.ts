import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useWorld } from "./testing/world.ts";

const world = useWorld();
const MIB = 1_048_576;
const SIZE = 8;

/** A file of whole MiB, none like another. */
async function writeBig(): Promise<void> {
  await world.write("big", Buffer.concat(Array.from({ length: SIZE }, (_, index) => Buffer.alloc(MIB, index + 1))));
}

/** Presses Ctrl-C when the `number`th such request comes. */
function interruptAt(operation: string, number: number, times = 1): void {
  let count = 0;
  world.emulator.faults = (request) => {
    if (request.operation !== operation || ++count !== number) return undefined;
    for (let press = 0; press < times; press++) world.interrupt();
    // This one is not carried out.
    return { resetRequestAt: 0 };
  };
}

const requests = (operation: string): number =>
  world.emulator.requests.filter((one) => one.operation === operation && (one.status ?? 500) < 300).length;
const checkpoints = (): Promise<string[]> => readdir(join(world.home, ".cosmoss", "checkpoints")).catch(() => []);

describe.each(["oss://photos", "cos://photos-1250000000"])("with %s", (bucket) => {
  const upload = ["cp", "big", `${bucket}/`, "--part-size", "1MiB", "--parallel", "1"];
  const download = ["cp", `${bucket}/big`, "again", "--part-size", "1MiB", "--parallel", "1"];

  it("Ctrl-C stops an upload, and the same command goes on with it", async () => {
    await writeBig();
    interruptAt("UploadPart", 4);
    const stopped = await world.run(upload);
    expect([stopped.code, stopped.stdout]).toEqual([130, ""]);
    expect(stopped.stderr).toBe(
      "\nstopping; press Ctrl-C again to quit at once\ncosmoss: stopped; run the same command again to go on where it ended\n",
    );
    expect([world.exits, world.listening]).toEqual([[], 0]);
    expect(await checkpoints()).toHaveLength(1);
    expect(await world.lines("multipart", "ls", bucket)).toHaveLength(1);
    const before = requests("UploadPart");
    world.emulator.faults = undefined;
    world.emulator.clearRequests();
    expect(await world.lines(...upload)).toEqual([
      `uploaded big to ${bucket}/big (8.0 MiB, ${before}.0 MiB of it by an earlier run)`,
    ]);
    expect(before).toBe(3);
    expect(requests("UploadPart")).toBe(SIZE - before);
    expect(await checkpoints()).toEqual([]);
    expect(await world.lines("multipart", "ls", bucket)).toEqual([]);
    expect((await world.run(["cat", `${bucket}/big`])).stdout === (await world.read("big"))).toBe(true);
  });

  it("--no-resume leaves nothing behind", async () => {
    await writeBig();
    interruptAt("UploadPart", 4);
    expect((await world.run([...upload, "--no-resume"])).code).toBe(130);
    world.emulator.faults = undefined;
    expect(await checkpoints()).toEqual([]);
    expect(await world.lines("multipart", "ls", bucket)).toEqual([]);
  });

  it("Ctrl-C stops a download, and the same command goes on with it", async () => {
    await writeBig();
    await world.lines("cp", "big", bucket);
    interruptAt("GetObject", 4);
    expect((await world.run(download)).code).toBe(130);
    expect(await readdir(world.directory)).not.toContain("again");
    world.emulator.faults = undefined;
    world.emulator.clearRequests();
    const { code, stdout } = await world.run(download);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\(8\.0 MiB, [1-7]\.0 MiB of it by an earlier run\)\n$/);
    expect(requests("GetObject")).toBeLessThan(SIZE);
    expect((await world.read("again")) === (await world.read("big"))).toBe(true);
    expect((await readdir(world.directory)).filter((name) => name.startsWith("."))).toEqual([]);
    expect(await checkpoints()).toEqual([]);
  });

  it("Ctrl-C stops a sync, and the same command goes on inside of the file", async () => {
    await writeBig();
    const sync = ["sync", ".", `${bucket}/s/`, "--exclude", "/home/", "--part-size", "1MiB", "--parallel", "1"];
    interruptAt("UploadPart", 4);
    const stopped = await world.run(sync);
    expect([stopped.code, stopped.stdout]).toEqual([130, ""]);
    expect(stopped.stderr).toMatch(/go on where it ended\n$/);
    world.emulator.faults = undefined;
    world.emulator.clearRequests();
    expect((await world.run(sync)).code).toBe(0);
    expect(requests("UploadPart")).toBe(SIZE - 3);
    expect(await world.lines("multipart", "ls", bucket)).toEqual([]);
  });
});

it("Ctrl-C twice ends the process at once", async () => {
  await writeBig();
  interruptAt("UploadPart", 2, 2);
  const { code } = await world.run(["cp", "big", "oss://photos/", "--part-size", "1MiB", "--parallel", "1"]);
  expect([code, world.exits]).toEqual([130, [130]]);
});

it("Ctrl-C stops listings and deletions, too", async () => {
  for (const key of ["a", "b"]) await world.run(["cp", "-", `oss://photos/${key}`], { stdin: "x" });
  interruptAt("ListObjectsV2", 1);
  for (const argv of [
    ["ls", "oss://photos"],
    ["du", "oss://photos"],
    ["rm", "-ry", "oss://photos"],
  ]) {
    interruptAt("ListObjectsV2", 1);
    const { code, stderr } = await world.run(argv);
    expect([argv[0], code]).toEqual([argv[0], 130]);
    expect(stderr).toContain("cosmoss: stopped;");
  }
  world.emulator.faults = undefined;
  expect(await world.lines("ls", "oss://photos")).toHaveLength(2);
});
