import { describe, expect, it } from "vitest";
import { look as lookAt, type LookOptions, refusal as refusalOf, SECRETS } from "./testing.ts";

const { secret, other, token } = SECRETS;
const look = (text: string, more: LookOptions = {}) => lookAt("oss", { files: { ".ossutilconfig": text }, ...more });
const refusal = (text: string, more: LookOptions = {}) =>
  refusalOf("oss", { files: { ".ossutilconfig": text }, ...more });
const place = "/home/ada/.ossutilconfig, section";

describe("~/.ossutilconfig of version 1", () => {
  const first = (...lines: string[]) => ["[Credentials]", ...lines].join("\n");
  const keys = [`accessKeyID=LTAI`, `accessKeySecret=${secret}`];

  it("gives keys, endpoint and the endpoints of buckets", async () => {
    const text = `# made by hand
[Credentials]
language=EN
endpoint = oss-cn-hangzhou.aliyuncs.com
accessKeyID=LTAI
accessKeySecret=${secret}
stsToken=${token}
[Default]
loglevel=debug
[Bucket-Endpoint]
photos=oss-cn-beijing.aliyuncs.com
inner=oss-cn-beijing-internal.aliyuncs.com
static=oss-cn-beijing.aliyuncs.com
[Bucket-Cname]
static=cdn.example.com
`;
    expect(await look(text)).toMatchObject({
      keys: { accessKeyId: "LTAI", accessKeySecret: secret, securityToken: token },
      region: "cn-hangzhou",
      buckets: new Map<string, object>([
        ["photos", { region: "cn-beijing" }],
        ["inner", { region: "cn-beijing", endpoint: "oss-cn-beijing-internal.aliyuncs.com" }],
        ["static", { region: "cn-beijing", endpoint: "cdn.example.com", cname: true }],
      ]),
      source: `${place} [Credentials]`,
    });
  });

  it.each(["access_key_id", "access-key-id", "access_id", "access-id", "accessid", "ACCESSKEYID"])(
    "knows the key id as %s",
    async (name) => {
      expect((await look(first(`${name}=LTAI`, keys[1]!))).keys.accessKeyId).toBe("LTAI");
    },
  );

  it.each(["access_key_secret", "access-key-secret", "access_key", "access-key", "accesskey"])(
    "knows the secret as %s",
    async (name) => {
      expect((await look(first(keys[0]!, `${name}: ${secret}`))).keys.accessKeySecret).toBe(secret);
    },
  );

  it("takes no part of a value for a comment", async () => {
    const { keys: found } = await look(first(keys[0]!, "accessKeySecret=a#b;c=d:e"));
    expect(found.accessKeySecret).toBe("a#b;c=d:e");
  });

  it("reads what else says where", async () => {
    const text = first(...keys, "region=cn-beijing", "endpoint=http://127.0.0.1:9000", "forcePathStyle=true");
    expect(await look(text)).toMatchObject({
      region: "cn-beijing",
      endpoint: "http://127.0.0.1:9000",
      pathStyle: true,
    });
  });

  it("uses the token as the mode says", async () => {
    const withToken = [...keys, `stsToken=${token}`];
    expect((await look(first("mode=AK", ...withToken))).keys.securityToken).toBeUndefined();
    expect((await look(first("mode=ststoken", ...withToken))).keys.securityToken).toBe(token);
    expect(await refusal(first("mode=StsToken", ...keys))).toBe(
      `${place} [Credentials], key sts-token: is missing or empty, but mode StsToken needs it`,
    );
  });

  it.each([
    ["RamRoleArn", "asks the token service"],
    ["EcsRamRole", "asks the metadata service"],
  ])("refuses the mode %s", async (mode, reason) => {
    const message = await refusal(first(`mode=${mode}`, ...keys));
    expect(message).toContain(`${place} [Credentials], key mode: "${mode}" is not supported, because it ${reason}`);
    expect(message).toContain("Supported: AK, StsToken. Instead, set OSS_ACCESS_KEY_ID");
  });

  it("does not show a mode that it does not know", async () => {
    expect(await refusal(first(`mode=${secret}`, ...keys))).toContain("key mode: is none that is known");
  });

  it("refuses the address of a metadata service, unless there are keys", async () => {
    const service = "\n[AkService]\necsAk=http://100.100.100.200/latest/";
    expect(await refusal(first("language=EN") + service)).toContain(`${place} [AkService], key ecsAk: "ecsAk" is not`);
    expect((await look(first(...keys) + service)).keys.accessKeyId).toBe("LTAI");
  });

  it("is passed over without keys, and for another profile", async () => {
    expect(await refusal(first("language=EN"))).toContain(`${place} [Credentials]: holds no key id and secret`);
    expect(await refusal("")).toContain('.ossutilconfig: has no profile "default"');
    expect(await refusal(first(...keys), { profile: "work" })).toContain('.ossutilconfig: has no profile "work"');
  });

  it("is refused with half a pair, a key with white space, and a line that is none", async () => {
    expect(await refusal(first(keys[1]!))).toContain("access-key-id is missing or empty, while accessKeySecret is set");
    expect(await refusal(first(keys[0]!, `accessKeySecret=${secret} # mine`))).toContain(
      "key accessKeySecret: holds white",
    );
    expect(await refusal(first(...keys, secret))).toContain(".ossutilconfig, line 4: is neither");
    expect(await refusal(`[Credentials\n${keys.join("\n")}`)).toContain(".ossutilconfig, line 1: is neither");
  });
});

describe("~/.ossutilconfig of version 2", () => {
  const text = `
[Default]
loglevel = info
[default]
access-key-id = "LTAI"
access-key-secret = '${secret}'
region = cn-hangzhou
buckets = mine
[profile  App]
source-profile = default
endpoint = oss-cn-beijing-internal.aliyuncs.com
region =
addressing-style = path
[profile own]
source-profile = temporary
accessKeyId = OWN
accessKeySecret = ${other}
[profile temporary]
mode = StsToken
access_key_id = STS.x
access_key_secret = ${secret}
sts_token = ${token}
[profile ecs]
mode=Ali-EcsRamRole
[profile process]
mode=Process
credential-process=print ${secret}
[profile a]
source-profile=b
[profile b]
source-profile=a
[profile orphan]
source-profile=none
[buckets mine]
photos =
  region = cn-beijing
  endpoint = oss-cn-beijing-internal.aliyuncs.com
static =
  endpoint=cdn.example.com
  addressing-style=cname
logs = endpoint=oss-cn-shanghai.aliyuncs.com
empty =
`;

  it("gives keys, region and the settings of buckets", async () => {
    const found = await look(text);
    expect(found).toMatchObject({ keys: { accessKeyId: "LTAI", accessKeySecret: secret }, region: "cn-hangzhou" });
    expect(found.endpoint).toBeUndefined();
    expect(found.source).toBe(`${place} [default]`);
    expect(found.buckets).toEqual(
      new Map<string, object>([
        ["photos", { region: "cn-beijing", endpoint: "oss-cn-beijing-internal.aliyuncs.com" }],
        ["static", { region: "cn-hangzhou", endpoint: "cdn.example.com", cname: true }],
        ["logs", { region: "cn-shanghai" }],
      ]),
    );
  });

  it("takes from a source profile what a profile lacks", async () => {
    expect(await look(text, { profile: "app" })).toMatchObject({
      keys: { accessKeyId: "LTAI", accessKeySecret: secret },
      region: "cn-hangzhou",
      endpoint: "oss-cn-beijing-internal.aliyuncs.com",
      pathStyle: true,
    });
  });

  it("takes no token for keys of one's own", async () => {
    expect(await refusal(text, { profile: "own" })).toContain("[profile own], key sts-token: is missing");
    const plain = text.replace("mode = StsToken\n", "");
    expect((await look(plain, { profile: "own" })).keys).toEqual({ accessKeyId: "OWN", accessKeySecret: other });
    expect((await look(plain, { profile: "temporary" })).keys.securityToken).toBe(token);
  });

  it("takes the profile that OSSUTIL_PROFILE names", async () => {
    const env = { OSSUTIL_PROFILE: "temporary" };
    expect((await look(text, { env })).keys.accessKeyId).toBe("STS.x");
    expect((await look(text, { env, profile: "default" })).keys.accessKeyId).toBe("LTAI");
  });

  it.each([
    ["ecs", '[profile ecs], key mode: "Ali-EcsRamRole" is not supported, because it asks the metadata service'],
    ["process", '[profile process], key mode: "Process" is not supported, because it runs a command'],
    ["a", "[profile a], key source-profile: the profiles name each other in a circle"],
    ["orphan", "[profile orphan], key source-profile: names a profile that the file does not have"],
  ])("refuses the profile %s", async (profile, reason) => {
    const message = await refusal(text, { profile });
    expect(message).toContain(reason);
    expect(message).not.toContain("OSS_ACCESS_KEY_ID");
  });

  it("prefers a section with keys among those that a profile may have", async () => {
    const both = `[default]\nregion=cn-beijing\n[Credentials]\naccessKeyID=V1\naccessKeySecret=${secret}\n`;
    expect((await look(both)).keys.accessKeyId).toBe("V1");
  });
});
