import { ConfigError } from "@cosmoss/errors";
import { credentialsContract } from "@cosmoss/testkit/credentials-contract";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fromEnv } from "./env.node.ts";

const oss = { OSS_ACCESS_KEY_ID: "id-oss", OSS_ACCESS_KEY_SECRET: "hush-oss" };
const alibaba = { ALIBABA_CLOUD_ACCESS_KEY_ID: "id-ali", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "hush-ali" };
const cos = { COS_SECRET_ID: "id-cos", COS_SECRET_KEY: "hush-cos" };
const tencent = { TENCENTCLOUD_SECRET_ID: "id-ten", TENCENTCLOUD_SECRET_KEY: "hush-ten" };

afterEach(() => {
  vi.unstubAllEnvs();
});

credentialsContract("fromEnv", () => {
  const env: Record<string, string> = { ...oss, OSS_SESSION_TOKEN: "hush-token" };
  return {
    provider: fromEnv({ provider: "oss", env }),
    expected: { accessKeyId: "id-oss", accessKeySecret: "hush-oss", securityToken: "hush-token" },
    fail: () => (env["OSS_ACCESS_KEY_SECRET"] = "hush-oss\n"),
    repair: () => (env["OSS_ACCESS_KEY_SECRET"] = "hush-oss"),
  };
});

describe("fromEnv", () => {
  const ossKeys = { accessKeyId: "id-oss", accessKeySecret: "hush-oss" };
  const aliKeys = { accessKeyId: "id-ali", accessKeySecret: "hush-ali" };
  const cosKeys = { accessKeyId: "id-cos", accessKeySecret: "hush-cos" };
  const tenKeys = { accessKeyId: "id-ten", accessKeySecret: "hush-ten" };

  it.each([
    ["oss", oss, ossKeys],
    ["oss", { ...oss, OSS_SESSION_TOKEN: "t" }, { ...ossKeys, securityToken: "t" }],
    ["oss", { ...oss, OSS_SESSION_TOKEN: "" }, ossKeys],
    ["oss", { ...alibaba, ...oss }, ossKeys],
    ["oss", alibaba, aliKeys],
    ["oss", { ...alibaba, ALIBABA_CLOUD_SECURITY_TOKEN: "t" }, { ...aliKeys, securityToken: "t" }],
    ["oss", { ...alibaba, OSS_ACCESS_KEY_ID: "half", OSS_SESSION_TOKEN: "t" }, aliKeys],
    ["oss", { ...alibaba, ...oss, OSS_ACCESS_KEY_SECRET: "" }, aliKeys],
    ["cos", cos, cosKeys],
    ["cos", { ...cos, COS_SESSION_TOKEN: "t" }, { ...cosKeys, securityToken: "t" }],
    ["cos", { COS_SECRETID: "id-cos", COS_SECRETKEY: "hush-cos", ...tencent }, cosKeys],
    ["cos", { ...tencent, ...cos }, cosKeys],
    ["cos", tencent, tenKeys],
    ["cos", { ...tencent, TENCENTCLOUD_SESSION_TOKEN: "t" }, { ...tenKeys, securityToken: "t" }],
    ["cos", { ...tencent, TENCENTCLOUD_TOKEN: "t" }, { ...tenKeys, securityToken: "t" }],
    ["cos", { ...tencent, TENCENTCLOUD_SECURITY_TOKEN: "t" }, { ...tenKeys, securityToken: "t" }],
    [
      "cos",
      { ...tencent, TENCENTCLOUD_SECURITY_TOKEN: "c", TENCENTCLOUD_TOKEN: "b", TENCENTCLOUD_SESSION_TOKEN: "a" },
      { ...tenKeys, securityToken: "a" },
    ],
    ["cos", { ...tencent, COS_SESSION_TOKEN: "of another family" }, tenKeys],
  ] as const)("%s %#", (provider, env, expected) => {
    expect(fromEnv({ provider, env })()).toEqual(expected);
  });

  it("reads process.env, at every call", () => {
    for (const name of Object.keys({ ...oss, ...alibaba })) vi.stubEnv(name, "");
    const provider = fromEnv({ provider: "oss" });
    expect(provider).toThrow(ConfigError);
    for (const [name, value] of Object.entries(oss)) vi.stubEnv(name, value);
    vi.stubEnv("OSS_SESSION_TOKEN", "");
    expect(provider()).toEqual(ossKeys);
  });

  it("names the variables that it looked for, and those that are there already", () => {
    const provider = fromEnv({ provider: "oss", env: { OSS_ACCESS_KEY_ID: "half", ...tencent } });
    expect(provider).toThrow(
      "OSS_ACCESS_KEY_ID (is set) and OSS_ACCESS_KEY_SECRET, or ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    );
    expect(provider).not.toThrow("half");
    expect(fromEnv({ provider: "cos", env: oss })).toThrow(/COS_SECRET_ID.*TENCENTCLOUD_SECRET_KEY/);
  });

  it("names the family whose value is wrong, and shows no value", () => {
    const provider = fromEnv({ provider: "oss", env: { ...oss, OSS_ACCESS_KEY_SECRET: "hush-oss\n" } });
    expect(provider).toThrow(/OSS_ACCESS_KEY_SECRET.*accessKeySecret/);
    expect(provider).not.toThrow("hush");
  });

  it("refuses another provider", () => {
    expect(() => fromEnv({ provider: "s3" as "oss" })).toThrow(ConfigError);
  });
});
