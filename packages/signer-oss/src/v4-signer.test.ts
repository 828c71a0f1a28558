import type { HttpRequest, SignOptions } from "@cosmoss/types";
import { describe, expect, test } from "vitest";
import { v4Crypto } from "./crypto.node.ts";
import { createSignerV4 } from "./v4-signer.ts";

const DAY = 86_400_000;
const credentials = { accessKeyId: "id", accessKeySecret: "not-a-real-secret" };

/** A signer, and how often it derived a key, hashed and signed. */
function counted() {
  const calls = { deriveKey: 0, sha256: 0, hmac: 0 };
  const signer = createSignerV4(
    { region: "cn-hangzhou" },
    {
      deriveKey: (secret, scope) => (calls.deriveKey++, v4Crypto.deriveKey(secret, scope)),
      sha256: (text) => (calls.sha256++, v4Crypto.sha256(text)),
      hmac: (key, text) => (calls.hmac++, v4Crypto.hmac(key, text)),
    },
  );
  const sign = (changes: Partial<SignOptions> = {}): string => {
    const request: HttpRequest = { method: "GET", protocol: "https:", hostname: "h", path: "/k", headers: {} };
    void signer.sign(request, { bucket: "b", key: "k", credentials, time: 0, ...changes });
    return request.headers["authorization"]!;
  };
  const presign = (changes: Partial<SignOptions> = {}): string =>
    signer.presign(
      { method: "GET", protocol: "https:", hostname: "h", path: "/k", headers: {} },
      { bucket: "b", key: "k", credentials, time: 0, expiresIn: 60, ...changes },
    ) as string;
  return { calls, sign, presign };
}

describe("the key of a day", () => {
  test("is derived once; each signature then costs one digest and one HMAC", () => {
    const { calls, sign, presign } = counted();
    for (let i = 0; i < 10; i++) sign({ time: i * 3_000_000, key: `k${i}` });
    for (let i = 0; i < 10; i++) presign({ time: i * 3_000_000, key: `k${i}` });
    expect(calls).toEqual({ deriveKey: 1, sha256: 20, hmac: 20 });
  });

  test("is another for another day or secret, not for another access key id or token", () => {
    const { calls, sign } = counted();
    sign();
    sign({ time: DAY });
    expect(calls.deriveKey).toBe(2);
    sign({ credentials: { ...credentials, accessKeySecret: "another" } });
    expect(calls.deriveKey).toBe(3);
    sign({ credentials: { ...credentials, accessKeyId: "another", securityToken: "token" } });
    sign({ time: DAY });
    expect(calls.deriveKey).toBe(3);
  });

  test("is never mixed up: signatures do not depend on what was signed before", () => {
    const { sign } = counted();
    const cases: Partial<SignOptions>[] = [
      {},
      { time: DAY },
      { time: 999 },
      { time: 1000 },
      { credentials: { ...credentials, accessKeySecret: "another" } },
      { credentials: { ...credentials, accessKeyId: "another" } },
      {},
    ];
    const fresh = cases.map((one) => counted().sign(one));
    expect(cases.map((one) => sign(one))).toEqual(fresh);
    expect(new Set(fresh).size).toBe(cases.length - 2); // the first, the third and the last are alike
  });

  test("does not pile up", () => {
    const { calls, sign } = counted();
    for (let day = 0; day < 100; day++) sign({ time: day * DAY });
    expect(calls.deriveKey).toBe(100);
    sign({ time: 99 * DAY });
    expect(calls.deriveKey).toBe(100);
    sign({ time: 0 });
    expect(calls.deriveKey).toBe(101);
  });
});
