import { COSClient, type COSClientOptions } from "@cosmoss/client-cos";
import { OSSClient, type OSSClientOptions } from "@cosmoss/client-oss";
import { ConfigError } from "@cosmoss/errors";
import { type Emulator, startEmulator } from "@cosmoss/emulator";
import type { HttpHandler } from "@cosmoss/types";
import { PutBucketCommand } from "@cosmoss/commands-cos";
import { describe, expect, it } from "vitest";
import { cosPort } from "../cos.ts";
import { ossPort } from "../oss.ts";

const credentials = { accessKeyId: "id-1", accessKeySecret: "secret-1", securityToken: "token-1" };
const ossOf = (options: Partial<OSSClientOptions> = {}) =>
  ossPort(new OSSClient({ region: "cn-hangzhou", credentials, ...options }));
const cosOf = (options: Partial<COSClientOptions> = {}) =>
  cosPort(new COSClient({ region: "ap-guangzhou", credentials, ...options }));

describe("the address of a bucket", () => {
  it.each<[string, Partial<OSSClientOptions>, string]>([
    ["a region", {}, "oss://photos.oss-cn-hangzhou.aliyuncs.com"],
    ["the internal host", { internal: true }, "oss://photos.oss-cn-hangzhou.aliyuncs.com"],
    ["acceleration", { accelerate: true }, "oss://photos.oss-cn-hangzhou.aliyuncs.com"],
    ["plain HTTP", { secure: false }, "oss://photos.oss-cn-hangzhou.aliyuncs.com"],
    [
      "the region's endpoint",
      { endpoint: "https://oss-cn-hangzhou.aliyuncs.com" },
      "oss://photos.oss-cn-hangzhou.aliyuncs.com",
    ],
    [
      "an internal endpoint",
      { endpoint: "https://oss-cn-hangzhou-internal.aliyuncs.com" },
      "oss://photos.oss-cn-hangzhou.aliyuncs.com",
    ],
    ["a bound domain", { endpoint: "https://cdn.example.com", cname: true }, "oss://photos.cdn.example.com"],
    ["an IP address", { endpoint: "http://127.0.0.1:9000" }, "oss://127.0.0.1:9000/photos"],
  ])("of OSS by %s", (_, options, address) => {
    expect(ossOf(options).address("photos")).toBe(address);
  });

  it.each<[string, Partial<COSClientOptions>, string]>([
    ["a region", {}, "cos://photos-1.cos.ap-guangzhou.myqcloud.com"],
    ["the internal host", { internal: true }, "cos://photos-1.cos.ap-guangzhou.myqcloud.com"],
    ["acceleration", { accelerate: true }, "cos://photos-1.cos.ap-guangzhou.myqcloud.com"],
    [
      "the region's endpoint",
      { endpoint: "https://cos.ap-guangzhou.tencentcos.cn" },
      "cos://photos-1.cos.ap-guangzhou.myqcloud.com",
    ],
    [
      "an internal endpoint",
      { endpoint: "https://cos-internal.ap-guangzhou.tencentcos.cn" },
      "cos://photos-1.cos.ap-guangzhou.myqcloud.com",
    ],
    ["an IP address", { endpoint: "http://127.0.0.1:9000" }, "cos://127.0.0.1:9000/photos-1"],
  ])("of COS by %s", (_, options, address) => {
    expect(cosOf(options).address("photos-1")).toBe(address);
  });

  it("is none of a name that the service cannot have", () => {
    expect(() => ossOf().address("a/b")).toThrow(ConfigError);
    expect(() => cosOf().address("photos")).toThrow(ConfigError);
  });
});

describe("a copy by the service itself", () => {
  it("stays within a region of OSS", () => {
    const local = { endpoint: "http://127.0.0.1:9000" };
    const accelerated = { endpoint: "https://oss-accelerate.aliyuncs.com" };
    expect(ossOf().canCopyFrom(ossOf())).toBe(true);
    expect(ossOf({ internal: true }).canCopyFrom(ossOf({ accelerate: true }))).toBe(true);
    expect(ossOf().canCopyFrom(ossOf({ region: "cn-beijing" }))).toBe(false);
    expect(ossOf(local).canCopyFrom(ossOf(local))).toBe(true);
    expect(ossOf(local).canCopyFrom(ossOf())).toBe(false);
    expect(ossOf(accelerated).canCopyFrom(ossOf(accelerated))).toBe(false);
    expect(ossOf(local).canCopyFrom(cosOf(local))).toBe(false);
  });

  it("crosses regions of COS, but not services", () => {
    const [local, other] = [{ endpoint: "http://127.0.0.1:9000" }, { endpoint: "http://127.0.0.1:9001" }];
    expect(cosOf().canCopyFrom(cosOf())).toBe(true);
    expect(cosOf().canCopyFrom(cosOf({ region: "ap-beijing", internal: true }))).toBe(true);
    expect(cosOf({ accelerate: true }).canCopyFrom(cosOf({ region: "ap-beijing" }))).toBe(true);
    expect(cosOf(local).canCopyFrom(cosOf({ ...local, region: "ap-beijing" }))).toBe(true);
    expect(cosOf(local).canCopyFrom(cosOf(other))).toBe(false);
    expect(cosOf(local).canCopyFrom(cosOf())).toBe(false);
    expect(cosOf().canCopyFrom(cosOf(local))).toBe(false);
    expect(cosOf(local).canCopyFrom(ossOf(local))).toBe(false);
  });

  it("from another region of COS names it", async () => {
    const emulator = await startEmulator();
    const { credentials: keys } = emulator;
    const requestHandler = throughLoopback(emulator);
    const near = new COSClient({ region: "ap-guangzhou", credentials: keys, requestHandler });
    const far = new COSClient({ region: "ap-beijing", credentials: keys, requestHandler });
    const [source, target] = [
      { Bucket: "far-1", Key: "ü/a" },
      { Bucket: "near-1", Key: "b" },
    ];
    await far.send(new PutBucketCommand({ Bucket: source.Bucket }));
    await near.send(new PutBucketCommand({ Bucket: target.Bucket }));
    const [from, to] = [cosPort(far), cosPort(near)];
    await from.put(source, "hello", 5, {});
    expect(to.canCopyFrom(from)).toBe(true);

    const object = await from.head(source);
    expect(object.Region).toBe("ap-beijing");
    await to.copy({ ...object, IfMatch: object.ETag }, target);
    expect(await (await to.get(target)).body.text()).toBe("hello");
    const upload = await to.initiate(target, {});
    const { ETag } = await to.copyPart(upload, 1, { ...object, range: [1, 3] });
    await to.complete(upload, [{ PartNumber: 1, ETag }], {});
    expect(await (await to.get(target)).body.text()).toBe("ell");
    // Without its region it would be looked for in the target's.
    await expect(to.copy(source, target)).rejects.toMatchObject({ code: "NoSuchBucket" });

    near.destroy();
    await emulator.close();
  });
});

/** Sends to the emulator what is meant for the hosts of the service. */
function throughLoopback({ port, cos }: Emulator): HttpHandler {
  const { requestHandler } = new COSClient(cos).config;
  return {
    handle: (request, options) => {
      const headers = { ...request.headers, host: request.hostname };
      const target = { ...request, headers, protocol: "http:", hostname: "127.0.0.1", port };
      return requestHandler.handle(target, options);
    },
    destroy: () => requestHandler.destroy?.(),
  };
}
