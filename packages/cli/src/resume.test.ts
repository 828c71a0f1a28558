import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useWorld } from "./testing/world.ts";

const world = useWorld();
const MIB = 1_048_576;
const SIZE = 8;

/** A file of whole MiB, none like another. */
async function writeBig(path = "big"): Promise<void> {
  await world.write(path, Buffer.concat(Array.from({ length: SIZE }, (_, index) => Buffer.alloc(MIB, index + 1))));
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

const GOES_ON = /\ncosmoss: stopped; run the same command again to go on where it ended\n$/;
const BEGINS_ANEW = /\ncosmoss: stopped; the same command begins anew\n$/;
const COPIES_AGAIN =
  /\ncosmoss: stopped; run the same command again: what was under way goes on where it ended, what was done is copied again\n$/;
const FOR_THE_REST = /\ncosmoss: stopped; run the same command again for the rest; what was under way begins anew\n$/;

/** Runs a command that Ctrl-C stops at a part, and looks at its last line. Nothing stops what comes after it. */
async function expectStopped(argv: string[], words: RegExp, part = 4): Promise<void> {
  interruptAt("UploadPart", part);
  const { code, stderr } = await world.run(argv);
  expect([code, stderr]).toEqual([130, expect.stringMatching(words)]);
  world.emulator.faults = undefined;
  world.emulator.clearRequests();
}

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
    await expectStopped([...upload, "--no-resume"], BEGINS_ANEW);
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
    expect(stopped.stderr).toMatch(GOES_ON);
    world.emulator.faults = undefined;
    world.emulator.clearRequests();
    expect((await world.run(sync)).code).toBe(0);
    expect(requests("UploadPart")).toBe(SIZE - 3);
    expect(await world.lines("multipart", "ls", bucket)).toEqual([]);
  });

  it("Ctrl-C of streams and small files does not promise to go on", async () => {
    const stdin = Buffer.alloc(3 * MIB).toString();
    const settings = ["--part-size", "1MiB", "--parallel", "1"];
    interruptAt("UploadPart", 2);
    const up = await world.run(["cp", "-", `${bucket}/k`, ...settings], { stdin });
    expect([up.code, up.stderr]).toEqual([130, expect.stringMatching(BEGINS_ANEW)]);
    expect(await world.lines("multipart", "ls", bucket)).toEqual([]);
    world.emulator.faults = undefined;
    await world.run(["cp", "-", `${bucket}/k`, ...settings], { stdin });
    interruptAt("GetObject", 2);
    const down = await world.run(["cp", `${bucket}/k`, "-", ...settings]);
    expect([down.code, down.stderr]).toEqual([130, expect.stringMatching(BEGINS_ANEW)]);
    await world.write("small", "1");
    interruptAt("PutObject", 1);
    const small = await world.run(["cp", "small", bucket]);
    expect([small.code, small.stderr]).toEqual([130, expect.stringMatching(BEGINS_ANEW)]);
  });

  it.each([
    ["several files", ["cp", "t/a", "t/big"]],
    ["a directory", ["cp", "-r", "t"]],
    ["a directory and a file", ["cp", "-r", "s", "t/big"]],
  ])("after Ctrl-C of %s, the same command copies again what was done", async (_what, argv) => {
    await world.write("t/a", "1");
    await world.write("s/a", "1");
    await writeBig("t/big");
    const command = [...argv, `${bucket}/d/`, "--part-size", "1MiB", "--parallel", "1"];
    await expectStopped(command, COPIES_AGAIN);
    expect((await world.run(command)).code).toBe(0);
    expect([requests("PutObject"), requests("UploadPart")]).toEqual([1, SIZE - 3]);
    await expectStopped([...command, "--no-resume"], BEGINS_ANEW);
  });

  it.each(["sync", "mv -r"])("after Ctrl-C of %s --no-resume, the same command does the rest", async (name) => {
    await world.write("t/a", "1");
    await writeBig("t/big");
    const command = [...name.split(" "), "t", `${bucket}/d/`, "--part-size", "1MiB", "--parallel", "1", "--no-resume"];
    await expectStopped(command, FOR_THE_REST);
    expect((await world.run(command)).code).toBe(0);
    expect([requests("PutObject"), requests("UploadPart")]).toEqual([0, SIZE]);
  });

  it("after Ctrl-C of mv, what was moved is to be left out", async () => {
    await world.write("a", "1");
    await writeBig();
    const settings = [`${bucket}/d/`, "--part-size", "1MiB", "--parallel", "1"];
    const leaveOut = /\ncosmoss: stopped; leave out what was moved, and run the command again\n$/;
    await expectStopped(["mv", "a", "big", ...settings], leaveOut);
    await expectStopped(["mv", "big", ...settings], GOES_ON, 2);
    expect(await world.lines("mv", "big", ...settings)).toEqual([
      `moved big to ${bucket}/d/big (8.0 MiB, 4.0 MiB of it by an earlier run)`,
    ]);
  });

  it("Ctrl-C of a dry run has nothing to go on with", async () => {
    for (const key of ["d/a", "d/b"]) await world.run(["cp", "-", `${bucket}/${key}`], { stdin: "x" });
    interruptAt(bucket.startsWith("oss") ? "ListObjectsV2" : "ListObjects", 1);
    const { code, stderr } = await world.run(["sync", "--dry-run", `${bucket}/d`, "to"]);
    expect([code, stderr]).toEqual([130, expect.stringMatching(/\ncosmoss: stopped\n$/)]);
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
    // What they did need not be done again, and there is nothing to go on from.
    expect(stderr).toMatch(/\ncosmoss: stopped\n$/);
  }
  world.emulator.faults = undefined;
  expect(await world.lines("ls", "oss://photos")).toHaveLength(2);
});
