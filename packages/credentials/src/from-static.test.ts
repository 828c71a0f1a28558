import { ConfigError } from "@cosmoss/errors";
import { credentialsContract } from "@cosmoss/testkit/credentials-contract";
import { describe, expect, it } from "vitest";
import { fromStatic, toProvider } from "./index.ts";

const keys = { accessKeyId: "id-1", accessKeySecret: "hush-static", securityToken: "hush-token" };
const clock = { now: () => 0 };

credentialsContract("fromStatic", () => ({ provider: fromStatic(keys), expected: keys }));
credentialsContract("toProvider of keys", () => ({ provider: toProvider(keys, { clock }), expected: keys }));

describe("fromStatic", () => {
  it("answers at once, with the object itself", () => {
    const provider = fromStatic(keys);
    expect(provider()).toBe(keys);
    expect(provider({ forceRefresh: true })).toBe(keys);
    expect(toProvider(keys, { clock })()).toBe(keys);
  });

  it.each([
    ["accessKeyId", { ...keys, accessKeyId: "" }],
    ["accessKeySecret", { ...keys, accessKeySecret: "hush-static\n" }],
    ["accessKeySecret", { ...keys, accessKeySecret: " hush-static" }],
    ["accessKeySecret", { ...keys, accessKeySecret: "hush-\u0000static" }],
    ["accessKeySecret", { accessKeyId: "id" }],
    ["securityToken", { ...keys, securityToken: "" }],
    ["securityToken", { ...keys, securityToken: "hush-token\r\nx: y" }],
    ["securityToken", { ...keys, securityToken: 7 }],
    ["expiration", { ...keys, expiration: new Date(NaN) }],
    ["expiration", { ...keys, expiration: "2024-05-06T08:08:09Z" }],
    ["accessKeyId", { AccessKeyId: "id", AccessKeySecret: "hush-static" }],
    ["accessKeyId", undefined],
    ["accessKeyId", null],
    ["accessKeyId", "hush-static"],
  ])("refuses a wrong %s without showing it (%#)", (member, wrong) => {
    for (const make of [() => fromStatic(wrong as any), () => toProvider(wrong as any, { clock })]) {
      expect(make).toThrow(ConfigError);
      expect(make).toThrow(member);
      expect(make).not.toThrow("hush");
    }
  });

  it("takes a token with any printable characters", () => {
    expect(() => fromStatic({ ...keys, securityToken: "CAIS/+token==|%2B~" })).not.toThrow();
  });
});
