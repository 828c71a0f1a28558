import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AccessOptions, findAccess, valueFor } from "./access.ts";
import { CredentialsProblem, UsageError } from "./problems.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "cosmoss-access-"));
});
afterEach(() => rm(home, { recursive: true }));

const KEYS = {
  OSS_ACCESS_KEY_ID: "id",
  OSS_ACCESS_KEY_SECRET: "secret",
  COS_SECRET_ID: "id",
  COS_SECRET_KEY: "secret",
};

function access(provider: "oss" | "cos", options: AccessOptions, env: Record<string, string> = {}, bucket?: string) {
  return findAccess(provider, bucket, options, { env: { ...KEYS, ...env }, home, clock: new FakeClock() });
}

describe("valueFor", () => {
  it.each([
    [undefined, undefined, undefined],
    [["a"], "a", "a"],
    [["a", "b"], "b", "b"],
    [["a", "oss=b"], "b", "a"],
    [["oss=b", "a"], "b", "a"],
    [["cos=c"], undefined, "c"],
    [["oss=a", "oss=b"], "b", undefined],
    [["http://x?oss=1"], "http://x?oss=1", "http://x?oss=1"],
  ])("%j is %j for oss and %j for cos", (values, oss, cos) => {
    expect([valueFor("oss", values), valueFor("cos", values)]).toEqual([oss, cos]);
  });
});

describe("findAccess", () => {
  it("takes keys, region and endpoint from the environment", async () => {
    expect(await access("oss", {}, { OSS_REGION: "cn-beijing" })).toMatchObject({
      credentials: { accessKeyId: "id", accessKeySecret: "secret" },
      region: "cn-beijing",
    });
    expect(await access("cos", {}, { COS_REGION: "ap-beijing", COS_ENDPOINT: "https://x.example" })).toMatchObject({
      region: "ap-beijing",
      endpoint: "https://x.example",
    });
  });

  it("options go before the environment", async () => {
    const found = await access(
      "oss",
      { region: ["cn-shanghai"], endpoint: ["http://y.example"] },
      { OSS_REGION: "cn-beijing" },
    );
    expect(found).toMatchObject({ region: "cn-shanghai", endpoint: "http://y.example" });
  });

  it.each([
    ["oss", "oss-cn-shenzhen.aliyuncs.com", "cn-shenzhen"],
    ["oss", "https://oss-cn-shenzhen-internal.aliyuncs.com", "cn-shenzhen"],
    ["cos", "cos.ap-shanghai.myqcloud.com", "ap-shanghai"],
    ["oss", "http://127.0.0.1:9000", "cn-hangzhou"],
    ["cos", "localhost:9000", "ap-guangzhou"],
    ["cos", "http://[::1]:9000/", "ap-guangzhou"],
  ] as const)("for %s, %s is in %s", async (provider, endpoint, region) => {
    expect((await access(provider, { endpoint: [endpoint] })).region).toBe(region);
  });

  it("asks for a region that nobody names", async () => {
    await expect(access("oss", {})).rejects.toThrow(UsageError);
    await expect(access("cos", { endpoint: ["https://static.example.com"] })).rejects.toThrow(
      /no region is known for COS/,
    );
  });

  it("says that there are no credentials, or does without", async () => {
    const none = { env: {}, home, clock: new FakeClock() };
    await expect(findAccess("oss", undefined, {}, none)).rejects.toThrow(CredentialsProblem);
    expect(await findAccess("oss", undefined, { anonymous: true, region: ["cn-beijing"] }, none)).toMatchObject({
      credentials: "anonymous",
      region: "cn-beijing",
    });
  });

  it("takes a profile of the configuration file", async () => {
    await mkdir(join(home, ".cosmoss"));
    await writeFile(
      join(home, ".cosmoss", "config"),
      "[oss.work]\naccess_key_id = work-id\naccess_key_secret = work-secret\nregion = cn-qingdao\n",
      { mode: 0o600 },
    );
    expect(await access("oss", { profile: ["oss=work"] })).toMatchObject({
      credentials: { accessKeyId: "work-id", accessKeySecret: "work-secret" },
      region: "cn-qingdao",
    });
    await expect(access("oss", { profile: ["home"] })).rejects.toThrow(/profile "home"/);
  });

  it("a bucket may have an endpoint of its own, unless an option names one", async () => {
    await writeFile(
      join(home, ".cos.yaml"),
      [
        "cos:",
        "  base:",
        "    secretid: id2",
        "    secretkey: key2",
        "    protocol: https",
        "  buckets:",
        "  - name: photos-1250000000",
        "    alias: photos",
        "    region: ap-nanjing",
        "    endpoint: ''",
        "",
      ].join("\n"),
      { mode: 0o600 },
    );
    const world = { env: {}, home, clock: new FakeClock() };
    const of = (bucket: string | undefined, options: AccessOptions) => findAccess("cos", bucket, options, world);
    expect((await of("photos-1250000000", {})).region).toBe("ap-nanjing");
    await expect(of("other-1250000000", {})).rejects.toThrow(/no region/);
    expect((await of("photos-1250000000", { region: ["ap-tokyo"] })).region).toBe("ap-tokyo");
  });
});
