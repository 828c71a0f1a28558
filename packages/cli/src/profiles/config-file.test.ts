import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, afterEach, describe, expect, it } from "vitest";
import { configPath, getConfig, listConfig, setConfig, unsetConfig } from "./config-file.ts";
import { findProfile } from "./find-profile.ts";
import { expectNoSecret, messageOf, SECRETS } from "./testing.ts";

const { secret, other, token } = SECRETS;

let home: string;
let options: { home: string; env: Record<string, string> };
let path: string;
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cosmoss-config-")));
  options = { home, env: {} };
  path = join(home, ".cosmoss", "config");
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function write(text: string): Promise<void> {
  await mkdir(join(home, ".cosmoss"), { recursive: true });
  await writeFile(path, text, { mode: 0o644 });
}

describe("the file of this program", () => {
  it("is made by the first setting, for its owner only", async () => {
    await setConfig("oss.access_key_id", "LTAI", options);
    await setConfig("oss.access_key_secret", secret, options);
    await setConfig("oss.region", "cn-hangzhou", options);
    await setConfig("cos.my.work.region", "ap-guangzhou", options);
    expect(await readFile(path, "utf8")).toBe(
      `[oss]\naccess_key_id = LTAI\naccess_key_secret = ${secret}\nregion = cn-hangzhou\n\n[cos.my.work]\nregion = ap-guangzhou\n`,
    );
    expect(await readdir(join(home, ".cosmoss"))).toEqual(["config"]);
    const { credentials, region, source, warnings } = await findProfile("oss", { ...options, clock: { now: () => 0 } });
    expect({ credentials, region, source, warnings }).toEqual({
      credentials: { accessKeyId: "LTAI", accessKeySecret: secret },
      region: "cn-hangzhou",
      source: `${path}, section [oss]`,
      warnings: [],
    });
  });

  it.runIf(process.platform !== "win32")("is closed to others by a change", async () => {
    await write("[oss]\n");
    await setConfig("oss.access_key_secret", secret, options);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await rm(join(home, ".cosmoss"), { recursive: true });
    await setConfig("oss.region", "cn-hangzhou", options);
    expect((await stat(join(home, ".cosmoss"))).mode & 0o777).toBe(0o700);
  });

  it("keeps comments, other keys and sections, and its line ends", async () => {
    await write("# mine\r\n[oss]\r\nRegion=cn-a\r\n; why\r\ncolour = red\r\n\r\n[other]\r\nx = 1\r\n");
    await setConfig("oss.region", "cn-b", options);
    await setConfig("oss.endpoint", "https://oss.example.com", options);
    expect(await readFile(path, "utf8")).toBe(
      "# mine\r\n[oss]\r\nregion = cn-b\r\n; why\r\ncolour = red\r\nendpoint = https://oss.example.com\r\n\r\n[other]\r\nx = 1\r\n",
    );
  });

  it("is read setting by setting, and listed with its secrets masked", async () => {
    await write(
      `[oss]\naccess_key_id = LTAI\naccess_key_secret = ${secret}\nsecurity_token = ${token}\ncolour = red\n[cos.work]\nregion = ap-beijing\n[else]\nregion = x\n[cosy]\nregion = y\n`,
    );
    expect(await getConfig("oss.access_key_secret", options)).toBe(secret);
    expect(await getConfig("cos.work.region", options)).toBe("ap-beijing");
    expect(await getConfig("oss.region", options)).toBeUndefined();
    const list = await listConfig(options);
    expectNoSecret(JSON.stringify(list));
    expect(list).toEqual([
      { name: "oss.access_key_id", value: "LTAI" },
      { name: "oss.access_key_secret", value: "********" },
      { name: "oss.security_token", value: "********" },
      { name: "cos.work.region", value: "ap-beijing" },
    ]);
  });

  it("may be absent", async () => {
    expect(await listConfig(options)).toEqual([]);
    expect(await getConfig("oss.region", options)).toBeUndefined();
    expect(await unsetConfig("oss.region", options)).toBe(false);
    expect(await readdir(home)).toEqual([]);
  });

  it("loses a setting, and says whether it was there", async () => {
    await write("[oss]\nregion = cn-a\nendpoint = x\n[cos]\nregion = ap-a\n");
    expect(await unsetConfig("oss.region", options)).toBe(true);
    expect(await unsetConfig("oss.region", options)).toBe(false);
    expect(await readFile(path, "utf8")).toBe("[oss]\nendpoint = x\n[cos]\nregion = ap-a\n");
  });

  it("is where COSMOSS_CONFIG says", async () => {
    options.env["COSMOSS_CONFIG"] = join(home, "deep", "er", "settings");
    expect(configPath(options)).toBe(options.env["COSMOSS_CONFIG"]);
    await setConfig("oss.default.region", "cn-a", options);
    expect(await readFile(options.env["COSMOSS_CONFIG"], "utf8")).toBe("[oss]\nregion = cn-a\n");
    options.env["COSMOSS_CONFIG"] = "~/tilde";
    expect(configPath(options)).toBe(join(home, "tilde"));
  });

  it.runIf(process.platform !== "win32")("may be a link, and stays one", async () => {
    await mkdir(join(home, ".cosmoss"));
    await mkdir(join(home, "dotfiles"));
    await writeFile(join(home, "dotfiles", "cosmoss"), "[oss]\nregion = cn-a\n");
    await symlink(join(home, "dotfiles", "cosmoss"), path);
    await setConfig("oss.region", "cn-b", options);
    expect(await readFile(join(home, "dotfiles", "cosmoss"), "utf8")).toBe("[oss]\nregion = cn-b\n");
    expect(await realpath(path)).toBe(join(home, "dotfiles", "cosmoss"));
    expect(await readdir(join(home, "dotfiles"))).toEqual(["cosmoss"]);
  });

  it.each([
    "region",
    "oss",
    "s3.region",
    "oss.secret",
    "oss.",
    ".region",
    "oss.__proto__",
    "oss.constructor",
    "oss.a/b.region",
    "oss.a]b.region",
    "oss..region",
    "",
  ])("has no setting %j", async (name) => {
    for (const call of [
      () => setConfig(name, secret, options),
      () => getConfig(name, options),
      () => unsetConfig(name, options),
    ]) {
      expect(await messageOf(call())).toMatch(/^config: /);
    }
    expect(await readdir(home)).toEqual([]);
  });

  it.each([
    "",
    " ",
    `${secret} `,
    `${secret}\nregion = x`,
    `"${secret}"`,
    `'${secret}`,
    `${secret}\u0000`,
    `é${secret}`,
  ])("takes no value that would not come back (%#)", async (value) => {
    expect(await messageOf(setConfig("oss.access_key_secret", value, options))).toContain(
      "config set oss.access_key_secret",
    );
    expect(await readdir(home)).toEqual([]);
  });

  it("takes no expiration that is no date", async () => {
    expect(await messageOf(setConfig("oss.expiration", "soon", options))).toContain("key expiration: is no date");
    await setConfig("oss.expiration", "2030-01-01T00:00:00Z", options);
    expect(await getConfig("oss.expiration", options)).toBe("2030-01-01T00:00:00Z");
  });

  it.each([
    [`[oss]\n${secret}\n`, "line 2: is neither"],
    [`[oss\naccess_key_secret = ${secret}\n`, "line 1: is neither"],
    [`access_key_secret = ${secret}\n[oss]\n`, "line 1: stands before any section"],
  ])("is refused when malformed, and left as it is (%#)", async (text, reason) => {
    await write(text);
    for (const call of [
      () => findProfile("oss", { ...options, clock: { now: () => 0 } }),
      () => setConfig("oss.region", "cn-a", options),
      () => listConfig(options),
    ]) {
      expect(await messageOf(call())).toContain(`${path}, ${reason}`);
    }
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it.each(["region", "endpoint"])("is refused with white space in %s", async (key) => {
    await write(`[oss]\naccess_key_id = LTAI\naccess_key_secret = ${secret}\n${key} = x # ${other}\n`);
    expect(await messageOf(findProfile("oss", { ...options, clock: { now: () => 0 } }))).toContain(
      `${path}, section [oss], key ${key}: holds white space`,
    );
  });

  it("that cannot be written is named, and nothing is left behind", async () => {
    await writeFile(join(home, "file"), "");
    options.env["COSMOSS_CONFIG"] = join(home, "file", "config");
    const message = await messageOf(setConfig("oss.access_key_secret", secret, options));
    expect(message).toContain(`${options.env["COSMOSS_CONFIG"]}: cannot be written (`);
    await mkdir(join(home, ".cosmoss", "config"), { recursive: true });
    expect(await messageOf(setConfig("oss.region", "cn-a", { home, env: {} }))).toContain("cannot be read (EISDIR)");
    expect(await readdir(join(home, ".cosmoss"))).toEqual(["config"]);
  });

  it("leaves no temporary file behind when it cannot be put in place", async () => {
    await mkdir(path, { recursive: true });
    await writeFile(join(path, "in-the-way"), "");
    const blind = { ...options, readFile: async () => undefined };
    expect(await messageOf(setConfig("oss.access_key_secret", secret, blind))).toContain("cannot be written (");
    expect(await readdir(join(home, ".cosmoss"))).toEqual(["config"]);
  });
});
