import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { Recorder, useWorld } from "../testing/world.ts";

const world = useWorld();
const MIB = 1_048_576;

/** Bytes that are nowhere the same. */
function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = 1;
  for (let index = 0; index < size; index++) bytes[index] = state = (state * 1_103_515_245 + 12_345) % 251;
  return bytes;
}

function events(stdout: string): Record<string, unknown>[] {
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe.each(["oss://photos", "cos://photos-1250000000"])("with %s", (bucket) => {
  const other = bucket.startsWith("oss") ? "cos://photos-1250000000" : "oss://photos";

  async function keys(): Promise<unknown[]> {
    return events((await world.run(["ls", "-r", "--json", bucket])).stdout).map(({ key }) => key);
  }

  beforeEach(() => world.write("a b%?#.txt", "hello"));

  it("copies a file up, under its own name or another", async () => {
    const { code, stdout, stderr } = await world.run(["cp", "a b%?#.txt", bucket]);
    expect([code, stdout, stderr]).toEqual([0, `uploaded a b%?#.txt to ${bucket}/a b%?#.txt (5 B)\n`, ""]);
    await world.lines("cp", "a b%?#.txt", `${bucket}/dir/`);
    await world.lines("cp", "./a b%?#.txt", `${bucket}/dir/other`);
    expect(await keys()).toEqual(["a b%?#.txt", "dir/a b%?#.txt", "dir/other"]);
  });

  it("copies an object down, under its own name or another", async () => {
    await world.lines("cp", "a b%?#.txt", bucket);
    await world.write("there/x", "");
    await world.lines("cp", `${bucket}/a b%?#.txt`, "there");
    await world.lines("cp", `${bucket}/a b%?#.txt`, "new/");
    await world.lines("cp", `${bucket}/a b%?#.txt`, "new/name");
    for (const path of ["there/a b%?#.txt", "new/a b%?#.txt", "new/name"]) expect(await world.read(path)).toBe("hello");
  });

  it("copies several files into a directory, and says what came of all", async () => {
    await world.write("b", "12");
    const { code, stderr } = await world.run(["cp", "a b%?#.txt", "b", `${bucket}/d/`]);
    expect([code, stderr]).toEqual([0, "done: 2 files, 7 B\n"]);
    expect(await keys()).toEqual(["d/a b%?#.txt", "d/b"]);
    expect((await world.run(["cp", "a b%?#.txt", "b", `${bucket}/d`])).code).toBe(2);
  });

  it("copies standard input and output, of any length", async () => {
    const data = Buffer.from(noise(3 * MIB + 5)).toString("latin1");
    expect((await world.run(["cp", "-", `${bucket}/k`, "--part-size", "1MiB"], { stdin: data })).code).toBe(0);
    const { code, stdout, stderr } = await world.run(["cp", `${bucket}/k`, "-", "--part-size", "1MiB"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout === data).toBe(true);
    expect((await world.run(["cp", "-", `${bucket}/empty`], { stdin: "" })).code).toBe(0);
    expect((await world.run(["cp", `${bucket}/empty`, "-"])).stdout).toBe("");
    expect((await world.run(["cp", "-", `${bucket}/dir/`], { stdin: "x" })).code).toBe(2);
  });

  it("standard output has nothing but the object", async () => {
    await world.lines("cp", "a b%?#.txt", bucket);
    for (const option of ["--json", "--verbose", "--quiet"]) {
      expect((await world.run(["cp", option, `${bucket}/a b%?#.txt`, "-"])).stdout).toBe("hello");
    }
  });

  it("copies between clouds, and within one, with what objects carry", async () => {
    const attributes = ["--content-type", "text/x", "--cache-control", "no-store", "--meta", "Colour=red blue"];
    await world.lines("cp", "a b%?#.txt", `${bucket}/k`, ...attributes);
    await world.lines("cp", `${bucket}/k`, `${other}/from/`);
    await world.lines("cp", `${bucket}/k`, `${bucket}/k2`);
    await world.lines("cp", `${bucket}/k`, `${bucket}/k3`, "--content-type", "text/y");
    for (const object of [`${other}/from/k`, `${bucket}/k2`]) {
      const [record] = await world.lines("stat", "--json", object);
      expect(JSON.parse(record!)).toMatchObject({
        contentType: "text/x",
        cacheControl: "no-store",
        metadata: { colour: "red blue" },
      });
    }
    const [replaced] = await world.lines("stat", "--json", `${bucket}/k3`);
    expect(JSON.parse(replaced!)).toMatchObject({ contentType: "text/y", metadata: {} });
  });

  it("knows content types by their extensions", async () => {
    await world.write("a.jpg", "x");
    await world.write("b", "x");
    await world.lines("cp", "a.jpg", "b", `${bucket}/`);
    await world.lines("cp", "a.jpg", `${bucket}/c.html`);
    await world.run(["cp", "-", `${bucket}/d.json`], { stdin: "{}" });
    const types = events(
      (await world.run(["stat", "--json", ...["a.jpg", "b", "c.html", "d.json"].map((key) => `${bucket}/${key}`)]))
        .stdout,
    );
    expect(types.map(({ contentType }) => contentType)).toEqual([
      "image/jpeg",
      "application/octet-stream",
      "image/jpeg",
      "application/json",
    ]);
  });

  it("-r copies what is in a directory, up and down", async () => {
    await world.write("tree/a.txt", "1");
    await world.write("tree/b/c d%.jpg", "22");
    await world.write("tree/b/e.map", "333");
    const up = await world.run(["cp", "-r", "tree", `${bucket}/t`, "--exclude", "*.map"]);
    expect([up.code, up.stderr]).toEqual([0, "done: 2 files, 3 B\n"]);
    expect(up.stdout.split("\n").sort()).toEqual([
      "",
      `uploaded tree/a.txt to ${bucket}/t/a.txt (1 B)`,
      `uploaded tree/b/c d%.jpg to ${bucket}/t/b/c d%.jpg (2 B)`,
    ]);
    expect(await keys()).toEqual(["t/a.txt", "t/b/c d%.jpg"]);
    await world.write("tree/a.txt", "new");
    expect((await world.run(["cp", "-r", "tree/", `${bucket}/t/`])).stderr).toBe("done: 3 files, 8 B\n");
    // What is there is replaced.
    await world.write("down/a.txt", "old and longer");
    expect((await world.run(["cp", "-r", `${bucket}/t`, "down"])).code).toBe(0);
    expect(await world.read("down/a.txt")).toBe("new");
    expect(await world.read("down/b/c d%.jpg")).toBe("22");
    const across = await world.run(["cp", "-r", "--include", "*.jpg", `${bucket}/t`, `${other}/t`, "--json"]);
    expect(events(across.stdout).filter(({ event }) => event !== "progress")).toEqual([
      { event: "copied", from: `${bucket}/t/b/c d%.jpg`, to: `${other}/t/b/c d%.jpg`, size: 2 },
      {
        event: "summary",
        transferred: 1,
        bytes: 2,
        deleted: 0,
        same: 0,
        failed: 0,
        seconds: expect.any(Number) as number,
      },
    ]);
  });

  it("-r with several sources keeps their names", async () => {
    await world.write("x/1", "");
    await world.write("y/2", "");
    await world.lines("cp", "-r", "x", "./y/", "a b%?#.txt", bucket);
    expect(await keys()).toEqual(["a b%?#.txt", "x/1", "y/2"]);
  });

  it("directories that fail do not stop others, and a reader that goes away stops everything", async () => {
    await world.write("x/1", "");
    const { code, stdout } = await world.run(["cp", "-r", `${other}/none`, "x", `${bucket}/in/`]);
    expect([code, stdout]).toEqual([1, `uploaded x/1 to ${bucket}/in/x/1 (0 B)\n`]);
    for (const argv of [
      ["-r", "x", `${bucket}/y/`],
      ["x/1", "a b%?#.txt", `${bucket}/z/`],
      [`${bucket}/z/a b%?#.txt`, "-"],
    ]) {
      const gone = new Recorder();
      gone.on("error", () => {});
      gone.failure = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
      const { code: last, stderr } = await world.run(["cp", ...argv], { stdout: gone });
      expect([argv, last, stderr]).toEqual([argv, 141, ""]);
    }
  });

  it("--dry-run says what would be done", async () => {
    const one = await world.run(["cp", "--dry-run", "a b%?#.txt", bucket]);
    expect([one.code, one.stdout]).toEqual([0, `would upload a b%?#.txt to ${bucket}/a b%?#.txt\n`]);
    const tree = await world.run(["cp", "-r", "--dry-run", ".", `${bucket}/t/`]);
    expect([tree.code, tree.stdout]).toEqual([0, `would upload a b%?#.txt to ${bucket}/t/a b%?#.txt (5 B)\n`]);
    expect(await keys()).toEqual([]);
  });

  it("--json tells of progress and results", async () => {
    const { stdout } = await world.run(["cp", "--json", "a b%?#.txt", bucket]);
    const all = events(stdout);
    expect(all[0]).toMatchObject({ event: "progress", name: "a b%?#.txt" });
    expect(all.at(-1)).toMatchObject({ event: "summary", transferred: 1, bytes: 5, failed: 0 });
    expect(all.at(-2)).toEqual({
      event: "uploaded",
      from: "a b%?#.txt",
      to: `${bucket}/a b%?#.txt`,
      size: 5,
      resumedBytes: 0,
      verified: true,
      crc64: expect.stringMatching(/^\d+$/) as string,
    });
  });

  it("--json tells of the only copy that fails, once", async () => {
    for (const argv of [
      ["cp", `${bucket}/nokey`, "."],
      ["mv", `${bucket}/nokey`, "x"],
      ["cp", `${bucket}/nokey`, `${other}/k`],
    ]) {
      const { code, stdout, stderr } = await world.run([...argv, "--json"]);
      const [failed, summary, ...more] = events(stdout).filter(({ event }) => event !== "progress");
      expect([argv, code, more]).toEqual([argv, 3, []]);
      expect(failed).toMatchObject({ event: "failed", exitCode: 3 });
      expect(failed!["name"]).toMatch(/^(download|copy) .*nokey to /);
      expect(summary).toMatchObject({ event: "summary", transferred: 0, bytes: 0, failed: 1 });
      expect(stderr).toMatch(/^cosmoss: (download|copy) .*nokey to [^\n]+\n$/);
    }
    for (const key of ["nokey", ""]) {
      expect((await world.run(["cp", `${bucket}/${key}`, "-", "--json"])).stdout).toBe("");
    }
  });

  it.each([
    [["cp", "nothing", bucket], "cp nothing", 3],
    [["cp", "-r", `${bucket}/none`, "to"], `cp ${bucket}/none to to`, 3],
    [["sync", "nothing", bucket], `sync nothing to ${bucket}`, 3],
    [["cp", "a b%?#.txt", bucket, "--parallel", "0"], "cp", 2],
  ] as const)("--json tells of %j, which cannot begin", async (argv, name, exitCode) => {
    const { code, stdout, stderr } = await world.run([...argv, "--json"]);
    expect([code, events(stdout)]).toEqual([exitCode, [expect.objectContaining({ event: "failed", name, exitCode })]]);
    expect(stderr).toMatch(/^cosmoss: [^\n]+\n$/);
  });

  it("--json tells once of each that fails, also of a file beside a directory", async () => {
    await world.write("x/1", "");
    world.emulator.faults = ({ key }) =>
      key?.endsWith("a b%?#.txt") ? { error: { code: "AccessDenied", status: 403, message: "No." } } : undefined;
    const { code, stdout } = await world.run(["cp", "-r", "x", "a b%?#.txt", `${bucket}/`, "--json"]);
    expect(code).toBe(1);
    expect(events(stdout).filter(({ event }) => event === "failed")).toHaveLength(1);
  });

  it("--json names the directories that fail as people read them", async () => {
    const { stdout } = await world.run(["cp", "-r", "--json", `${bucket}/none`, `${other}/nothing`, "to/"]);
    expect(events(stdout)).toMatchObject([
      { event: "failed", name: `cp ${bucket}/none to to/none`, exitCode: 3 },
      { event: "failed", name: `cp ${other}/nothing to to/nothing`, exitCode: 3 },
    ]);
  });

  it.each([["cp", "-r"], ["mv", "-r"], ["sync"]])(
    "%s %s into a file is refused once, and nothing fetched",
    async (...verb) => {
      for (const key of ["t/a", "t/b"]) await world.run(["cp", "-", `${bucket}/${key}`], { stdin: "x" });
      await world.write("file", "1");
      world.emulator.clearRequests();
      for (const target of ["file", "file/", "file/below"]) {
        const argv = [...verb.filter(Boolean), `${bucket}/t`, target];
        const { code, stdout, stderr } = await world.run(argv);
        expect([argv, code, stdout]).toEqual([argv, 2, ""]);
        expect(stderr).toBe(
          `cosmoss: ${verb[0]} ${bucket}/t to ${target}: ${target} is no directory; give another target\n`,
        );
      }
      expect(world.emulator.requests).toEqual([]);
      expect(await world.read("file")).toBe("1");
    },
  );

  it("says what to do where nothing can be kept to resume from", async () => {
    await world.write("home", "no directory");
    await world.write("big", noise(3 * MIB));
    const argv = ["cp", "big", bucket, "--part-size", "1MiB"];
    for (const [platform, variable] of [
      ["linux", "HOME"],
      ["win32", "USERPROFILE"],
    ] as const) {
      const { code, stderr } = await world.run(argv, { platform });
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^cosmoss: upload big to .*\/big: nothing can be kept to resume from: not a directory \(.*\); /,
      );
      expect(stderr.endsWith(`; add --no-resume, or set ${variable} to another directory\n`)).toBe(true);
    }
    expect(await world.lines("multipart", "ls", bucket)).toEqual([]);
    expect((await world.run([...argv, "--no-resume"])).code).toBe(0);
  });

  it("objects that would leave the directory are refused, and the others copied", async () => {
    for (const key of ["t/ok", "t/../../evil"]) await world.run(["cp", "-", `${bucket}/${key}`], { stdin: "x" });
    const { code, stdout, stderr } = await world.run(["cp", "-r", `${bucket}/t`, "in/here"]);
    expect(code).toBe(1);
    expect(stdout).toBe(`downloaded ${bucket}/t/ok to in/here/ok (1 B)\n`);
    expect(stderr).toContain(
      `cosmoss: download ${bucket}/t/../../evil: it contains "..", which leads out of the directory; copy it by itself`,
    );
    expect(await readdir(join(world.directory, "in"))).toEqual(["here"]);
    expect((await world.run(["cp", `${bucket}/t/..`, "in/"])).code).toBe(2);
  });

  it("a download whose bytes are wrong ends with 6 and leaves no file", async () => {
    await world.lines("cp", "a b%?#.txt", `${bucket}/k`);
    world.emulator.faults = ({ operation }) => (operation === "GetObject" ? { corruptResponseAt: 1 } : undefined);
    const { code, stderr } = await world.run(["cp", `${bucket}/k`, "k", "--retry-for", "1"]);
    expect(code).toBe(6);
    expect(stderr).toMatch(/^cosmoss: download .*\/k to k: .*; nothing wrong was kept; run the command again\n$/);
    await expect(stat(join(world.directory, "k"))).rejects.toThrow(/ENOENT/);
    expect(await readdir(world.directory)).not.toContain(".k.cosmoss-part");
  });

  it("no network ends with 5", async () => {
    world.emulator.faults = () => ({ resetRequestAt: 0 });
    const one = await world.run(["cp", "a b%?#.txt", bucket, "--retry-for", "1"]);
    expect(one.code).toBe(5);
    expect(one.stderr).toContain("cosmoss: warning: the network fails; trying again for a while\n");
    expect((await world.run(["cp", "-r", ".", bucket, "--retry-for", "1", "-q"])).code).toBe(5);
  });
});

it.each([
  [["cp"], 2, /missing required argument/],
  [["cp", "a"], 2, /a target is missing/],
  [["cp", "a", "b"], 2, /neither a nor b is in a cloud/],
  [["cp", "-", "-"], 2, /neither - nor - is in a cloud/],
  [["cp", ".", "oss://photos"], 2, /is a directory; add --recursive/],
  [["cp", "-r", ".", "elsewhere"], 2, /both are directories of this machine/],
  [["cp", "oss://photos/d/", "x"], 2, /oss:\/\/photos\/d\/ is a directory; add --recursive/],
  [["cp", "oss://photos", "x"], 2, /is a bucket; add --recursive/],
  [["cp", "nothing", "oss://photos"], 3, /nothing: no such file/],
  [["cp", "x", "oss://"], 2, /names no bucket/],
  [["cp", "x", "s3://b/k"], 2, /there is no s3/],
  [["cp", "oss://photos/none", "x"], 3, /NoSuchKey/],
  [["cp", "-r", "oss://photos/none", "x"], 3, /nothing is in oss:\/\/photos\/none\//],
  [["cp", "x", "oss://photos", "--part-size", "much"], 2, /--part-size: "much" is no size/],
  [["cp", "x", "oss://photos", "--parallel", "0"], 2, /--parallel/],
  [["cp", "x", "oss://photos", "--meta", "novalue"], 2, /--meta/],
  [["cp", "x", "oss://photos", "--include", "*"], 2, /need --recursive/],
] as const)("%j ends with %d", async (argv, code, message) => {
  if (code === 2) await world.write("x", "1");
  const outcome = await world.run([...argv]);
  expect(outcome.stderr).toMatch(message);
  expect([outcome.code, outcome.stdout]).toEqual([code, ""]);
  expect(outcome.stderr).toMatch(/^cosmoss: [^\n]+\n$/);
});

it("on a terminal draws bars, which are gone at the end", async () => {
  await world.write("big", noise(4 * MIB));
  await world.write("small", "1");
  const stdout = new Recorder();
  stdout.isTTY = true;
  const stderr = new Recorder();
  stderr.columns = 70;
  world.emulator.faults = ({ operation }) => (operation === "UploadPart" ? { latencyMs: 150 } : undefined);
  const argv = ["cp", "big", "small", "oss://photos/", "--part-size", "1MiB", "--parallel", "2"];
  const { code } = await world.run(argv, { terminal: true, stdout, stderr });
  expect(code).toBe(0);
  expect(stdout.text).toBe("");
  // oxlint-disable-next-line no-control-regex -- what moves the cursor is one
  const drawn = stderr.text.split(/\u001b\[[\d;?]*[A-Za-z]|\n/).filter(Boolean);
  expect(drawn).toContain("uploaded small to oss://photos/small (1 B)");
  expect(drawn).toContain("uploaded big to oss://photos/big (4.0 MiB)");
  expect(drawn.some((line) => /^total +\[[=-]{10}\] \d+%, .* of 4\.0 MiB/.test(line))).toBe(true);
  expect(drawn.some((line) => /^big +\[[=-]{10}\] \d+%/.test(line))).toBe(true);
  for (const line of drawn) expect(line.length).toBeLessThan(70);
  expect(stderr.text.endsWith("done: 2 files, 4.0 MiB\n") || /done: 2 files, 4\.0 MiB in .*\n$/.test(stderr.text)).toBe(
    true,
  );
  // The cursor is shown again.
  expect(stderr.text.lastIndexOf("\u001b[?25h")).toBeGreaterThan(stderr.text.lastIndexOf("\u001b[?25l"));
});

it("--parallel is how many requests are under way", async () => {
  await world.write("big", noise(MIB));
  let running = 0;
  let most = 0;
  let together = (): void => {};
  const both = new Promise<void>((resolve) => (together = resolve));
  world.emulator.faults = async ({ operation }) => {
    if (operation !== "UploadPart") return undefined;
    most = Math.max(most, ++running);
    if (running === 2) together();
    await both;
    running--;
    return undefined;
  };
  await world.lines("cp", "big", "oss://photos/", "--part-size", "100KiB", "--parallel", "2");
  expect(most).toBe(2);
});
