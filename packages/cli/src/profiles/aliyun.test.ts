import { describe, expect, it } from "vitest";
import { look, refusal, SECRETS } from "./testing.ts";

const { secret, token } = SECRETS;

describe("~/.aliyun/config.json", () => {
  const path = "/home/ada/.aliyun/config.json";
  const pair = { access_key_id: "LTAI", access_key_secret: secret };
  const config = (...profiles: object[]) => ({
    files: { ".aliyun/config.json": JSON.stringify({ current: "default", profiles, meta_path: "" }) },
  });

  it("gives keys and region of the current profile", async () => {
    const found = await look(
      "oss",
      config({ name: "other", mode: "AK" }, { name: "default", mode: "AK", region_id: "cn-hangzhou", ...pair }),
    );
    expect(found.keys).toEqual({ accessKeyId: "LTAI", accessKeySecret: secret });
    expect([found.region, found.source]).toEqual(["cn-hangzhou", `${path}, profile "default"`]);
  });

  it("takes the profile that a variable names", async () => {
    const options = config({ name: "default", mode: "AK", ...pair }, { name: "b", ...pair, access_key_id: "B" });
    for (const name of ["ALIBABACLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE", "ALICLOUD_PROFILE"]) {
      expect((await look("oss", { ...options, env: { [name]: "b" } })).keys.accessKeyId).toBe("B");
    }
  });

  it("is not read if a variable says so", async () => {
    const options = config({ name: "default", mode: "AK", ...pair });
    for (const name of ["ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "ALIBABA_CLOUD_IGNORE_PROFILE"]) {
      expect(await refusal("oss", { ...options, env: { [name]: "TRUE" } })).toContain(
        `not read, because ${name} is set`,
      );
      expect((await look("oss", { ...options, env: { [name]: "false" } })).keys.accessKeyId).toBe("LTAI");
    }
  });

  it("gives temporary keys until they expire", async () => {
    const sts = { name: "default", mode: "StsToken", ...pair, sts_token: token, sts_expiration: 1_714_979_290 };
    expect((await look("oss", config(sts))).keys).toMatchObject({
      securityToken: token,
      expiration: new Date("2024-05-06T07:08:10Z"),
    });
    expect((await look("oss", config({ ...sts, sts_expiration: 0 }))).keys.expiration).toBeUndefined();
    expect(await refusal("oss", config({ ...sts, sts_expiration: 1_714_979_289 }))).toContain(
      `${path}, profile "default": the temporary keys expired at 2024-05-06T07:08:09.000Z`,
    );
    expect(await refusal("oss", config({ ...sts, sts_token: "" }))).toContain("key sts_token: is missing or empty");
    expect((await look("oss", config({ ...sts, mode: "AK" }))).keys.securityToken).toBeUndefined();
  });

  it.each([
    "RamRoleArn",
    "EcsRamRole",
    "RamRoleArnWithRoleName",
    "ChainableRamRoleArn",
    "External",
    "CredentialsURI",
    "OIDC",
    "CloudSSO",
    "OAuth",
    "RsaKeyPair",
    "BearerToken",
    "Anonymous",
  ])("refuses the mode %s by name, even with keys beside it", async (mode) => {
    const message = await refusal("oss", config({ name: "default", mode, ...pair, process_command: `echo ${secret}` }));
    expect(message).toContain(`${path}, profile "default", key mode: "${mode}" is not supported, because it `);
    expect(message).toContain("Supported: AK, StsToken. Instead, set OSS_ACCESS_KEY_ID");
  });

  it.each([
    [{ ...pair }, "AK"],
    [{ ...pair, sts_token: token }, "StsToken"],
    [{ ...pair, ram_role_arn: "acs:ram::1:role/demo" }, "RamRoleArn"],
    [{ ram_role_name: "demo" }, "EcsRamRole"],
    [{ process_command: `echo ${secret}` }, "External"],
    [{ oidc_provider_arn: "acs:ram::1:oidc-provider/p" }, "OIDC"],
    [{ cloud_sso_sign_in_url: "https://signin.example.com" }, "CloudSSO"],
  ])("infers a mode as the tool does (%#)", async (profile, mode) => {
    const options = config({ name: "default", ...profile });
    if (mode === "AK" || mode === "StsToken") {
      expect("securityToken" in (await look("oss", options)).keys).toBe(mode === "StsToken");
    } else {
      expect(await refusal("oss", options)).toContain(`"${mode}" is not supported`);
    }
  });

  it.each([secret, 7, {}, ["AK"], true])("does not show a mode that it does not know (%#)", async (mode) => {
    expect(await refusal("oss", config({ name: "default", mode, ...pair }))).toContain(
      "key mode: is none that is known",
    );
  });

  it("is passed over as the tool first writes it, and without the profile", async () => {
    const fresh = { name: "default", mode: "AK", access_key_id: "", access_key_secret: "" };
    expect(await refusal("oss", config(fresh))).toContain(`${path}, profile "default": holds no access_key_id`);
    expect(await refusal("oss", config())).toContain(`${path}: has no profile "default"`);
  });

  it.each([
    [`{"current":"default","profiles":[{"access_key_secret":"${secret}"`, "is not valid JSON"],
    [`${secret}`, "is not valid JSON"],
    ["", "is not valid JSON"],
    ["[]", 'has no list "profiles"'],
    ["null", 'has no list "profiles"'],
    ['{"profiles":{}}', 'has no list "profiles"'],
    [
      `{"profiles":[{"name":"default","access_key_id":7,"access_key_secret":"${secret}"}]}`,
      "key access_key_id: must be text",
    ],
    [
      `{"profiles":[{"name":"default","access_key_id":"x","access_key_secret":"${secret} "}]}`,
      "key access_key_secret: holds",
    ],
    [`{"profiles":[{"name":"default","access_key_id":"x","access_key_secret":{"a":"${secret}"}}]}`, "must be text"],
  ])("is refused when malformed (%#)", async (text, reason) => {
    expect(await refusal("oss", { files: { ".aliyun/config.json": text } })).toContain(reason);
  });

  it("takes nothing from a prototype", async () => {
    const text = `{"profiles":[{"name":"default","mode":"AK","__proto__":{"access_key_id":"x","access_key_secret":"${secret}"}}]}`;
    expect(await refusal("oss", { files: { ".aliyun/config.json": text } })).toContain("holds no access_key_id");
    expect(Object.hasOwn(Object.prototype, "access_key_id")).toBe(false);
  });
});
