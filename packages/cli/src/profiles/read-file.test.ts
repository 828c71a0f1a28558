import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { findProfile } from "./find-profile.ts";
import { COS, HOME, look, messageOf, NOW, OSS, refusal } from "./testing.ts";

const clock = { now: () => NOW };

describe("files of keys", () => {
  async function homeDirectory(): Promise<string> {
    const home = await mkdtemp(join(tmpdir(), "cosmoss-profiles-"));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    return home;
  }

  it.runIf(process.platform !== "win32")("that others can read give a warning, and no error", async () => {
    const home = await homeDirectory();
    const path = join(home, ".ossutilconfig");
    const find = () => findProfile("oss", { home, env: {}, clock });
    await writeFile(path, OSS[".ossutilconfig"]!, { mode: 0o600 });
    expect((await find()).warnings).toEqual([]);
    await rm(path);
    await writeFile(path, OSS[".ossutilconfig"]!, { mode: 0o644 });
    expect((await find()).warnings).toEqual([
      `${path} holds secrets and is open to other users (mode 0644); run: chmod 600 ${path}`,
    ]);
  });

  it.each(Object.keys(OSS))("%s that is open to others is warned of", async (path) => {
    const file = { text: OSS[path]!, mode: 0o640 };
    const { warnings } = await look("oss", { files: { [path]: file } });
    expect(warnings).toEqual([expect.stringContaining("chmod 600 " + join(HOME, path))]);
    expect((await look("oss", { files: { [path]: { text: file.text } } })).warnings).toEqual([]);
  });

  it.each(Object.keys(COS))("%s that is open to others is warned of", async (path) => {
    const { warnings } = await look("cos", { files: { [path]: { text: COS[path]!, mode: 0o604 } } });
    expect(warnings).toEqual([expect.stringContaining("chmod 600 " + join(HOME, path))]);
  });

  it("that are too long, no text or no file are refused by name", async () => {
    const home = await homeDirectory();
    const path = join(home, ".cos.yaml");
    const failure = () => messageOf(findProfile("cos", { home, env: {}, clock }));
    const text = COS[".cos.yaml"]!;
    const longest = text + "#".repeat(1_048_576 - text.length);
    await writeFile(path, longest);
    expect((await findProfile("cos", { home, env: {}, clock })).credentials).toMatchObject({ accessKeyId: "coscli" });
    await writeFile(path, longest + "#");
    expect(await failure()).toBe(`${path}: is longer than 1 MiB; this is no file of settings`);
    await writeFile(path, Buffer.concat([Buffer.from(text), Buffer.of(0xff)]));
    expect(await failure()).toContain(`${path}: is not UTF-8 text`);
    await rm(path);
    await mkdir(path);
    expect(await failure()).toContain(`${path}: cannot be read (EISDIR)`);
  });

  it("may begin with a byte order mark", async () => {
    const home = await homeDirectory();
    await writeFile(join(home, ".cos.yaml"), "\ufeff" + COS[".cos.yaml"]!);
    expect((await findProfile("cos", { home, env: {}, clock })).credentials).toMatchObject({ accessKeyId: "coscli" });
  });

  it.each([
    ["oss", "COSMOSS_CONFIG", OSS[".cosmoss/config"]!, "own"],
    ["oss", "OSSUTIL_CONFIG_FILE", OSS[".ossutilconfig"]!, "ossutil"],
    ["oss", "ALIBABA_CLOUD_CONFIG_FILE", OSS[".aliyun/config.json"]!, "aliyun"],
    ["oss", "ALIBABA_CLOUD_CREDENTIALS_FILE", OSS[".alibabacloud/credentials"]!, "alibabacloud"],
    ["cos", "TENCENTCLOUD_CREDENTIALS_FILE", COS[".tencentcloud/credentials"]!, "tencentcloud"],
  ] as const)("of %s are where %s says, and must be there then", async (provider, variable, text, id) => {
    const elsewhere = { "/etc/keys": text };
    expect(await look(provider, { files: elsewhere, env: { [variable]: "/etc/keys" } })).toMatchObject({
      keys: { accessKeyId: id },
      source: expect.stringContaining("/etc/keys") as string,
    });
    expect((await look(provider, { files: { keys: text }, env: { [variable]: "~/keys" } })).keys.accessKeyId).toBe(id);
    expect(await refusal(provider, { files: elsewhere, env: { [variable]: "/etc/none" } })).toBe(
      `/etc/none: no such file, though ${variable} names it; correct or unset it`,
    );
  });
});
