import type COS from "cos-nodejs-sdk-v5";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bytes } from "./content.ts";
import { aliOss, cosRegion as Region, cosSdk, cosVersions, emulatorForFile } from "./vendors.ts";

const bucket = "failures";
const Bucket = "failures-1250000000";
const buckets = { oss: [bucket], cos: [Bucket] };
const cnames = { localhost: { provider: "cos", bucket: Bucket } } as const;
const main = { accessKeyId: "main", accessKeySecret: "main-secret" };
const temporary = { accessKeyId: "temporary", accessKeySecret: "secret", securityToken: "to+ken/of&two==" };

const emulator = await emulatorForFile({ buckets, cnames, credentials: [main, temporary] });
const ahead = await emulatorForFile({
  buckets,
  clock: {
    now: () => Date.now() + 3_600_000,
    setTimeout: (callback, ms) => setTimeout(callback, ms),
    clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
  },
});
const content = bytes(1000);
afterEach(() => {
  emulator.faults = undefined;
});

describe.each([
  ["V1", { authorizationV4: false }],
  ["V4", { authorizationV4: true }],
])("ali-oss 6.23, %s", (_version, signing) => {
  const { accessKeyId, accessKeySecret } = temporary;
  const keysWith = (stsToken: string) => ({
    ...{ bucket, accessKeyId, accessKeySecret, stsToken, ...signing },
    refreshSTSTokenInterval: 3_600_000, // Without one, ali-oss prints a warning.
  });

  test("temporary keys go with their token", async () => {
    const oss = aliOss(emulator, keysWith(temporary.securityToken));
    await oss.put("temporary", content);
    expect((await oss.get("temporary")).content.equals(content)).toBe(true);
    await expect(aliOss(emulator, keysWith("another")).get("temporary")).rejects.toMatchObject({
      status: 403,
      code: "AccessKeyIdAndSecurityTokenNotMatch",
    });
    // Path style at 127.0.0.1, which ali-oss does not sign URLs for.
    const host = { endpoint: "http://oss-cn-hangzhou.aliyuncs.com", sldEnable: true };
    const named = aliOss(emulator, { ...keysWith(temporary.securityToken), ...host });
    for (const url of [
      named.signatureUrl("temporary"),
      await named.signatureUrlV4("GET", 60, undefined, "temporary"),
    ]) {
      const here = url.replace("http://oss-cn-hangzhou.aliyuncs.com", emulator.url);
      expect(Buffer.from(await (await fetch(here)).arrayBuffer()).equals(content)).toBe(true);
      expect((await fetch(here.replace(/security-token=[^&]*/, "security-token=x"))).status).toBe(403);
    }
  });

  test("a clock that is wrong stays wrong", async () => {
    await expect(aliOss(ahead, { bucket, ...signing }).list()).rejects.toMatchObject({
      status: 403,
      code: "RequestTimeTooSkewed",
    });
  });

  test("connections that break are retried as often as it is told", async () => {
    const oss = aliOss(emulator, { bucket, retryMax: 2, ...signing });
    await oss.put("retried", content);
    let broken = 0;
    emulator.faults = () => (broken++ < 2 ? { resetRequestAt: 0 } : undefined);
    expect((await oss.get("retried")).content.equals(content)).toBe(true);
    expect(broken).toBe(3);
    broken = 0;
    await expect(aliOss(emulator, { bucket, ...signing }).get("retried")).rejects.toMatchObject({ status: -1 });
  });

  test("an answer of 500 is not", async () => {
    emulator.faults = () => ({ error: { code: "InternalError", status: 500 } });
    emulator.clearRequests();
    const list = aliOss(emulator, { bucket, retryMax: 2, ...signing }).list();
    await expect(list).rejects.toMatchObject({ status: 500, code: "InternalError" });
    expect(emulator.requests).toHaveLength(1);
  });
});

describe.each(cosVersions)("cos-nodejs-sdk-v5 %s", (version, Constructor) => {
  const at = (Key: string) => ({ Bucket, Region, Key });
  const cos = cosSdk(Constructor, emulator);

  test("temporary keys go with their token", async () => {
    const keysWith = (SecurityToken: string) => ({
      ...{ SecretId: temporary.accessKeyId, SecretKey: temporary.accessKeySecret, SecurityToken },
    });
    const own = cosSdk(Constructor, emulator, keysWith(temporary.securityToken));
    await own.putObject({ ...at("temporary"), Body: content });
    expect(((await own.getObject(at("temporary"))).Body as Buffer).equals(content)).toBe(true);
    const wrong = cosSdk(Constructor, emulator, keysWith("another"));
    await expect(wrong.getObject(at("temporary"))).rejects.toMatchObject({ statusCode: 403 });

    // The SDK does not encode the token in URLs, so this one's `&` is the caller's to encode.
    const inUrl = keysWith(temporary.securityToken.replace("&", "%26"));
    const here = cosSdk(Constructor, emulator, { ...inUrl, Ip: "", Domain: `localhost:${emulator.port}` });
    const url = here.getObjectUrl(at("temporary"), () => {});
    expect(url).toContain("&x-cos-security-token=to+ken/of%26two==");
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(content)).toBe(true);
    expect((await fetch(url.replace("to+ken", "token"))).status).toBe(403);
  });

  test("a clock that is wrong is set right", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    const late = cosSdk(Constructor, ahead);
    await late.putObject({ ...at("late"), Body: content });
    const { SystemClockOffset } = (late as unknown as { options: { SystemClockOffset: number } }).options;
    expect(SystemClockOffset).toBeGreaterThan(3_500_000);
    expect(said).toHaveBeenCalledWith("error: Local time is too skewed.");
    ahead.clearRequests();
    await late.headObject(at("late"));
    expect(ahead.requests).toHaveLength(1);
  });

  test.each([
    ["connections that break", { resetRequestAt: 0 }],
    ["answers of 500", { error: { code: "InternalError", status: 500 } }],
    ["answers of 503", { error: { code: "SlowDown", status: 503 } }],
  ])("%s are retried", async (_what, fault) => {
    await cos.putObject({ ...at("retried"), Body: content });
    const retries: (string | undefined)[] = [];
    emulator.faults = ({ headers }) => (retries.push(headers["x-cos-sdk-retry"]) < 3 ? fault : undefined);
    expect(((await cos.getObject(at("retried"))).Body as Buffer).equals(content)).toBe(true);
    expect(retries).toEqual([undefined, "true", "true"]);
  });

  test("an answer of 200 that is an error, after a long wait, is one for 3.0.0 alone", async () => {
    const UploadId = await started(cos, "late failure");
    const { ETag } = await cos.multipartUpload({ ...at("late failure"), UploadId, PartNumber: 1, Body: content });
    emulator.faults = () => ({ errorIn200: { code: "InternalError" }, keepAliveBlanks: 100 });
    const complete = cos.multipartComplete({ ...at("late failure"), UploadId, Parts: [{ PartNumber: 1, ETag }] });
    if (version === "3.0.0") {
      await expect(complete).rejects.toMatchObject({ code: "InternalError", statusCode: 200 });
    } else {
      const { statusCode, ETag } = await complete;
      expect([statusCode, ETag]).toEqual([200, undefined]);
    }
  });

  test("a success after a long wait is one", async () => {
    const UploadId = await started(cos, "late success");
    const { ETag } = await cos.multipartUpload({ ...at("late success"), UploadId, PartNumber: 1, Body: content });
    emulator.faults = () => ({ keepAliveBlanks: 100 });
    const complete = cos.multipartComplete({ ...at("late success"), UploadId, Parts: [{ PartNumber: 1, ETag }] });
    expect(await complete).toMatchObject({ Key: "late success", ETag: expect.stringMatching(/-1"$/) });
  });

  async function started(cos: COS, Key: string): Promise<string> {
    return (await cos.multipartInit(at(Key))).UploadId;
  }
});
