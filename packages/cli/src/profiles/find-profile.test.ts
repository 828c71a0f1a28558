import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findProfile } from "./find-profile.ts";
import { COS, filesOf, HOME, ini, look, NOW, OSS, pair, refusal, SECRETS } from "./testing.ts";

const { secret, other, token } = SECRETS;

const ENV = {
  oss: { OSS_ACCESS_KEY_ID: "env", OSS_ACCESS_KEY_SECRET: other },
  cos: { COS_SECRET_ID: "env", COS_SECRET_KEY: other },
};

describe("the order of the look-up", () => {
  it.each([
    ["oss", OSS, ["own", "ossutil", "aliyun", "alibabacloud"]],
    ["cos", COS, ["own", "coscli", "tccli", "tencentcloud"]],
  ] as const)("of %s is environment, own file, the vendor's files", async (provider, all, order) => {
    const env = await look(provider, { files: all, env: ENV[provider] });
    expect(env.keys).toEqual({ accessKeyId: "env", accessKeySecret: other });
    expect(env.source).toMatch(/^environment variables (OSS_ACCESS_KEY_ID|COS_SECRET_ID), /);
    const left = new Map<string, string>(Object.entries(all));
    for (const id of order) {
      const found = await look(provider, { files: Object.fromEntries(left) });
      const [path] = left.keys();
      expect(found.keys).toEqual({ accessKeyId: id, accessKeySecret: secret });
      expect(found.source).toContain(join(HOME, path!));
      expect(found.warnings).toEqual([]);
      left.delete(path!);
    }
  });

  it("never takes the keys of the other service", async () => {
    expect(await refusal("oss", { files: COS, env: ENV.cos })).toContain("No credentials for OSS");
    expect(await refusal("cos", { files: OSS, env: ENV.oss })).toContain("No credentials for COS");
  });

  it("goes past places without keys, and stops at the first that should have some", async () => {
    const files = { ...OSS, ".cosmoss/config": ini("oss", { region: "cn-beijing" }) };
    expect(await look("oss", { files })).toMatchObject({ keys: { accessKeyId: "ossutil" }, region: "cn-beijing" });
    const broken = { ...OSS, ".cosmoss/config": ini("oss", { access_key_id: "half" }) };
    expect(await refusal("oss", { files: broken })).toBe(
      "/home/ada/.cosmoss/config, section [oss]: access_key_secret is missing or empty, while access_key_id is set; set both or neither",
    );
  });

  it("stops at broken variables", async () => {
    const message = await refusal("oss", { files: OSS, env: { ...ENV.oss, OSS_ACCESS_KEY_SECRET: `${secret}\n` } });
    expect(message).toContain("OSS_ACCESS_KEY_SECRET");
  });

  it("goes past half a pair of variables, and names the token's variable when it counts", async () => {
    const env = {
      OSS_ACCESS_KEY_ID: "half",
      ALIBABA_CLOUD_ACCESS_KEY_ID: "whole",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret,
      ALIBABA_CLOUD_SECURITY_TOKEN: token,
    };
    const found = await look("oss", { env });
    expect(found.keys).toEqual({ accessKeyId: "whole", accessKeySecret: secret, securityToken: token });
    expect(found.source).toBe(
      "environment variables ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET, ALIBABA_CLOUD_SECURITY_TOKEN",
    );
  });
});

describe("a profile by name", () => {
  const files = {
    ".cosmoss/config": ini("oss", pair("own")) + ini("oss.work", { ...pair("own-work"), region: "cn-beijing" }),
    ".ossutilconfig":
      ini("default", { "access-key-id": "ossutil", "access-key-secret": secret }) +
      ini("profile lab", { "access-key-id": "ossutil-lab", "access-key-secret": secret }),
    ".aliyun/config.json": JSON.stringify({ profiles: [{ name: "home", mode: "AK", ...pair("aliyun-home") }] }),
    ".alibabacloud/credentials": ini("shared", { type: "access_key", ...pair("alibabacloud-shared") }),
  };

  it.each([
    ["work", "own-work"],
    ["default", "own"],
    ["lab", "ossutil-lab"],
    ["home", "aliyun-home"],
    ["shared", "alibabacloud-shared"],
  ])("%s goes before the environment's keys", async (profile, id) => {
    expect((await look("oss", { files, profile, env: ENV.oss })).keys.accessKeyId).toBe(id);
  });

  it("takes region and endpoint from the environment only in the end", async () => {
    const env = { OSS_REGION: "cn-shanghai", OSS_ENDPOINT: "http://127.0.0.1:9000" };
    const work = await look("oss", { files, profile: "work", env });
    expect([work.region, work.endpoint]).toEqual(["cn-beijing", undefined]);
    const lab = await look("oss", { files, profile: "lab", env });
    expect([lab.region, lab.endpoint]).toEqual(["cn-shanghai", "http://127.0.0.1:9000"]);
  });

  it("of COS is that of tccli, which alone has them", async () => {
    const cos = {
      ...COS,
      ".tccli/work.credential": JSON.stringify({ secretId: "tccli-work", secretKey: secret }),
      ".tccli/work.configure": JSON.stringify({ _sys_param: { region: "ap-beijing" } }),
    };
    expect(await look("cos", { files: cos, profile: "work" })).toMatchObject({
      keys: { accessKeyId: "tccli-work" },
      region: "ap-beijing",
    });
  });

  it.each(["../../etc/passwd", "a/b", "a\\b", "..", ".hidden", "", "a]b", "a\nb", " a"])(
    "refuses the name %j",
    async (profile) => {
      expect(await refusal("cos", { files: COS, profile })).toContain("profile: ");
    },
  );

  it("is looked for in vain", async () => {
    const message = await refusal("oss", { files, profile: "nowhere", env: ENV.oss });
    expect(message).toContain('No credentials for OSS in the profile "nowhere"');
    expect(message).toContain("section [oss.nowhere]: no such section");
    expect(message).toContain('.ossutilconfig: has no profile "nowhere"');
    expect(message).toContain('"cosmoss config set oss.nowhere.access_key_id"');
    expect(message).not.toContain("in the environment");
  });
});

describe("nothing anywhere", () => {
  it.each([
    ["oss", [".cosmoss/config", ".ossutilconfig", ".aliyun/config.json", ".alibabacloud/credentials"]],
    ["cos", [".cosmoss/config", ".cos.yaml", ".tccli/default.credential", ".tencentcloud/credentials"]],
  ] as const)("lists every place of %s and says what to do", async (provider, paths) => {
    const message = await refusal(provider, {});
    for (const [index, path] of paths.entries()) {
      expect(message).toContain(`(${index + 2}) ${join(HOME, path)}: no such file`);
    }
    expect(message).toMatch(/\(1\) environment: .*set (OSS_ACCESS_KEY_ID|COS_SECRET_ID)/);
    expect(message).toContain(`run "cosmoss config set ${provider}.access_key_id"`);
    expect(message).not.toContain("\n");
  });

  it("says which half of a pair is set", async () => {
    expect(await refusal("oss", { env: { OSS_ACCESS_KEY_SECRET: secret } })).toContain(
      "OSS_ACCESS_KEY_SECRET (is set)",
    );
  });
});

describe("region and endpoint", () => {
  it.each([
    [{ OSS_REGION: "cn-hangzhou" }, { region: "cn-hangzhou" }],
    [{ OSS_ENDPOINT: "https://oss-cn-hangzhou.aliyuncs.com/" }, { region: "cn-hangzhou" }],
    [
      { OSS_ENDPOINT: "oss-cn-hangzhou-internal.aliyuncs.com" },
      { region: "cn-hangzhou", endpoint: "oss-cn-hangzhou-internal.aliyuncs.com" },
    ],
    [
      { OSS_ENDPOINT: "http://127.0.0.1:9000", ALIBABA_CLOUD_REGION_ID: "cn-beijing" },
      { region: "cn-beijing", endpoint: "http://127.0.0.1:9000" },
    ],
    [{ OSS_REGION: "cn-hangzhou", ALIBABA_CLOUD_REGION_ID: "cn-beijing" }, { region: "cn-hangzhou" }],
    [{ ALIBABA_CLOUD_REGION_ID: "cn-beijing" }, { region: "cn-beijing" }],
    [
      { OSS_ENDPOINT: "http://oss-cn-beijing.aliyuncs.com" },
      { region: "cn-beijing", endpoint: "http://oss-cn-beijing.aliyuncs.com" },
    ],
  ])("of OSS are read from %j", async (env, expected) => {
    const { region, endpoint } = await look("oss", { env: { ...ENV.oss, ...env } });
    expect({ region, endpoint }).toEqual(expected);
  });

  it.each([
    [{ COS_REGION: "ap-guangzhou", TENCENTCLOUD_REGION: "ap-beijing" }, { region: "ap-guangzhou" }],
    [{ TENCENTCLOUD_REGION: "ap-beijing" }, { region: "ap-beijing" }],
    [{ COS_ENDPOINT: "cos.ap-beijing.myqcloud.com" }, { region: "ap-beijing" }],
    [
      { COS_ENDPOINT: "cos-internal.ap-beijing.tencentcos.cn" },
      { region: "ap-beijing", endpoint: "cos-internal.ap-beijing.tencentcos.cn" },
    ],
    [{ COS_ENDPOINT: "cos.accelerate.myqcloud.com" }, { endpoint: "cos.accelerate.myqcloud.com" }],
  ])("of COS are read from %j", async (env, expected) => {
    const { region, endpoint } = await look("cos", { env: { ...ENV.cos, ...env } });
    expect({ region, endpoint }).toEqual(expected);
  });

  it("are taken together from the first place that names one, never mixed", async () => {
    const files = {
      ".cosmoss/config": ini("oss", { ...pair("own"), region: "cn-a", endpoint: "http://127.0.0.1:9000" }),
    };
    const fromFile = await look("oss", { files, env: ENV.oss });
    expect([fromFile.keys.accessKeyId, fromFile.region, fromFile.endpoint]).toEqual([
      "env",
      "cn-a",
      "http://127.0.0.1:9000",
    ]);
    const fromEnv = await look("oss", { files, env: { OSS_REGION: "cn-b" } });
    expect([fromEnv.keys.accessKeyId, fromEnv.region, fromEnv.endpoint]).toEqual(["own", "cn-b", undefined]);
  });

  it("come from the own file for the environment's keys, whatever keys it has itself", async () => {
    const expired = { ...pair("old"), expiration: "2020-01-01T00:00:00Z", region: "cn-a" };
    const files = { ".cosmoss/config": ini("oss", expired) };
    expect(await look("oss", { files, env: ENV.oss })).toMatchObject({ keys: { accessKeyId: "env" }, region: "cn-a" });
    expect(await refusal("oss", { files })).toContain("expired");
  });

  it("of single buckets stand, unless an endpoint was named before", async () => {
    const list = ["name: photos-1250000000\n    region: ap-shanghai", "name: fast-1\n    endpoint: cos.example.com"];
    const files = { ".cos.yaml": `${COS[".cos.yaml"]}  buckets:\n${list.map((one) => `  - ${one}\n`).join("")}` };
    const photos = { region: "ap-shanghai" };
    const fast = { endpoint: "cos.example.com" };
    const alone = await look("cos", { files });
    expect(Object.fromEntries(alone.buckets!)).toEqual({ "photos-1250000000": photos, "fast-1": fast });
    const region = await look("cos", { files, env: { COS_REGION: "ap-beijing" } });
    expect(region.region).toBe("ap-beijing");
    expect(Object.fromEntries(region.buckets!)).toEqual({
      "photos-1250000000": photos,
      "fast-1": { ...fast, region: "ap-beijing" },
    });
    const endpoint = await look("cos", { files, env: { COS_ENDPOINT: "http://127.0.0.1:9000" } });
    expect([endpoint.endpoint, endpoint.buckets]).toEqual(["http://127.0.0.1:9000", undefined]);
  });
});

describe("temporary keys", () => {
  const config = (more: object) => ({
    ".cosmoss/config": ini("oss", { ...pair("STS.own"), security_token: token, ...more }),
  });

  it.each(["2024-05-06T07:08:10Z", "2024-05-06T15:08:10+08:00", "1714979290"])("last until %s", async (expiration) => {
    const { keys } = await look("oss", { files: config({ expiration }) });
    expect(keys).toEqual({
      accessKeyId: "STS.own",
      accessKeySecret: secret,
      securityToken: token,
      expiration: new Date(NOW + 1_000),
    });
  });

  it("are refused once they have expired", async () => {
    const message = await refusal("oss", { files: config({ expiration: "2024-05-06T07:08:09Z" }) });
    expect(message).toContain(".cosmoss/config, section [oss]: the temporary keys expired at 2024-05-06T07:08:09.000Z");
  });

  it.each(["soon", "2024-05-06", "2024-05-06T07:08:09", "2024-99-99T07:08:09Z", "12"])(
    "with the expiration %s are refused",
    async (expiration) => {
      expect(await refusal("oss", { files: config({ expiration }) })).toContain("key expiration: is no date");
    },
  );

  it("are read again when asked again, so that a tool may renew them", async () => {
    let now = NOW;
    const files: Record<string, string> = config({ expiration: "2024-05-06T07:08:10Z" });
    const readFile = async (path: string) => filesOf(files)(path);
    const { credentials } = await findProfile("oss", { home: HOME, env: {}, clock: { now: () => now }, readFile });
    const provider = credentials as Exclude<typeof credentials, { accessKeyId: string }>;
    expect(await provider()).toMatchObject({ accessKeyId: "STS.own" });
    now += 1_000;
    await expect(provider()).rejects.toThrow("expired");
    files[".cosmoss/config"] = ini("oss", { ...pair("STS.new"), security_token: token });
    expect(await provider()).toMatchObject({ accessKeyId: "STS.new" });
    files[".cosmoss/config"] = "";
    await expect(provider()).rejects.toThrow("the keys are gone from there");
  });
});
