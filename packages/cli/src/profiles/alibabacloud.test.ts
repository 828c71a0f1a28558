import { describe, expect, it } from "vitest";
import { look, refusal, SECRETS } from "./testing.ts";

const { secret, token } = SECRETS;

describe("~/.alibabacloud/credentials", () => {
  const path = "/home/ada/.alibabacloud/credentials";
  const pair = `access_key_id = LTAI\naccess_key_secret = ${secret}\n`;
  const file = (text: string) => ({ files: { ".alibabacloud/credentials": text } });

  it.each([
    [`type = access_key\n${pair}security_token = ${token}\n`, undefined],
    [`type = sts\n${pair}security_token = ${token}\n`, token],
    [`${pair}security_token = ${token}\n`, token],
    [pair, undefined],
  ])("gives keys (%#)", async (lines, securityToken) => {
    const found = await look("oss", file(`; shared\n[other]\ntype=bearer\n[default]\n${lines}`));
    expect(found.keys).toEqual({
      accessKeyId: "LTAI",
      accessKeySecret: secret,
      ...(securityToken && { securityToken }),
    });
    expect(found.source).toBe(`${path}, section [default]`);
  });

  it("takes the section that ALIBABA_CLOUD_PROFILE names", async () => {
    const options = file(`[default]\ntype=bearer\n[work]\ntype=access_key\n${pair}`);
    expect((await look("oss", { ...options, env: { ALIBABA_CLOUD_PROFILE: "work" } })).keys.accessKeyId).toBe("LTAI");
    expect(await refusal("oss", { ...options, env: { ALIBABA_CLOUD_PROFILE: "none" } })).toContain(
      `${path}, section [none]: no such section`,
    );
  });

  it.each(["ecs_ram_role", "ram_role_arn", "oidc_role_arn", "rsa_key_pair", "bearer"])(
    "refuses the type %s by name",
    async (type) => {
      expect(await refusal("oss", file(`[default]\ntype = ${type}\n${pair}`))).toContain(
        `${path}, section [default], key type: "${type}" is not supported`,
      );
    },
  );

  it("is refused with an unknown type, half a pair, or sts without its token", async () => {
    expect(await refusal("oss", file(`[default]\ntype = ${secret}\n`))).toContain("key type: is none that is known");
    expect(await refusal("oss", file(`[default]\naccess_key_secret = ${secret}\n`))).toContain(
      "access_key_id is missing",
    );
    expect(await refusal("oss", file(`[default]\ntype = sts\n${pair}`))).toContain("key security_token: is missing");
  });

  it.each(["__proto__", "constructor", "toString"])("finds no section %s by accident", async (profile) => {
    expect(await refusal("oss", { ...file(`[default]\n${pair}`), profile })).toContain("no such section");
  });
});
