import type { EndpointOptions } from "@cosmoss/core";
import { ConfigError } from "@cosmoss/errors";
import { describe, expect, it } from "vitest";
import { ossCopySource, ossEndpoint, regionId } from "./endpoint.ts";

function url(options: Partial<EndpointOptions>, bucket?: string, key?: string): string {
  const { protocol, hostname, port, path } = ossEndpoint({ region: "cn-hangzhou", ...options })(bucket, key);
  return `${protocol}//${hostname}${port === undefined ? "" : ":" + port}${path}`;
}

describe("the endpoint rules of OSS", () => {
  it.each<[string, Partial<EndpointOptions>, string]>([
    ["a region", {}, "https://photos.oss-cn-hangzhou.aliyuncs.com/a/1.jpg"],
    ["a region with its prefix", { region: "oss-us-west-1" }, "https://photos.oss-us-west-1.aliyuncs.com/a/1.jpg"],
    ["plain HTTP", { secure: false }, "http://photos.oss-cn-hangzhou.aliyuncs.com/a/1.jpg"],
    ["the internal host", { internal: true }, "https://photos.oss-cn-hangzhou-internal.aliyuncs.com/a/1.jpg"],
    ["acceleration", { accelerate: true }, "https://photos.oss-accelerate.aliyuncs.com/a/1.jpg"],
    ["a host of one's own", { endpoint: "https://oss.example.com" }, "https://photos.oss.example.com/a/1.jpg"],
    ["a host without a scheme", { endpoint: "oss.example.com:8443" }, "https://photos.oss.example.com:8443/a/1.jpg"],
    ["a bound domain", { endpoint: "http://cdn.example.com", cname: true }, "http://cdn.example.com/a/1.jpg"],
    ["path style", { endpoint: "https://oss.example.com/", pathStyle: true }, "https://oss.example.com/photos/a/1.jpg"],
    ["an IPv4 address", { endpoint: "http://127.0.0.1:9000" }, "http://127.0.0.1:9000/photos/a/1.jpg"],
    ["an IPv6 address", { endpoint: "http://[::1]:9000" }, "http://[::1]:9000/photos/a/1.jpg"],
    ["localhost", { endpoint: "http://localhost:9000" }, "http://localhost:9000/photos/a/1.jpg"],
    [
      "localhost with the bucket before it",
      { endpoint: "http://localhost:9000", pathStyle: false },
      "http://photos.localhost:9000/a/1.jpg",
    ],
    [
      "an address bound to a bucket",
      { endpoint: "http://127.0.0.1:9000", cname: true },
      "http://127.0.0.1:9000/a/1.jpg",
    ],
  ])("know %s", (_, options, expected) => {
    expect(url(options, "photos", "a/1.jpg")).toBe(expected);
  });

  it("address the service and a bucket", () => {
    expect(url({})).toBe("https://oss-cn-hangzhou.aliyuncs.com/");
    expect(url({ accelerate: true })).toBe("https://oss-cn-hangzhou.aliyuncs.com/");
    expect(url({}, "photos")).toBe("https://photos.oss-cn-hangzhou.aliyuncs.com/");
    expect(url({ endpoint: "http://127.0.0.1:9000" }, "photos")).toBe("http://127.0.0.1:9000/photos/");
  });

  it.each([
    ["a b+c%2F?d#e", "/a%20b%2Bc%252F%3Fd%23e"],
    ["a//b/./../c/", "/a//b/./../c/"],
    ["中文/ü!'()*~", "/%E4%B8%AD%E6%96%87/%C3%BC%21%27%28%29%2A~"],
    [".", "/."],
    ["a\u0001b\\", "/a%01b%5C"],
  ])("write the key %j as it is", (key, path) => {
    expect(ossEndpoint({ region: "cn-hangzhou" })("photos", key).path).toBe(path);
  });

  it.each(["", "cn hangzhou", "hangzhou", "CN-HANGZHOU", "https://x", undefined, 1])(
    "refuse the region %j",
    (region) => {
      expect(() => regionId(region as string)).toThrow(/is no region id, as "cn-hangzhou"/);
    },
  );

  it.each(["ab", "a".repeat(64), "Photos", "-photos", "photos-", "pho_tos", "pho.tos", "a/b"])(
    "refuse the bucket %j",
    (bucket) => {
      expect(() => url({}, bucket)).toThrow(ConfigError);
    },
  );

  it.each([
    ["/a", /begins with/],
    ["\\a", /begins with/],
    ["a".repeat(1024), /longer than 1023 bytes/],
    ["中".repeat(342), /longer than 1023 bytes/],
    ["\ud800", /surrogate/],
  ])("refuse the key %#", (key, message) => {
    expect(() => url({}, "photos", key)).toThrow(message);
    expect(() => url({}, "photos", key)).toThrow(ConfigError);
  });

  it("take a key of the longest kind", () => {
    expect(url({}, "photos", "中".repeat(341))).toContain("%E4%B8%AD");
  });

  it.each<[Partial<EndpointOptions>, RegExp]>([
    [{ cname: true }, /cname needs endpoint/],
    [{ internal: true, accelerate: true }, /give one/],
    [{ endpoint: "https://x.com", internal: true }, /give one/],
    [{ endpoint: "https://x.com/path" }, /expected https:\/\/host:port/],
    [{ endpoint: "https://x.com?q" }, /expected https:\/\/host:port/],
    [{ endpoint: "ftp://x.com" }, /expected https:\/\/host:port/],
    [{ endpoint: "http://x.com:99999" }, /expected https:\/\/host:port/],
    [{ endpoint: "" }, /expected https:\/\/host:port/],
  ])("refuse %j", (options, message) => {
    expect(() => url(options)).toThrow(message);
    expect(() => url(options)).toThrow(ConfigError);
  });

  it("name a copy source", () => {
    expect(ossCopySource({ Bucket: "photos", Key: "a b/ü", VersionId: "v+1" })).toBe(
      "/photos/a%20b/%C3%BC?versionId=v%2B1",
    );
    expect(() => ossCopySource({ Bucket: "photos", Key: "a", Region: "cn-beijing" })).toThrow(/within one region/);
  });
});
