import { describe, expect, test } from "vitest";
import type { ProviderName } from "../store/records.ts";
import { providerHint, resolveDestination } from "./hosts.ts";
import { parseTarget } from "./target.ts";

const cnames = new Map([
  ["files.example.com", { provider: "oss", bucket: "photos", region: "cn-hangzhou" }],
  ["static.example.cn", { provider: "cos", bucket: "site-1250000000" }],
] as const);

/** host, path, hint → provider, bucket, raw key, region, addressing. */
type Row = [string, string, ProviderName | undefined, string, string | undefined, string, string | undefined, string];

const PUBLIC: Row[] = [
  ["b.oss-cn-hangzhou.aliyuncs.com", "/a/b%2Fc", undefined, "oss", "b", "a/b%2Fc", "cn-hangzhou", "virtual-host"],
  ["B.OSS-CN-Hangzhou.Aliyuncs.com:80", "/", undefined, "oss", "b", "", "cn-hangzhou", "virtual-host"],
  ["b.oss-cn-hangzhou-internal.aliyuncs.com", "//x", undefined, "oss", "b", "/x", "cn-hangzhou", "virtual-host"],
  ["b.oss-us-east-1.aliyuncs.com", "/k", "cos", "oss", "b", "k", "us-east-1", "virtual-host"],
  ["b.oss-accelerate.aliyuncs.com", "/k", undefined, "oss", "b", "k", undefined, "virtual-host"],
  ["b.oss-accelerate-overseas.aliyuncs.com", "/k", undefined, "oss", "b", "k", undefined, "virtual-host"],
  ["b.cn-hangzhou.oss.aliyuncs.com", "/k", undefined, "oss", "b", "k", "cn-hangzhou", "virtual-host"],
  ["cn-hangzhou.oss.aliyuncs.com", "/", undefined, "oss", undefined, "", "cn-hangzhou", "service"],
  ["oss-cn-hangzhou.aliyuncs.com", "/", undefined, "oss", undefined, "", "cn-hangzhou", "service"],
  [".oss-cn-hangzhou.aliyuncs.com", "/", undefined, "oss", undefined, "", "cn-hangzhou", "service"],
  ["oss-cn-hangzhou.aliyuncs.com", "/b/k/", undefined, "oss", "b", "k/", "cn-hangzhou", "path"],
  ["oss.aliyuncs.com", "/", undefined, "oss", undefined, "", undefined, "service"],
  ["x.y.oss-cn-hangzhou.aliyuncs.com", "/k", undefined, "oss", "x.y", "k", "cn-hangzhou", "virtual-host"],
  ["b-125.cos.ap-beijing.myqcloud.com", "/k", undefined, "cos", "b-125", "k", "ap-beijing", "virtual-host"],
  ["b-125.cos.ap-beijing.tencentcos.cn", "/k", "oss", "cos", "b-125", "k", "ap-beijing", "virtual-host"],
  ["b-125.cos.accelerate.myqcloud.com", "/k", undefined, "cos", "b-125", "k", undefined, "virtual-host"],
  ["b-125.cos-internal.ap-beijing.tencentcos.cn", "/k", undefined, "cos", "b-125", "k", "ap-beijing", "virtual-host"],
  ["b-125.cn-south.myqcloud.com", "/k", undefined, "cos", "b-125", "k", "cn-south", "virtual-host"],
  ["service.cos.myqcloud.com", "/", undefined, "cos", undefined, "", undefined, "service"],
  ["service.cos.tencentcos.cn", "/", undefined, "cos", undefined, "", undefined, "service"],
  ["cos.ap-beijing.myqcloud.com", "/", undefined, "cos", undefined, "", "ap-beijing", "service"],
  ["cos.ap-beijing.myqcloud.com", "/b-125/k", undefined, "cos", "b-125", "k", "ap-beijing", "path"],
];

const LOCAL: Row[] = [
  ["files.example.com:8080", "/k", undefined, "oss", "photos", "k", "cn-hangzhou", "cname"],
  ["static.example.cn", "/", "oss", "cos", "site-1250000000", "", undefined, "cname"],
  ["b.oss.localhost:9000", "/k", undefined, "oss", "b", "k", undefined, "virtual-host"],
  ["b.oss-cn-hangzhou.localhost", "/k", undefined, "oss", "b", "k", "cn-hangzhou", "virtual-host"],
  ["b-125.cos.localhost", "/k", undefined, "cos", "b-125", "k", undefined, "virtual-host"],
  ["b-125.cos.ap-beijing.localhost", "/k", undefined, "cos", "b-125", "k", "ap-beijing", "virtual-host"],
  ["oss.localhost", "/", "cos", "oss", undefined, "", undefined, "service"],
  ["cos.localhost", "/", undefined, "cos", undefined, "", undefined, "service"],
  ["cos.ap-beijing.localhost", "/", undefined, "cos", undefined, "", "ap-beijing", "service"],
  ["oss.localhost", "/b/k", undefined, "oss", "b", "k", undefined, "path"],
  ["b.localhost:9000", "/k", "cos", "cos", "b", "k", undefined, "virtual-host"],
  ["b.localhost:9000", "/k", "oss", "oss", "b", "k", undefined, "virtual-host"],
  ["b.localhost", "/k", undefined, "oss", "b", "k", undefined, "virtual-host"],
  ["b-1250000000.localhost", "/k", undefined, "cos", "b-1250000000", "k", undefined, "virtual-host"],
  ["localhost", "/b//k", "oss", "oss", "b", "/k", undefined, "path"],
  ["127.0.0.1:9000", "/b-1250000000/k%20", undefined, "cos", "b-1250000000", "k%20", undefined, "path"],
  ["127.0.0.1:9000", "/b", "oss", "oss", "b", "", undefined, "path"],
  ["127.0.0.1", "/b/", "oss", "oss", "b", "", undefined, "path"],
  ["[::1]:9000", "/b/k", "cos", "cos", "b", "k", undefined, "path"],
  ["[::1]", "/", "cos", "cos", undefined, "", undefined, "service"],
  ["emulator", "/b/k", "oss", "oss", "b", "k", undefined, "path"],
  ["b.localtest:9000", "/k", "cos", "cos", "b", "k", undefined, "virtual-host"],
  ["aliyuncs.com.evil.example", "/b/k", undefined, "oss", "b", "k", undefined, "path"],
];

describe("resolveDestination", () => {
  const options = { cnames, localDomains: ["localhost", "localtest"] };

  test.each([...PUBLIC.map((row) => [true, ...row] as const), ...LOCAL.map((row) => [false, ...row] as const)])(
    "public %s: %s %s (%s) → %s %s %j",
    (isPublicHost, host, path, hint, provider, bucket, rawKey, region, addressing) => {
      expect(resolveDestination(host, path, hint, options)).toEqual({
        provider,
        rawKey,
        addressing,
        isPublicHost,
        ...(bucket !== undefined && { bucket }),
        ...(region !== undefined && { region }),
      });
    },
  );

  test.each([
    ["b-125.cos-website.ap-beijing.myqcloud.com", "website"],
    ["b-125.ci.ap-beijing.myqcloud.com", "ci"],
    ["ci.ap-beijing.tencentci.cn", "ci"],
    ["b-125.pic.ap-beijing.myqcloud.com", "pic"],
  ])("%s is a %s host", (host, variant) =>
    expect(resolveDestination(host, "/k", undefined)).toMatchObject({ provider: "cos", variant }),
  );
});

describe("providerHint", () => {
  test.each([
    ["OSS ak:sig", "/", [], "oss"],
    ["OSS4-HMAC-SHA256 Credential=…", "/", [], "oss"],
    ["q-sign-algorithm=sha1&q-ak=…", "/", [], "cos"],
    [undefined, "/?OSSAccessKeyId=a&Expires=1&Signature=s", [], "oss"],
    [undefined, "/?x-oss-signature-version=OSS4-HMAC-SHA256", [], "oss"],
    [undefined, "/?acl&q-sign-algorithm=sha1", [], "cos"],
    [undefined, "/?sign=abc", [], "cos"],
    [undefined, "/", ["host", "x-oss-date"], "oss"],
    [undefined, "/", ["host", "x-cos-acl"], "cos"],
    ["q-sign-algorithm=sha1", "/", ["x-oss-meta-a"], "cos"],
    ["Basic abc", "/?acl", ["host"], undefined],
  ])("%s %s %j → %s", (authorization, target, headerNames, expected) => {
    expect(providerHint({ authorization, query: parseTarget(target).query, headerNames })).toBe(expected);
  });
});
