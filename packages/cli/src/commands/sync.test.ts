import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { useWorld } from "../testing/world.ts";

const world = useWorld();

describe.each(["oss://photos", "cos://photos-1250000000"])("with %s", (bucket) => {
  const other = bucket.startsWith("oss") ? "cos://photos-1250000000" : "oss://photos";
  beforeEach(async () => {
    await world.write("site/index.html", "<p>");
    await world.write("site/img/a b%#.jpg", "12345");
    await world.write("site/.map", "x");
  });
  const stored = (): number => world.emulator.requests.filter(({ operation }) => operation === "PutObject").length;

  it("a second run has nothing to do", async () => {
    const first = await world.run(["sync", "site", `${bucket}/www`]);
    expect([first.code, first.stderr]).toEqual([0, "done: 3 files, 9 B\n"]);
    world.emulator.clearRequests();
    const second = await world.run(["sync", "site/", `${bucket}/www/`]);
    expect([second.code, second.stdout, second.stderr]).toEqual([0, "", "done: 0 files, 0 B; 3 the same\n"]);
    expect(stored()).toBe(0);
  });

  it("there and back gives the same tree", async () => {
    await world.lines("sync", "site", bucket);
    await world.lines("sync", bucket, other);
    await world.lines("sync", other, "copy");
    const tree = async (path: string) => (await readdir(join(world.directory, path), { recursive: true })).sort();
    expect(await tree("copy")).toEqual(await tree("site"));
    for (const path of ["index.html", "img/a b%#.jpg", ".map"]) {
      expect(await world.read(`copy/${path}`)).toBe(await world.read(`site/${path}`));
    }
    const [type] = (await world.lines("stat", "--json", `${other}/index.html`)).map(
      (line) => JSON.parse(line) as object,
    );
    expect(type).toMatchObject({ contentType: "text/html" });
  });

  it("transfers what changed, deletes when asked to, and leaves the excluded alone", async () => {
    await world.lines("sync", "site", bucket);
    await world.write("site/index.html", "<p>new");
    await world.run(["rm", "-rf", "nothing"]);
    const { rm } = await import("node:fs/promises");
    await rm(join(world.directory, "site/img"), { recursive: true });
    await rm(join(world.directory, "site/.map"));
    const dry = await world.run(["sync", "site", bucket, "--delete", "--exclude", ".map", "--dry-run"]);
    expect(dry.stdout.split("\n").sort()).toEqual([
      "",
      `would delete ${bucket}/img/a b%#.jpg`,
      `would upload site/index.html to ${bucket}/index.html (6 B)`,
    ]);
    expect(dry.stderr).toBe("it would be 1 file, 6 B; 1 deleted\n");
    const { code, stderr } = await world.run(["sync", "site", bucket, "--delete", "--exclude", ".map"]);
    expect([code, stderr]).toEqual([0, "done: 1 file, 6 B; 1 deleted\n"]);
    expect(await world.lines("ls", "-r", bucket)).toHaveLength(2);
  });

  it("--compare crc64 sees what size and time do not", async () => {
    await world.lines("sync", "site", bucket);
    await world.write("site/index.html", "<q>");
    await utimes(join(world.directory, "site/index.html"), 0, 0);
    expect((await world.run(["sync", "site", bucket])).stderr).toBe("done: 0 files, 0 B; 3 the same\n");
    expect((await world.run(["sync", "site", bucket, "--compare", "crc64"])).stderr).toBe(
      "done: 1 file, 3 B; 2 the same\n",
    );
    expect((await world.run(["sync", "site", bucket, "--compare", "feel"])).code).toBe(2);
  });

  it("asks before an empty source empties the target", async () => {
    await world.lines("sync", "site", bucket);
    await world.write("empty/d/x", "");
    await world.run(["mv", "empty/d/x", `${bucket}/y`]);
    for (const argv of [
      ["sync", "empty", bucket, "--delete"],
      ["sync", `${bucket}/typo`, "site", "--delete"],
    ]) {
      const { code, stderr } = await world.run(argv);
      expect(code).toBe(2);
      expect(stderr).toMatch(/there is nothing in the source; delete everything in .*\?/);
    }
    expect(await world.lines("ls", "-r", bucket)).toHaveLength(4);
    expect(await world.read("site/index.html")).toBe("<p>");
    expect((await world.run(["sync", "empty", bucket, "--delete", "--dry-run"])).stderr).toMatch(/4 deleted/);
    expect((await world.run(["sync", "empty", bucket, "--delete", "--yes"])).stderr).toBe(
      "done: 0 files, 0 B; 4 deleted\n",
    );
  });

  it("one file that fails does not stop the others, and ends with 1", async () => {
    world.emulator.faults = ({ key, method }) =>
      method === "PUT" && key === "index.html"
        ? { error: { code: "AccessDenied", status: 403, message: "No." } }
        : undefined;
    const { code, stdout, stderr } = await world.run(["sync", "site", bucket, "--json"]);
    expect(code).toBe(1);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.find(({ event }) => event === "failed")).toMatchObject({
      name: "upload site/index.html",
      code: "AccessDenied",
      exitCode: 4,
    });
    expect(events.at(-1)).toMatchObject({ event: "summary", transferred: 2, failed: 1 });
    expect(stderr).toMatch(
      /^cosmoss: upload site\/index\.html: No \(AccessDenied\); .*\ncosmoss: sync site to .*: 1 file failed\n$/,
    );
  });

  it("refuses what cannot be synced", async () => {
    expect((await world.run(["sync", "site", "elsewhere"])).code).toBe(2);
    expect((await world.run(["sync", "site", "-"])).code).toBe(2);
    expect((await world.run(["sync", "site/index.html", bucket])).code).toBe(2);
    expect((await world.run(["sync", "none", bucket])).code).toBe(3);
    expect((await world.run(["sync", "site", bucket.replace("photos", "none")])).code).toBe(3);
    expect((await world.run(["sync", bucket, `${bucket}/in`])).code).toBe(2);
    expect((await world.run(["sync", "site"])).code).toBe(2);
  });
});

describe("patterns", () => {
  const keys = [
    "a.jpg",
    "b.JPG",
    "2024/c.jpg",
    "2024/01/d.jpg",
    "2024/e.txt",
    ".hidden",
    "build/x",
    "src/build/y",
    "x{y}.z",
  ];

  it.each([
    ["--include", "*.jpg"],
    ["--include", "*"],
    ["--include", "**"],
    ["--include", "?.jpg"],
    ["--include", "2024/*"],
    ["--include", "2024/**"],
    ["--include", "**/*.jpg"],
    ["--include", "**/d.jpg"],
    ["--include", "/a.jpg"],
    ["--include", "/*"],
    ["--include", "build/"],
    ["--include", "/build/"],
    ["--include", "src/build/"],
    ["--include", "*.{txt,JPG}"],
    ["--include", "[ab].*"],
    ["--include", "[^a].jpg"],
    ["--include", "x\\{y\\}.z"],
    ["--include", ".*"],
    ["--exclude", "*.jpg", "--exclude", "build/"],
    ["--include", "*.jpg", "--exclude", "2024/*"],
  ])("%j %j mean the same for listings as for transfers", async (...options) => {
    for (const key of keys) await world.run(["cp", "-", `oss://photos/p/${key}`], { stdin: "x" });
    const listed = await world.lines("ls", "-r", "--json", "oss://photos/p/", ...options);
    const copied = await world.lines("cp", "-r", "--dry-run", "--json", "oss://photos/p/", "to", ...options);
    const chosen = listed.map((line) => (JSON.parse(line) as { url: string }).url);
    const events = copied.map((line) => JSON.parse(line) as { event: string; from: string });
    expect(events.filter(({ event }) => event === "would-download").map(({ from }) => from)).toEqual(chosen);
    expect(chosen.length).toBeGreaterThan(0);
  });
});
