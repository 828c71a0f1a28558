import { describe, expect, it } from "vitest";
import { look, refusal, SECRETS } from "./testing.ts";

const { secret, token } = SECRETS;

describe("~/.tencentcloud/credentials", () => {
  const path = "/home/ada/.tencentcloud/credentials, section [default]";
  const file = (text: string) => ({ files: { ".tencentcloud/credentials": text } });
  const text = `[default]\nsecret_id = AKID\nsecret_key = ${secret}\n`;

  it("gives keys, with a token or without", async () => {
    expect(await look("cos", file(text))).toMatchObject({
      keys: { accessKeyId: "AKID", accessKeySecret: secret },
      source: path,
    });
    expect((await look("cos", file(`${text}token = ${token}\n`))).keys.securityToken).toBe(token);
  });

  it("is passed over without keys, without its section, and for a profile", async () => {
    expect(await refusal("cos", file("[default]\n"))).toContain(`${path}: holds no secret_id and secret_key`);
    expect(await refusal("cos", file("[other]\n"))).toContain(`${path}: no such section`);
    expect(await refusal("cos", { ...file(text), profile: "work" })).toContain("credentials: has no profiles");
  });

  it("is refused with half a pair", async () => {
    expect(await refusal("cos", file(`[default]\nsecret_key = ${secret}\n`))).toContain(
      `${path}: secret_id is missing`,
    );
  });
});
