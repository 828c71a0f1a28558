import { beforeEach, describe, expect, it } from "vitest";
import { useWorld } from "../testing/world.ts";

const world = useWorld();

describe.each(["oss://photos", "cos://photos-1250000000"])("in %s", (bucket) => {
  async function keys(): Promise<string[]> {
    const lines = await world.lines("ls", "-r", "--json", bucket);
    return lines.map((line) => (JSON.parse(line) as { key: string }).key);
  }

  beforeEach(async () => {
    for (const key of ["a b%?#.txt", "p/1.jpg", "p/2.txt", "p2/3.jpg"]) {
      await world.run(["cp", "-", `${bucket}/${key}`], { stdin: "x" });
    }
  });

  it("rm deletes objects and says so", async () => {
    const { code, stdout, stderr } = await world.run(["rm", `${bucket}/a b%?#.txt`, `${bucket}/p/1.jpg`]);
    expect([code, stdout, stderr]).toEqual([0, `deleted ${bucket}/a b%?#.txt\ndeleted ${bucket}/p/1.jpg\n`, ""]);
    expect(await keys()).toEqual(["p/2.txt", "p2/3.jpg"]);
  });

  it("rm of one that fails goes on with the others", async () => {
    const { code, stdout, stderr } = await world.run(["rm", `${bucket}/none`, `${bucket}/p/1.jpg`]);
    expect([code, stdout]).toEqual([1, `deleted ${bucket}/p/1.jpg\n`]);
    expect(stderr.split("\n")).toEqual([
      expect.stringMatching(/^cosmoss: rm .*\/none: .*\); see what is there with cosmoss ls$/),
      "cosmoss: rm: 1 of 2 failed",
      "",
    ]);
  });

  it("rm minds what is not there, unless forced", async () => {
    expect((await world.run(["rm", `${bucket}/none`])).code).toBe(3);
    expect((await world.run(["rm", "-f", `${bucket}/none`])).code).toBe(0);
  });

  it("rm --dry-run and --quiet", async () => {
    const dry = await world.run(["rm", "--dry-run", `${bucket}/p/1.jpg`]);
    expect([dry.code, dry.stdout]).toEqual([0, `would delete ${bucket}/p/1.jpg\n`]);
    expect(await keys()).toHaveLength(4);
    const quiet = await world.run(["rm", "-q", `${bucket}/p/1.jpg`]);
    expect([quiet.code, quiet.stdout, quiet.stderr]).toEqual([0, "", ""]);
    expect(await keys()).toHaveLength(3);
  });

  it("rm -r stays inside the directory", async () => {
    const { code, stdout, stderr } = await world.run(["rm", "-r", "--yes", `${bucket}/p`]);
    expect([code, stdout, stderr]).toEqual([
      0,
      `deleted ${bucket}/p/1.jpg\ndeleted ${bucket}/p/2.txt\n`,
      "deleted 2 objects\n",
    ]);
    expect(await keys()).toEqual(["a b%?#.txt", "p2/3.jpg"]);
    expect((await world.run(["rm", "-r", "--yes", `${bucket}/p`])).code).toBe(3);
    expect((await world.run(["rm", "-rf", `${bucket}/p`])).code).toBe(0);
  });

  it("rm -r with patterns, dry and as events", async () => {
    const dry = await world.run(["rm", "-r", "--dry-run", bucket, "--include", "*.jpg"]);
    expect([dry.code, dry.stdout, dry.stderr]).toEqual([
      0,
      `would delete ${bucket}/p/1.jpg\nwould delete ${bucket}/p2/3.jpg\n`,
      "would delete 2 objects\n",
    ]);
    expect(await keys()).toHaveLength(4);
    const real = await world.run(["rm", "-ry", "--json", bucket, "--exclude", "*.jpg"]);
    expect(
      real.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as object),
    ).toEqual([
      { event: "deleted", url: `${bucket}/a b%?#.txt` },
      { event: "deleted", url: `${bucket}/p/2.txt` },
    ]);
    expect(await keys()).toEqual(["p/1.jpg", "p2/3.jpg"]);
  });

  it("rm -r asks a person, and does nothing without one", async () => {
    const alone = await world.run(["rm", "-r", `${bucket}/p/`]);
    expect(alone.code).toBe(2);
    expect(alone.stderr).toMatch(/nobody to ask \(delete everything in .*\/p\/\?\); add --yes/);
    const no = await world.run(["rm", "-r", `${bucket}/p/`], { terminal: true, stdin: "n\n" });
    expect(no.code).toBe(2);
    expect(no.stderr).toContain(`delete everything in ${bucket}/p/? [y/N] `);
    expect(await keys()).toHaveLength(4);
    const yes = await world.run(["rm", "-r", `${bucket}/p/`], { terminal: true, stdin: "yes\n" });
    expect(yes.code).toBe(0);
    expect(await keys()).toHaveLength(2);
  });

  it("rm refuses a bucket, and patterns without -r", async () => {
    for (const argv of [["rm", bucket], ["rm", `${bucket}/p/1.jpg`, "--include", "*"], ["rm", "a.txt"], ["rm"]]) {
      expect((await world.run(argv)).code).toBe(2);
    }
    expect(await keys()).toHaveLength(4);
  });

  it("who may delete need not be allowed to look", async () => {
    world.emulator.faults = ({ operation }) =>
      operation === "HeadObject" ? { error: { code: "AccessDenied", status: 403 } } : undefined;
    expect((await world.run(["rm", `${bucket}/p/1.jpg`])).code).toBe(0);
    expect(world.emulator.requests.at(-1)).toMatchObject({ operation: "DeleteObject", status: 204 });
    expect(await keys()).toHaveLength(3);
  });

  it("who may not delete is told so", async () => {
    world.emulator.faults = ({ method }) =>
      method === "GET" || method === "HEAD"
        ? undefined
        : { error: { code: "AccessDenied", status: 403, message: "No." } };
    for (const argv of [
      ["rm", `${bucket}/p/1.jpg`],
      ["rm", "-ry", bucket],
    ]) {
      const { code, stderr } = await world.run(argv);
      expect(code).toBe(4);
      expect(stderr).toMatch(
        /^cosmoss: rm .*: No \(AccessDenied\); ask the owner of the bucket, or choose another --profile\n$/,
      );
    }
    world.emulator.faults = undefined;
    expect(await keys()).toHaveLength(4);
  });

  it("mb and rb make and remove buckets", async () => {
    const scratch = bucket.replace("photos", "scratch");
    expect((await world.run(["mb", "--dry-run", scratch])).stdout).toBe(`would make ${scratch}\n`);
    expect(await world.lines("mb", scratch)).toEqual([`made ${scratch}`]);
    expect(await world.lines("ls", bucket.slice(0, 6))).toHaveLength(2);
    expect((await world.run(["mb", scratch])).code).toBe(bucket.startsWith("oss") ? 0 : 1);
    expect(await world.lines("rb", scratch)).toEqual([`removed ${scratch}`]);
    expect((await world.run(["rb", scratch])).code).toBe(3);
    expect((await world.run(["rb", `${scratch}/key`])).code).toBe(2);
  });

  it("rb --force takes what is in it, too", async () => {
    const full = await world.run(["rb", bucket]);
    expect(full.code).toBe(1);
    expect(full.stderr).toMatch(/\(BucketNotEmpty\); add --force/);
    expect((await world.run(["rb", "--force", bucket])).code).toBe(2);
    const dry = await world.run(["rb", "--force", "--dry-run", bucket]);
    expect(dry.stdout.split("\n").at(-2)).toBe(`would remove ${bucket}`);
    expect(await keys()).toHaveLength(4);
    expect(await world.lines("rb", "--force", "--yes", "-q", bucket)).toEqual([]);
    expect((await world.run(["ls", bucket])).code).toBe(3);
  });
});
