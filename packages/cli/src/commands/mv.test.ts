import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useWorld } from "../testing/world.ts";

const world = useWorld();

describe.each(["oss://photos", "cos://photos-1250000000"])("with %s", (bucket) => {
  const other = bucket.startsWith("oss") ? "cos://photos-1250000000" : "oss://photos";
  const keys = async (place: string): Promise<string[]> =>
    (await world.lines("ls", "-r", "--json", place)).map((line) => (JSON.parse(line) as { key: string }).key);
  const isThere = (path: string): Promise<boolean> =>
    stat(join(world.directory, path)).then(
      () => true,
      () => false,
    );

  it("moves a file up, and an object on and down", async () => {
    await world.write("a b%.txt", "hello");
    expect(await world.lines("mv", "a b%.txt", `${bucket}/d/`)).toEqual([
      `moved a b%.txt to ${bucket}/d/a b%.txt (5 B)`,
    ]);
    expect(await isThere("a b%.txt")).toBe(false);
    await world.lines("mv", `${bucket}/d/a b%.txt`, `${bucket}/x`);
    await world.lines("mv", `${bucket}/x`, `${other}/y`);
    expect([await keys(bucket), await keys(other)]).toEqual([[], ["y"]]);
    await world.lines("mv", `${other}/y`, "back");
    expect(await world.read("back")).toBe("hello");
    expect(await keys(other)).toEqual([]);
  });

  it("the source stays when the copy fails", async () => {
    await world.write("a", "hello");
    world.emulator.faults = ({ operation }) =>
      operation === "PutObject" ? { error: { code: "AccessDenied", status: 403 } } : undefined;
    expect((await world.run(["mv", "a", `${bucket}/a`])).code).toBe(4);
    expect(await world.read("a")).toBe("hello");
    expect((await world.run(["mv", "-r", ".", `${bucket}/a`])).code).toBe(4);
    expect(await world.read("a")).toBe("hello");
  });

  it("a file that changes meanwhile stays", async () => {
    await world.write("a", "hello");
    world.emulator.faults = async ({ operation }) => {
      if (operation === "PutObject") await world.write("a", "changed");
      return undefined;
    };
    const { code, stderr } = await world.run(["mv", "a", `${bucket}/a`]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/changed/);
    expect(await world.read("a")).toBe("changed");
  });

  it("-r: a file that changes meanwhile stays, and is named", async () => {
    for (const path of ["t/a", "t/u/b"]) await world.write(path, "hello");
    world.emulator.faults = async ({ operation, key }) => {
      if (operation === "PutObject" && key === "t/u/b") await world.write("t/u/b", "hello, and more");
      return undefined;
    };
    const { code, stdout, stderr } = await world.run(["mv", "-r", "t", `${bucket}/t`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/t\/u\/b.* changed while/);
    expect(stdout).toContain(`moved t/a to ${bucket}/t/a (5 B)\n`);
    expect(stdout).not.toContain("moved t/u/b");
    expect(await world.read("t/u/b")).toBe("hello, and more");
    expect(await isThere("t/a")).toBe(false);
    world.emulator.faults = undefined;
    expect((await world.run(["mv", "-r", "t", `${bucket}/t`])).code).toBe(0);
    expect(await isThere("t/u/b")).toBe(false);
  });

  it.each([
    ["down", () => "down"],
    ["within the bucket", () => `${bucket}/to`],
    ["to the other cloud", () => `${other}/to`],
  ])("an object that is replaced meanwhile stays: %s", async (_where, target) => {
    for (const argv of [
      ["mv", `${bucket}/d/a`, `${target()}/a`],
      ["mv", "-r", `${bucket}/d`, target()],
    ]) {
      world.emulator.faults = undefined;
      await world.run(["cp", "-", `${bucket}/d/a`], { stdin: "hello" });
      let isSent = false;
      let replaced = 0;
      world.emulator.faults = async ({ operation, key }) => {
        if (operation !== "HeadObject") isSent ||= key !== undefined;
        else if (isSent && key === "d/a" && replaced++ === 0) {
          await world.run(["cp", "-", `${bucket}/d/a`], { stdin: "world" });
        }
        return undefined;
      };
      const { code, stdout, stderr } = await world.run(argv);
      expect([argv, replaced > 0, code]).toEqual([argv, true, 1]);
      expect(stderr).toMatch(/d\/a.* changed while it was copied, so it is still here; move it again\n/);
      expect(stdout).not.toContain("moved");
      expect(await keys(`${bucket}/d/`)).toEqual(["d/a"]);
      expect((await world.run(["cat", `${bucket}/d/a`])).stdout).toBe("world");
      world.emulator.faults = undefined;
      expect((await world.run(argv)).code).toBe(0);
      expect(await keys(`${bucket}/d/`)).toEqual([]);
    }
  });

  it("refuses several sources that would become one", async () => {
    for (const path of ["ma/x", "mb/x", "mc/d/1", "md/d/2"]) await world.write(path, path);
    for (const key of ["ma/x", "mb/x"]) await world.run(["cp", "-", `${bucket}/${key}`], { stdin: key });
    for (const [sources, target, options] of [
      [["ma/x", "mb/x"], `${bucket}/same/`, []],
      [["mc/d", "md/d/"], `${bucket}/same/`, ["-r"]],
      [[`${bucket}/ma/x`, `${bucket}/mb/x`], "same/", []],
      [[`${bucket}/ma`, `${bucket}/ma/`], "same/", ["-r"]],
    ] as const) {
      const { code, stdout, stderr } = await world.run(["mv", ...options, ...sources, target]);
      expect([sources, code, stdout]).toEqual([sources, 2, ""]);
      for (const text of [...sources, target]) expect(stderr).toContain(text);
    }
    expect((await world.run(["cp", "ma/x", "mb/x", `${bucket}/same/`])).code).toBe(2);
    expect(await keys(bucket)).toEqual(["ma/x", "mb/x"]);
    expect(await world.read("mb/x")).toBe("mb/x");
    expect(await isThere("same")).toBe(false);
    // A file and a directory of one name are two things in a cloud.
    await world.write("mc/x/1", "");
    expect((await world.run(["cp", "-r", "ma/x", "mc/x", `${bucket}/two/`])).code).toBe(0);
    expect(await keys(`${bucket}/two/`)).toEqual(["two/x", "two/x/1"]);
  });

  it("a source that is not there does not stop the others", async () => {
    for (const path of ["a", "t/b"]) await world.write(path, "hello");
    const files = await world.run(["mv", "none", "a", `${bucket}/d/`]);
    expect([files.code, files.stdout]).toEqual([1, `moved a to ${bucket}/d/a (5 B)\n`]);
    expect(files.stderr).toMatch(/^cosmoss: upload none to .*\/d\/none: no such file or directory/);
    const trees = await world.run(["mv", "-r", "none", "t", `${bucket}/d/`]);
    expect([trees.code, trees.stdout]).toEqual([1, `moved t/b to ${bucket}/d/t/b (5 B)\n`]);
    expect(await keys(bucket)).toEqual(["d/a", "d/t/b"]);
    expect((await world.run(["mv", "none", "nor this", `${bucket}/d/`])).code).toBe(3);
    expect((await world.run(["mv", "--dry-run", "none", "nor this", `${bucket}/d/`])).code).toBe(3);
  });

  it("-r moves directories, and leaves what is excluded", async () => {
    for (const path of ["t/1.txt", "t/u/2.txt", "t/u/3.map"]) await world.write(path, "x");
    const up = await world.run(["mv", "-r", "t", `${bucket}/t/`, "--exclude", "*.map"]);
    expect([up.code, up.stderr]).toEqual([0, "done: 2 files, 2 B\n"]);
    expect(await readdir(join(world.directory, "t", "u"))).toEqual(["3.map"]);
    // An empty object stands for the directory, in consoles.
    await world.run(["cp", "-", `${bucket}/t/u/3`], { stdin: "" });
    const down = await world.run(["mv", "-r", `${bucket}/t`, "down"]);
    expect(down.code).toBe(0);
    expect(await keys(bucket)).toEqual([]);
    expect((await readdir(join(world.directory, "down"), { recursive: true })).sort()).toEqual([
      "1.txt",
      "u",
      "u/2.txt",
      "u/3",
    ]);
  });

  it("--dry-run moves nothing", async () => {
    await world.write("t/a", "x");
    expect(await world.lines("mv", "--dry-run", "t/a", bucket)).toEqual([`would move t/a to ${bucket}/a`]);
    expect(await world.lines("mv", "-r", "--dry-run", "t", bucket)).toEqual([`would move t/a to ${bucket}/a (1 B)`]);
    expect([await world.read("t/a"), await keys(bucket)]).toEqual(["x", []]);
  });

  it("refuses to move to where it is, into itself, and streams", async () => {
    await world.run(["cp", "-", `${bucket}/d/a`], { stdin: "x" });
    for (const argv of [
      ["mv", `${bucket}/d/a`, `${bucket}/d/a`],
      ["mv", `${bucket}/d/a`, `${bucket}/d/`],
      ["mv", "-r", `${bucket}/d`, `${bucket}/d/e`],
      ["mv", "-r", `${bucket}/d`, `${bucket}/d/`],
      ["mv", "-r", `${bucket}/d`, bucket],
      ["mv", "-", `${bucket}/x`],
      ["mv", `${bucket}/d/a`, "-"],
    ]) {
      expect([argv, (await world.run(argv)).code]).toEqual([argv, 2]);
    }
    expect(await keys(bucket)).toEqual(["d/a"]);
  });
});
