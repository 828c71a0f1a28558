import { join } from "node:path";
import { expect, it } from "vitest";
import { useWorld } from "../testing/world.ts";

const world = useWorld();
const SECRET = "s3cr3t-never-to-be-seen";

it("sets, gets, lists and unsets", async () => {
  expect(await world.lines("config", "list")).toEqual([]);
  expect(await world.lines("config", "set", "oss.region", "cn-beijing")).toEqual([]);
  expect(await world.lines("config", "set", "cos.work.access_key_id", "AKID")).toEqual([]);
  expect(await world.lines("config", "get", "oss.region")).toEqual(["cn-beijing"]);
  expect(await world.lines("config", "list")).toEqual(["oss.region = cn-beijing", "cos.work.access_key_id = AKID"]);
  expect(await world.lines("config", "list", "--json")).toContain('{"name":"oss.region","value":"cn-beijing"}');
  expect(await world.lines("config", "unset", "oss.region")).toEqual([]);
  expect((await world.run(["config", "get", "oss.region"])).code).toBe(3);
  expect((await world.run(["config", "unset", "oss.region"])).code).toBe(3);
  expect((await world.run(["config", "set", "oss.colour", "red"])).code).toBe(2);
});

it("path is where it is, or where COSMOSS_CONFIG says", async () => {
  expect(await world.lines("config", "path")).toEqual([join(world.home, ".cosmoss", "config")]);
  const env = { COSMOSS_CONFIG: join(world.directory, "other") };
  expect((await world.run(["config", "path"], { env })).stdout).toBe(`${env.COSMOSS_CONFIG}\n`);
});

it("secrets come from standard input, and are never printed", async () => {
  const onCommandLine = await world.run(["config", "set", "oss.access_key_secret", SECRET]);
  expect(onCommandLine.code).toBe(2);
  const piped = await world.run(["config", "set", "oss.access_key_secret"], { stdin: `${SECRET}\n` });
  const got = await world.run(["config", "get", "oss.access_key_secret"]);
  const listed = await world.run(["config", "list", "--json", "-v"]);
  expect([piped.code, got.code, listed.code]).toEqual([0, 0, 0]);
  expect(got.stdout).toBe("********\n");
  for (const { stdout, stderr } of [onCommandLine, piped, got, listed]) expect(stdout + stderr).not.toContain(SECRET);
  // It is there all the same.
  expect(await world.read("home/.cosmoss/config")).toContain(SECRET);
});

it("what is typed on a terminal is not shown", async () => {
  const modes: boolean[] = [];
  async function* keys() {
    for (const key of ["s", "3", "x", "\u007f", "cret", "\r"]) yield Buffer.from(key);
  }
  const stdin = Object.assign(keys(), { isTTY: true, setRawMode: (raw: boolean) => void modes.push(raw) });
  const { code, stderr } = await world.run(["config", "set", "oss.access_key_secret"], { stdin, terminal: true });
  expect([code, stderr]).toEqual([0, "oss.access_key_secret: \n"]);
  expect(modes).toEqual([true, false]);
  expect(await world.read("home/.cosmoss/config")).toContain("= s3cret\n");
});

it("Ctrl-C ends the question", async () => {
  const modes: boolean[] = [];
  async function* keys() {
    yield Buffer.from("\u0003");
  }
  const stdin = Object.assign(keys(), { isTTY: true, setRawMode: (raw: boolean) => void modes.push(raw) });
  expect((await world.run(["config", "set", "oss.access_key_secret"], { stdin, terminal: true })).code).toBe(130);
  expect(modes).toEqual([true, false]);
});

it("its region, endpoint and keys are used", async () => {
  const { accessKeyId, accessKeySecret } = world.emulator.credentials;
  const env = {};
  await world.run(["config", "set", "oss.access_key_id", accessKeyId], { env });
  await world.run(["config", "set", "oss.access_key_secret"], { env, stdin: accessKeySecret });
  const noRegion = await world.run(["ls", "oss://photos"], { env });
  expect(noRegion.code).toBe(2);
  expect(noRegion.stderr).toMatch(
    /no region is known for OSS; add --region cn-hangzhou, or set it for good with cosmoss config set/,
  );
  await world.run(["config", "set", "oss.endpoint", world.emulator.url], { env });
  expect((await world.run(["ls", "oss://photos"], { env })).code).toBe(0);
  await world.run(["config", "set", "oss.bad.access_key_id", accessKeyId], { env });
  await world.run(["config", "set", "oss.bad.access_key_secret"], { env, stdin: "wrong" });
  const wrong = await world.run(["ls", "oss://photos", "--profile", "bad", "--endpoint", world.emulator.url], { env });
  expect(wrong.code).toBe(4);
  expect(wrong.stderr).toMatch(/\(SignatureDoesNotMatch\); check the access key secret and --region\n$/);
});
