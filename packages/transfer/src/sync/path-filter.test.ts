import { ConfigError } from "@cosmoss/errors";
import { describe, expect, it } from "vitest";
import { pathFilter } from "./path-filter.ts";

const PATHS = [
  ".env",
  "a.jpg",
  "a.txt",
  "build",
  "deep/a.jpg",
  "deep/build/x",
  "deep/er/b.txt",
  "src/.keep",
  "src/a.ts",
];

async function left(options: Parameters<typeof pathFilter>[0], paths = PATHS): Promise<string[]> {
  const filter = await pathFilter(options);
  return paths.filter((path) => !filter.leavesOut(path));
}

describe("a path", () => {
  it.each([
    ["without patterns", {}, PATHS],
    ["a name anywhere", { include: ["*.jpg"] }, ["a.jpg", "deep/a.jpg"]],
    ["bound to the top", { include: ["/*.jpg"] }, ["a.jpg"]],
    ["a path", { include: ["deep/*"] }, ["deep/a.jpg"]],
    ["any depth", { include: ["deep/**"] }, ["deep/a.jpg", "deep/build/x", "deep/er/b.txt"]],
    ["several", { include: ["*.ts", "*.{jpg,png}"] }, ["a.jpg", "deep/a.jpg", "src/a.ts"]],
    ["names with a dot in front", { include: ["*"] }, PATHS],
    [
      "a folder anywhere, not the file of its name",
      { exclude: ["build/", "*.txt", "*.jpg", ".*"] },
      ["build", "src/a.ts"],
    ],
    ["a folder at the top", { exclude: ["/build/"] }, PATHS],
    ["a folder by its path", { include: ["deep/build/"] }, ["deep/build/x"]],
    ["exclude wins", { include: ["deep/**"], exclude: ["*.txt"] }, ["deep/a.jpg", "deep/build/x"]],
    ["none included", { include: [] }, []],
    ["a set of characters", { include: ["[ab].jpg"] }, ["a.jpg", "deep/a.jpg"]],
    ["all but a set of characters", { include: ["[!b].txt"] }, ["a.txt"]],
    ["all but", { include: ["!(*.jpg)"] }, PATHS.filter((path) => !path.endsWith(".jpg"))],
  ])("%s", async (_, options, expected) => {
    expect(await left(options)).toEqual(expected);
  });

  it("may hold what means something in patterns", async () => {
    expect(await left({ include: ["a\\[1\\].txt"] }, ["a[1].txt", "a1.txt"])).toEqual(["a[1].txt"]);
    expect(await left({ include: ["a*"] }, ["a\\b", "b"])).toEqual(["a\\b"]);
  });
});

describe("a directory", () => {
  it.each([
    ["node_modules/", "node_modules/", true],
    ["node_modules/", "a/node_modules/", true],
    ["/node_modules/", "a/node_modules/", false],
    ["a/**", "a/", true],
    ["a/**", "ab/", false],
    ["a/*/**", "a/b/", true],
    ["*.tmp/", "x.tmp/", true],
    // What is deeper, or has another name, may take part.
    ["a/*", "a/", false],
    ["*.txt", "a/", false],
    ["!(keep)", "a/", false],
    ["!a/b/**", "a/", false],
    ["**/*.o", "a/", false],
  ])("with %j excluded, %j is with all below: %s", async (pattern, path, expected) => {
    const filter = await pathFilter({ exclude: [pattern], include: ["*.jpg"] });
    expect(filter.leavesOutAll(path)).toBe(expected);
    if (!expected) return;
    const { leavesOut } = await pathFilter({ exclude: [pattern] });
    for (const below of ["x", "x/y.jpg", ".a/.b"]) expect(leavesOut(path + below)).toBe(true);
  });
});

it("refuses what is no pattern", async () => {
  await expect(pathFilter({ exclude: ["a", ""] })).rejects.toThrow(ConfigError);
  await expect(pathFilter({ include: ["/"] })).rejects.toThrow(ConfigError);
  await expect(pathFilter({ include: [null as never] })).rejects.toThrow(/include: null/);
  await expect(pathFilter({ include: ["x".repeat(70_000)] })).rejects.toThrow(ConfigError);
});
