import { describe, expect, it } from "vitest";
import { look, refusal, SECRETS } from "./testing.ts";

const { secret, token } = SECRETS;

describe("~/.tccli", () => {
  const path = "/home/ada/.tccli/default.credential";
  const pair = { secretId: "AKID", secretKey: secret };
  const files = (credential: object | string, configure?: object | string) => ({
    files: Object.fromEntries(
      [
        [".tccli/default.credential", credential] as const,
        ...(configure === undefined ? [] : [[".tccli/default.configure", configure] as const]),
      ].map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
  });

  it.each([
    [{ _sys_param: { region: "ap-guangzhou", output: "json" }, sts: { version: "2018-08-13" } }],
    [{ region: "ap-guangzhou", output: "json" }],
  ])("gives keys and region (%#)", async (configure) => {
    const found = await look("cos", files({ ...pair, token: null }, configure));
    expect(found.keys).toEqual({ accessKeyId: "AKID", accessKeySecret: secret });
    expect([found.region, found.source]).toEqual(["ap-guangzhou", path]);
  });

  it("gives temporary keys until they expire, without a .configure file", async () => {
    const sts = { type: "default", ...pair, token, expiresAt: 1_714_979_290 };
    const found = await look("cos", files(sts));
    expect(found.keys).toMatchObject({ securityToken: token, expiration: new Date("2024-05-06T07:08:10Z") });
    expect(found.region).toBeUndefined();
    expect(await refusal("cos", files({ ...sts, expiresAt: 1_714_979_289 }))).toContain(
      `${path}: the temporary keys expired`,
    );
  });

  it("takes the profile that TCCLI_PROFILE names", async () => {
    const options = { files: { ".tccli/work.credential": JSON.stringify(pair) }, env: { TCCLI_PROFILE: "work" } };
    expect((await look("cos", options)).source).toBe("/home/ada/.tccli/work.credential");
    expect(await refusal("cos", { ...options, env: { TCCLI_PROFILE: "../work" } })).toContain("TCCLI_PROFILE: ");
  });

  it.each([
    [{ type: "cvm-role" }, 'key type: "cvm-role" is not supported, because it asks the metadata service'],
    [{ type: "oauth", ...pair, token, expiresAt: 9e9 }, 'key type: "oauth" is not supported, because it needs a login'],
    [{ type: "sso", ...pair, token, expiresAt: 9e9 }, 'key type: "sso" is not supported, because it needs a login'],
    [{ ...pair, "role-arn": "qcs::cam::uin/1:roleName/demo" }, 'key role-arn: "role-arn" is not supported'],
    [{ type: secret, ...pair }, "key type: is none that is known"],
    [{ secretKey: secret }, "secretId is missing or empty, while secretKey is set"],
    ["[]", "is no JSON object"],
    [`"${secret}"`, "is no JSON object"],
    [`{"secretKey":"${secret}",}`, "is not valid JSON"],
  ])("is refused when it cannot be used (%#)", async (credential, reason) => {
    const message = await refusal("cos", files(credential));
    expect(message).toContain(path);
    expect(message).toContain(reason);
  });

  it("is passed over without keys", async () => {
    expect(await refusal("cos", files({ secretId: "", secretKey: "", token: null }))).toContain(
      `${path}: holds no secretId and secretKey`,
    );
  });

  it("is refused with a malformed .configure", async () => {
    expect(await refusal("cos", files(pair, "{"))).toContain("default.configure: is not valid JSON");
  });
});
