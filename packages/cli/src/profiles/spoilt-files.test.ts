import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { look, refusal, SECRETS } from "./testing.ts";

const { secret, token } = SECRETS;

describe("any file with a piece cut out or put in", () => {
  const pair = `access_key_id = LTAI\naccess_key_secret = ${secret}\nsecurity_token = ${token}\n`;
  const texts = [
    ["oss", ".cosmoss/config", `[oss]\n${pair}expiration = 2030-01-01T00:00:00Z\nregion = cn-hangzhou\n`],
    [
      "oss",
      ".ossutilconfig",
      `[Credentials]\naccessKeyID=LTAI\naccessKeySecret=${secret}\nstsToken=${token}\nmode=StsToken\n`,
    ],
    ["oss", ".alibabacloud/credentials", `[default]\ntype = sts\n${pair}`],
    [
      "oss",
      ".aliyun/config.json",
      `{"current":"d","profiles":[{"name":"d","mode":"StsToken","access_key_id":"LTAI","access_key_secret":"${secret}","sts_token":"${token}","sts_expiration":1900000000}]}`,
    ],
    [
      "cos",
      ".cos.yaml",
      `cos:\n  base:\n    secretid: AKID\n    secretkey: "${secret}"\n    sessiontoken: ${token}\n    mode: SecretKey\n`,
    ],
    [
      "cos",
      ".tccli/default.credential",
      `{"type":"default","secretId":"AKID","secretKey":"${secret}","token":"${token}"}`,
    ],
    ["cos", ".tencentcloud/credentials", `[default]\nsecret_id = AKID\nsecret_key = ${secret}\ntoken = ${token}\n`],
  ] as const;

  it.each(texts)("%s: %s gives keys or a ConfigError that shows no secret", async (provider, path, text) => {
    expect((await look(provider, { files: { [path]: text } })).keys).toMatchObject({ accessKeySecret: secret });
    const junk = fc.constantFrom(
      "",
      "\n",
      " ",
      '"',
      "'",
      "[",
      "]",
      "{",
      "}",
      ":",
      "=",
      "#",
      "&",
      "*",
      "\u0000",
      "é",
      "- ",
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length), fc.nat(40), junk, async (at, length, put) => {
        const spoilt = text.slice(0, at) + put + text.slice(at + length);
        const options = { files: { [path]: spoilt } };
        const found = await look(provider, options).catch(() => undefined);
        expect(found?.keys.accessKeyId ?? (await refusal(provider, options))).toBeTypeOf("string");
      }),
      { numRuns: 300 },
    );
  });
});
