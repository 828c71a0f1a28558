import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { beforeEach, describe, expect, it } from "vitest";
import { Recorder, useWorld } from "../testing/world.ts";

const NOON = Date.UTC(2024, 4, 6, 12);

const world = useWorld({ clock: new FakeClock(NOON) });

/** Stores objects of so many bytes. */
async function store(bucket: string, objects: Record<string, number>): Promise<void> {
  for (const [key, size] of Object.entries(objects)) {
    const { code, stderr } = await world.run(["cp", "-", `${bucket}/${key}`, "-q"], { stdin: "x".repeat(size) });
    expect([code, stderr]).toEqual([0, ""]);
  }
}

describe.each(["oss://photos", "cos://photos-1250000000"])("in %s", (bucket) => {
  const objects = { "2024/a.jpg": 1536, "2024/b/c.jpg": 10, "2025/d.jpg": 20, "e f%?#猫.txt": 5 };
  beforeEach(() => store(bucket, objects));

  it("ls folds at slashes", async () => {
    expect(await world.lines("ls", bucket)).toEqual([
      `                             dir  ${bucket}/2024/`,
      `                             dir  ${bucket}/2025/`,
      `2024-05-06 12:00:00Z         5 B  ${bucket}/e f%?#猫.txt`,
    ]);
    expect(await world.lines("ls", `${bucket}/2024/`)).toEqual([
      `                             dir  ${bucket}/2024/b/`,
      `2024-05-06 12:00:00Z     1.5 KiB  ${bucket}/2024/a.jpg`,
    ]);
    expect(await world.lines("ls", `${bucket}/202`)).toEqual([
      `                             dir  ${bucket}/2024/`,
      `                             dir  ${bucket}/2025/`,
    ]);
    expect(await world.lines("ls", `${bucket}/e f%?#`)).toHaveLength(1);
    expect(await world.lines("ls", `${bucket}/nothing`)).toEqual([]);
  });

  it("ls -r lists keys, chosen by patterns", async () => {
    expect(await world.lines("ls", "-r", "--bytes", bucket)).toEqual([
      `2024-05-06 12:00:00Z           1536  ${bucket}/2024/a.jpg`,
      `2024-05-06 12:00:00Z             10  ${bucket}/2024/b/c.jpg`,
      `2024-05-06 12:00:00Z             20  ${bucket}/2025/d.jpg`,
      `2024-05-06 12:00:00Z              5  ${bucket}/e f%?#猫.txt`,
    ]);
    expect(await world.lines("ls", "-r", bucket, "--include", "*.jpg", "--exclude", "2024/b/")).toEqual([
      `2024-05-06 12:00:00Z     1.5 KiB  ${bucket}/2024/a.jpg`,
      `2024-05-06 12:00:00Z        20 B  ${bucket}/2025/d.jpg`,
    ]);
    // Patterns are below the directory that is listed.
    expect(await world.lines("ls", "-r", `${bucket}/2024/`, "--include", "/b/")).toHaveLength(1);
  });

  it("ls --json gives records", async () => {
    const records = (await world.lines("ls", "--json", bucket)).map((line) => JSON.parse(line) as object);
    expect(records[0]).toEqual({ type: "directory", url: `${bucket}/2024/`, prefix: "2024/" });
    expect(records[2]).toMatchObject({
      type: "object",
      url: `${bucket}/e f%?#猫.txt`,
      key: "e f%?#猫.txt",
      size: 5,
      lastModified: "2024-05-06T12:00:00.000Z",
    });
  });

  it("du adds up", async () => {
    expect(await world.lines("du", bucket)).toEqual([`   1.5 KiB       4 objects  ${bucket}`]);
    expect(await world.lines("du", "--bytes", "-d", "1", bucket)).toEqual([
      `      1546       2 objects  ${bucket}/2024/`,
      `        20        1 object  ${bucket}/2025/`,
      `      1571       4 objects  ${bucket}`,
    ]);
    expect(await world.lines("du", "--json", `${bucket}/2024/`, "--include", "a.*")).toEqual([
      JSON.stringify({ url: `${bucket}/2024/`, bytes: 1536, objects: 1 }),
    ]);
  });

  it("stat shows an object", async () => {
    const lines = await world.lines("stat", `${bucket}/e f%?#猫.txt`);
    expect(lines).toContain(`url:          ${bucket}/e f%?#猫.txt`);
    expect(lines).toContain("size:         5");
    expect(lines).toContain("contentType:  text/plain");
    expect(lines).toContain("lastModified: 2024-05-06T12:00:00.000Z");
    const [record] = await world.lines("stat", "--json", `${bucket}/e f%?#猫.txt`);
    expect(JSON.parse(record!)).toMatchObject({ url: `${bucket}/e f%?#猫.txt`, size: 5, metadata: {} });
  });

  it("stat shows a bucket, and several things", async () => {
    const lines = await world.lines("stat", bucket, `${bucket}/2025/d.jpg`);
    expect(lines[0]).toMatch(/^url: +(oss|cos):\/\/photos(-1250000000)?$/);
    expect(lines.filter((line) => line === "")).toHaveLength(1);
  });

  it("cat writes bytes, also of ranges and of several objects", async () => {
    await world.run(["cp", "-", `${bucket}/hi`], { stdin: "hello" });
    const { code, stdout } = await world.run(["cat", `${bucket}/hi`, `${bucket}/hi`]);
    expect([code, stdout]).toEqual([0, "hellohello"]);
    expect((await world.run(["cat", "--range", "1-2", `${bucket}/hi`])).stdout).toBe("el");
    expect((await world.run(["cat", "--range", "-1", `${bucket}/hi`])).stdout).toBe("o");
    expect((await world.run(["cat", "--range", "x", `${bucket}/hi`])).code).toBe(2);
  });

  it("cat --range cuts what reaches past the end, and fails where nothing is left", async () => {
    await world.run(["cp", "-", `${bucket}/hi`], { stdin: "hello" });
    for (const [range, text] of [
      ["3-", "lo"],
      ["3-9", "lo"],
      ["-9", "hello"],
      ["04-4", "o"],
    ]) {
      const { code, stdout } = await world.run(["cat", "--range", range!, `${bucket}/hi`]);
      expect([range, code, stdout]).toEqual([range, 0, text]);
    }
    for (const range of ["5-", "5-9", "99999999999999999999-"]) {
      const { code, stdout, stderr } = await world.run(["cat", "--range", range, `${bucket}/hi`]);
      expect([range, code, stdout]).toEqual([range, 1, ""]);
      expect(stderr).toMatch(/^cosmoss: cat .*\/hi: .* \(InvalidRange\); see its size with cosmoss stat\n$/);
    }
  });

  it.each([
    ["2-1", "write it as 1-2"],
    ["100000000000000000001-100000000000000000000", "write it as 100000000000000000000-100000000000000000001"],
    ["-0", "write it as -100 for the last 100 bytes"],
    ["-00", "write it as -100 for the last 100 bytes"],
    ["-", "write it as 0-99, 100- or -100"],
    ["", "write it as 0-99, 100- or -100"],
    ["0-1,3-4", "write it as 0-99, 100- or -100"],
  ])("cat refuses the range %j before it asks for anything", async (range, advice) => {
    const { code, stdout, stderr } = await world.run(["cat", `--range=${range}`, `${bucket}/hi`]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(new RegExp(`^cosmoss: cat: --range: .*${JSON.stringify(range)}.*; ${advice}\n$`));
    expect(world.emulator.requests.filter(({ operation }) => operation === "GetObject")).toEqual([]);
  });

  it("what is not there ends with 3", async () => {
    for (const argv of [
      ["stat", `${bucket}/nothing`],
      ["cat", `${bucket}/nothing`],
      ["rm", `${bucket}/nothing`],
      ["ls", `${bucket.replace("photos", "nowhere")}/x`],
    ]) {
      const { code, stdout, stderr } = await world.run(argv);
      expect([code, stdout]).toEqual([3, ""]);
      expect(stderr).toMatch(/^cosmoss: .+: .+; see .+\n$/);
    }
  });
});

it("ls goes through all pages", async () => {
  const objects = Object.fromEntries(
    Array.from({ length: 1005 }, (_, index) => [`k${String(index).padStart(4, "0")}`, 0]),
  );
  const { code } = await world.run(["mb", "oss://many"]);
  expect(code).toBe(0);
  const { OSSClient } = await import("@cosmoss/client-oss");
  const { PutObjectCommand } = await import("@cosmoss/commands-oss");
  const client = new OSSClient(world.emulator.oss);
  await Promise.all(Object.keys(objects).map((Key) => client.send(new PutObjectCommand({ Bucket: "many", Key }))));
  client.destroy();
  expect(await world.lines("ls", "oss://many")).toHaveLength(1005);
  expect(await world.lines("du", "oss://many")).toEqual(["       0 B   1,005 objects  oss://many"]);
  expect(await world.lines("rm", "-ry", "oss://many")).toHaveLength(1005);
  expect(await world.lines("ls", "oss://many")).toEqual([]);
});

it("ls without a place lists the buckets of both clouds, or of the one there are credentials for", async () => {
  expect(await world.lines("ls")).toEqual([
    "2024-05-06 12:00:00Z  oss-cn-hangzhou     oss://photos",
    "2024-05-06 12:00:00Z  ap-guangzhou        cos://photos-1250000000",
  ]);
  expect(await world.lines("ls", "cos://")).toHaveLength(1);
  const { COS_SECRET_ID: _, ...env } = world.env;
  const one = await world.run(["ls"], { env });
  expect([one.code, one.stdout]).toEqual([0, "2024-05-06 12:00:00Z  oss-cn-hangzhou     oss://photos\n"]);
  const none = await world.run(["ls"], { env: {} });
  expect(none.code).toBe(4);
  expect(none.stderr).toMatch(/^cosmoss: ls oss:\/\/: No credentials for OSS\..*OSS_ACCESS_KEY_ID.*\n$/);
});

it("names cannot give orders to a terminal", async () => {
  await store("oss://photos", { "a\u001b[31m\nb": 1 });
  const [line] = await world.lines("ls", "oss://photos");
  expect(line).toContain("oss://photos/a\\x1b[31m\\x0ab");
  const [record] = await world.lines("ls", "--json", "oss://photos");
  expect(JSON.parse(record!)).toMatchObject({ key: "a\u001b[31m\nb" });
});

it("a reader that goes away ends the program quietly", async () => {
  await store("oss://photos", { a: 1 });
  const stdout = new Recorder();
  stdout.on("error", () => {});
  stdout.failure = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
  const { code, stderr } = await world.run(["ls", "oss://photos"], { stdout });
  expect([code, stderr]).toEqual([141, ""]);
});
