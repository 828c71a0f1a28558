import type { EndpointOptions } from "@cosmoss/core";
import { ConfigError } from "@cosmoss/errors";
import { describe, expect, it } from "vitest";
import { cosCopySource, cosEndpoint } from "./endpoint.ts";

const bucket = "photos-1250000000";

function url(options: Partial<EndpointOptions>, name?: string, key?: string): string {
  const { protocol, hostname, port, path } = cosEndpoint({ region: "ap-guangzhou", ...options })(name, key);
  return `${protocol}//${hostname}${port === undefined ? "" : ":" + port}${path}`;
}

describe("the endpoint rules of COS", () => {
  it.each<[string, Partial<EndpointOptions>, string]>([
    ["a region", {}, `https://${bucket}.cos.ap-guangzhou.myqcloud.com/a/1.jpg`],
    ["plain HTTP", { secure: false }, `http://${bucket}.cos.ap-guangzhou.myqcloud.com/a/1.jpg`],
    ["the internal host", { internal: true }, `https://${bucket}.cos-internal.ap-guangzhou.tencentcos.cn/a/1.jpg`],
    ["acceleration", { accelerate: true }, `https://${bucket}.cos.accelerate.myqcloud.com/a/1.jpg`],
    ["a host of one's own", { endpoint: "https://cos.example.com" }, `https://${bucket}.cos.example.com/a/1.jpg`],
    ["a bound domain", { endpoint: "https://cdn.example.com", cname: true }, "https://cdn.example.com/a/1.jpg"],
    ["an IP address", { endpoint: "http://127.0.0.1:9000" }, `http://127.0.0.1:9000/${bucket}/a/1.jpg`],
    ["localhost", { endpoint: "http://localhost:9000", pathStyle: false }, `http://${bucket}.localhost:9000/a/1.jpg`],
  ])("know %s", (_, options, expected) => {
    expect(url(options, bucket, "a/1.jpg")).toBe(expected);
  });

  it("address the service and a bucket", () => {
    expect(url({})).toBe("https://cos.ap-guangzhou.myqcloud.com/");
    expect(url({ accelerate: true })).toBe("https://cos.ap-guangzhou.myqcloud.com/");
    expect(url({}, bucket)).toBe(`https://${bucket}.cos.ap-guangzhou.myqcloud.com/`);
  });

  it("keep a slash at the beginning of a key, which COS allows", () => {
    expect(cosEndpoint({ region: "ap-guangzhou" })(bucket, "/a//b/../c").path).toBe("//a//b/../c");
  });

  it.each(["", "guangzhou", "AP-GUANGZHOU", undefined])("refuse the region %j", (region) => {
    expect(() => url({ region: region as string })).toThrow(/is no region id, as/);
  });

  it.each(["photos", "photos-abc", "-photos-1", "Photos-1", `${"a".repeat(60)}-1`])("refuse the bucket %j", (name) => {
    expect(() => url({}, name)).toThrow(/AppID/);
    expect(() => url({}, name)).toThrow(ConfigError);
  });

  it.each([
    ["/", /the bucket itself/],
    ["///", /the bucket itself/],
    ["./", /the bucket itself/],
    ["..", /the bucket itself/],
    ["a".repeat(851), /longer than 850 bytes/],
    ["\udc00", /surrogate/],
  ])("refuse the key %#", (key, message) => {
    expect(() => url({}, bucket, key)).toThrow(message);
    expect(() => url({}, bucket, key)).toThrow(ConfigError);
  });

  it.each<[Partial<EndpointOptions>, RegExp]>([
    [{ cname: true }, /cname needs endpoint/],
    [{ internal: true, accelerate: true }, /give one/],
    [{ endpoint: "https://x.com", accelerate: true }, /give one/],
    [{ endpoint: "https://x.com/path" }, /expected https:\/\/host:port/],
  ])("refuse %j", (options, message) => {
    expect(() => url(options)).toThrow(message);
  });

  it("name a copy source by its host", () => {
    const copySource = cosCopySource({ region: "ap-guangzhou" });
    expect(copySource({ Bucket: bucket, Key: "a b/ü" })).toBe(`${bucket}.cos.ap-guangzhou.myqcloud.com/a%20b/%C3%BC`);
    expect(copySource({ Bucket: bucket, Key: "a", Region: "ap-beijing", VersionId: "v=1" })).toBe(
      `${bucket}.cos.ap-beijing.myqcloud.com/a?versionId=v%3D1`,
    );
    expect(() => copySource({ Bucket: "photos", Key: "a" })).toThrow(/AppID/);
  });
});
