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
