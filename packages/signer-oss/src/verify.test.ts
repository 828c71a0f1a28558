import type { Credentials, HttpRequest } from "@cosmoss/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SignerV1, SignerV4, verifyOss, type RawRequest, type Verdict, type VerifyOptions } from "./index.node.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const credentials: Credentials = { accessKeyId: "LTAIexample", accessKeySecret: "not-a-real-secret" };
const temporary: Credentials = { ...credentials, securityToken: "token", expiration: new Date(NOW + 60_000) };

const verifyOptions: VerifyOptions = {
  bucket: "photos",
  key: "a.jpg",
  region: "cn-hangzhou",
  now: NOW,
  findCredentials: (id) => (id === credentials.accessKeyId ? credentials : undefined),
};

const signers = { V4: new SignerV4({ region: "cn-hangzhou" }), V1: new SignerV1() };
const versions = ["V4", "V1"] as const;

interface Changes {
  readonly credentials?: Credentials;
  readonly headers?: Record<string, string>;
  readonly query?: HttpRequest["query"];
  readonly method?: string;
}

const signOptions = (changes: Changes) => ({
  bucket: "photos",
  key: "a.jpg",
  credentials: changes.credentials ?? credentials,
  time: NOW,
});
const requestOf = ({ headers, query, method = "GET" }: Changes): HttpRequest => ({
  method,
  protocol: "https:",
  hostname: "photos.oss-cn-hangzhou.aliyuncs.com",
  path: "/a.jpg",
  headers: { ...headers },
  ...(query ? { query } : {}),
});

function inHeader(version: (typeof versions)[number], changes: Changes = {}): RawRequest {
  const request = requestOf(changes);
  void signers[version].sign(request, signOptions(changes));
  const query = new URLSearchParams((request.query ?? {}) as Record<string, string>).toString();
  return {
    method: request.method,
    target: query ? `/a.jpg?${query}` : "/a.jpg",
    headers: Object.entries(request.headers),
  };
}

function inQuery(version: (typeof versions)[number], changes: Changes = {}): RawRequest {
  const request = requestOf(changes);
  const query = signers[version].presign(request, { ...signOptions(changes), expiresIn: 600 }) as string;
  return { method: request.method, target: `/a.jpg?${query}`, headers: Object.entries(request.headers) };
}

const replaced = (raw: RawRequest, name: string, change: (value: string) => string): RawRequest => ({
  ...raw,
  headers: raw.headers.map(([one, value]) => [one, one === name ? change(value) : value] as const),
});
const retargeted = (raw: RawRequest, change: (target: string) => string): RawRequest => ({
  ...raw,
  target: change(raw.target),
});

const verify = (raw: RawRequest, changes: Partial<VerifyOptions> = {}): Promise<Verdict> =>
  verifyOss(raw, { ...verifyOptions, ...changes });
const reasonOf = async (raw: RawRequest, changes: Partial<VerifyOptions> = {}): Promise<string> => {
  const verdict = await verify(raw, changes);
  return verdict.outcome === "refused" ? verdict.reason : verdict.outcome;
};

test("a request without authentication is anonymous", async () => {
  expect(await verify({ method: "GET", target: "/a.jpg?acl&Expires=1", headers: [["host", "h"]] })).toEqual({
    outcome: "anonymous",
  });
});

describe.each(versions)("%s", (version) => {
  test("a header is good for 15 minutes either way", async () => {
    const raw = inHeader(version);
    for (const offset of [-900_000, 0, 900_000]) expect(await reasonOf(raw, { now: NOW + offset })).toBe("accepted");
    for (const offset of [-901_000, 901_000]) expect(await reasonOf(raw, { now: NOW + offset })).toBe("skewed");
    expect(await reasonOf(raw, { now: NOW + 2000, maxSkewMs: 1000 })).toBe("skewed");
  });

  test("a URL is good until it expires", async () => {
    const raw = inQuery(version);
    expect(await reasonOf(raw, { now: NOW + 600_000 })).toBe("accepted");
    expect(await reasonOf(raw, { now: NOW + 600_001 })).toBe("expired");
  });

  test("signing twice is malformed", async () => {
    const header = inHeader(version);
    const query = inQuery(version);
    expect(await reasonOf({ ...header, target: query.target })).toBe("malformed");
    expect(await reasonOf({ ...header, headers: [...header.headers, ...header.headers] })).toBe("malformed");
    const other = inQuery(version === "V4" ? "V1" : "V4");
    expect(await reasonOf(retargeted(query, (target) => `${target}&${other.target.split("?")[1]!}`))).toBe("malformed");
  });

  test("a repeated signature parameter is malformed", async () => {
    const raw = inQuery(version);
    for (const piece of raw.target.split("?")[1]!.split("&")) {
      const reason = await reasonOf(retargeted(raw, (target) => `${target}&${piece}`));
      expect({ piece, reason }).toEqual({ piece, reason: "malformed" });
    }
  });

  test("a URL that lacks a signature parameter is not accepted", async () => {
    const raw = inQuery(version);
    const pieces = raw.target.split("?")[1]!.split("&");
    for (const piece of pieces) {
      const target = `/a.jpg?${pieces.filter((one) => one !== piece).join("&")}`;
      expect({ piece, reason: await reasonOf({ ...raw, target }) }).toEqual({ piece, reason: "malformed" });
    }
  });

  test.each(["header", "query"])("temporary keys need their own, unexpired token (%s)", async (carrier) => {
    const make = carrier === "header" ? inHeader : inQuery;
    const find = (found: Credentials): Partial<VerifyOptions> => ({ findCredentials: () => found });
    expect(await reasonOf(make(version, { credentials: temporary }), find(temporary))).toBe("accepted");
    expect(await reasonOf(make(version), find(temporary))).toBe("bad-token");
    expect(await reasonOf(make(version, { credentials: temporary }), find(credentials))).toBe("bad-token");
    const other = { ...temporary, securityToken: "token2" };
    expect(await reasonOf(make(version, { credentials: temporary }), find(other))).toBe("bad-token");
    const late = { ...temporary, expiration: new Date(NOW) };
    expect(await reasonOf(make(version, { credentials: temporary }), find(late))).toBe("expired-token");
  });

  test("a refusal says what was compared, and never the secret or the right signature", async () => {
    const raw = inHeader(version, { credentials: { ...credentials, accessKeySecret: "sesame" } });
    const verdict = await verify(raw);
    expect(verdict).toMatchObject({
      outcome: "refused",
      reason: "mismatch",
      accessKeyId: "LTAIexample",
      stringToSign: expect.stringContaining(version === "V4" ? "OSS4-HMAC-SHA256\n" : "GET\n\n\n") as string,
      signatureProvided: expect.any(String) as string,
    });
    const right = inHeader(version).headers.find(([name]) => name === "authorization")![1];
    expect(JSON.stringify(verdict)).not.toMatch(/sesame|not-a-real-secret/);
    expect(JSON.stringify(verdict)).not.toContain(right.slice(-40));
  });

  test("nothing that a client can send throws", async () => {
    const noise = fc.oneof(fc.string(), fc.constantFrom("%", "%zz", "&&", "=", "?", "%00", "%ED%A0%80", ",", ";", "/"));
    await fc.assert(
      fc.asyncProperty(noise, noise, fc.nat(400), fc.boolean(), async (one, other, at, isHeader) => {
        const raw = isHeader ? inHeader(version) : inQuery(version);
        const cut = (text: string): string =>
          text.slice(0, at % text.length) + one + text.slice((at % text.length) + 1) + other;
        const broken = isHeader ? replaced(raw, "authorization", cut) : retargeted(raw, cut);
        await expect(verify(broken)).resolves.toHaveProperty("outcome");
      }),
    );
  });

  test("values that HTTP and forms write in more than one way are the same", async () => {
    const raw = inQuery(version, { query: { "response-content-type": "a b", acl: null } });
    const same = retargeted(raw, (target) => target.replace("a%20b", "a+%62").replace(/\bacl\b/, "acl="));
    expect(same.target).not.toBe(raw.target);
    expect(await reasonOf(same)).toBe("accepted");
    const padded = replaced(
      inHeader(version, { headers: { "x-oss-meta-a": "b" } }),
      "x-oss-meta-a",
      (value) => ` \t${value} `,
    );
    expect(await reasonOf(padded)).toBe("accepted");
    const split = inHeader(version, { headers: { "x-oss-meta-a": "b,c" } });
    const headers = split.headers.flatMap(([name, value]) =>
      name === "x-oss-meta-a"
        ? value.split(",").map((one) => ["X-OSS-Meta-A", one] as const)
        : [[name, value] as const],
    );
    expect(await reasonOf({ ...split, headers })).toBe("accepted");
  });
});

test("the path must be that of the bucket and key", async () => {
  const raw = inHeader("V4");
  expect(await reasonOf(retargeted(raw, () => "/photos/a.jpg"))).toBe("accepted");
  expect(await reasonOf(retargeted(raw, () => "/%61.jpg"))).toBe("accepted");
  for (const target of ["/b/../a.jpg", "/./a.jpg", "//a.jpg", "/other/a.jpg", "/a.jpg/", "/", "a.jpg"]) {
    expect(await reasonOf(retargeted(raw, () => target))).toBe("mismatch");
  }
});

describe("V4", () => {
  const authorization = (change: (value: string) => string): RawRequest =>
    replaced(inHeader("V4"), "authorization", change);

  test("the fields may come in any order, with spaces", async () => {
    const raw = authorization((value) => {
      const [credential, signature] = value.slice("OSS4-HMAC-SHA256 ".length).split(",");
      return `OSS4-HMAC-SHA256 ${signature}, ${credential}`;
    });
    expect(await reasonOf(raw)).toBe("accepted");
  });

  test.each([
    ["no signature", (value: string) => value.replace(/,Signature.*/, "")],
    ["two signatures", (value: string) => value + value.slice(value.indexOf(","))],
    ["an unknown field", (value: string) => value + ",Extra=1"],
    ["no terminator", (value: string) => value.replace("aliyun_v4_request", "aws4_request")],
    ["another region", (value: string) => value.replace("cn-hangzhou", "cn-beijing")],
    ["another product", (value: string) => value.replace("/oss/", "/ecs/")],
    ["another day", (value: string) => value.replace("20260102", "20260103")],
    [
      "upper-case hex",
      (value: string) => value.replace(/Signature=.*/, (text) => "Signature=" + text.slice(10).toUpperCase()),
    ],
    ["empty additional headers", (value: string) => value.replace(",", ",AdditionalHeaders=,")],
    ["an empty additional header", (value: string) => value.replace(",", ",AdditionalHeaders=host;,")],
    ["additional headers out of order", (value: string) => value.replace(",", ",AdditionalHeaders=range;host,")],
    ["upper-case additional headers", (value: string) => value.replace(",", ",AdditionalHeaders=Host,")],
    ["an absent additional header", (value: string) => value.replace(",", ",AdditionalHeaders=if-match,")],
    ["another scheme", () => "Bearer LTAIexample"],
  ])("%s is malformed", async (_, change) => {
    const raw = authorization(change);
    const headers = [...raw.headers, ["host", "h"], ["range", "bytes=0-1"]] as const;
    expect(await reasonOf({ ...raw, headers })).toBe("malformed");
  });

  test("a region is compared only where the server has one", async () => {
    const raw = inHeader("V4");
    const { region: _, ...rest } = verifyOptions;
    expect((await verifyOss(raw, rest)).outcome).toBe("accepted");
    expect(await reasonOf(raw, { region: "oss-cn-hangzhou" })).toBe("accepted");
  });

  test("an unsigned header or its absence changes nothing, a new x-oss header does", async () => {
    const raw = inHeader("V4");
    expect(await reasonOf({ ...raw, headers: [...raw.headers, ["range", "bytes=0-1"]] })).toBe("accepted");
    expect(await reasonOf({ ...raw, headers: [...raw.headers, ["x-oss-acl", "private"]] })).toBe("mismatch");
    expect(await reasonOf({ ...raw, headers: [...raw.headers, ["content-type", "a/b"]] })).toBe("mismatch");
  });

  test("every parameter is signed, in any order", async () => {
    const raw = inHeader("V4", { query: { b: "2", a: "1", "a-b": "3", a_b: "4" } });
    expect(await reasonOf(retargeted(raw, () => "/a.jpg?a_b=4&a-b=3&a=1&b=2"))).toBe("accepted");
    expect(await reasonOf(retargeted(raw, (target) => target + "&c"))).toBe("mismatch");
  });

  test("repeated names are signed with their own values", async () => {
    const raw = inQuery("V4", { query: { a: ["2", "1", ""] } });
    expect(await reasonOf(raw)).toBe("accepted");
    expect(await reasonOf(retargeted(raw, (target) => target.replace("a=1", "a=3")))).toBe("mismatch");
  });

  test.each(["0", "604801", "", "1e3", "-1", "1.5"])("x-oss-expires=%s is malformed", async (expires) => {
    const raw = retargeted(inQuery("V4"), (target) => target.replace("x-oss-expires=600", `x-oss-expires=${expires}`));
    expect(await reasonOf(raw)).toBe("malformed");
  });

  test("a URL dated in the future beyond the skew is not yet valid", async () => {
    expect(await reasonOf(inQuery("V4"), { now: NOW - 900_000 })).toBe("accepted");
    expect(await reasonOf(inQuery("V4"), { now: NOW - 901_000 })).toBe("not-yet-valid");
  });

  test.each(["20260230", "20260102T030405", "Fri, 02 Jan 2026 03:04:05 GMT", ""])(
    "x-oss-date %j is malformed",
    async (date) => {
      expect(await reasonOf(replaced(inHeader("V4"), "x-oss-date", () => date))).toBe("malformed");
    },
  );
});

describe("V1", () => {
  test("sub-resources are signed, other parameters are not", async () => {
    const raw = inHeader("V1", { query: { uploadId: "1" } });
    expect(await reasonOf(raw)).toBe("accepted");
    for (const extra of ["&prefix=a", "&max-keys=1", "&Acl", "&list-type=2"]) {
      const reason = await reasonOf(retargeted(raw, (target) => target + extra));
      expect({ extra, reason }).toEqual({ extra, reason: "accepted" });
    }
    for (const extra of ["&acl", "&x-oss-process=a", "&partNumber=1", "&response-expires=1", "&restore="]) {
      const reason = await reasonOf(retargeted(raw, (target) => target + extra));
      expect({ extra, reason }).toEqual({ extra, reason: "mismatch" });
    }
  });

  test("of a repeated sub-resource the first value is signed", async () => {
    const raw = inHeader("V1", { query: { uploadId: "1" } });
    expect(await reasonOf(retargeted(raw, (target) => target + "&uploadId=2"))).toBe("accepted");
    expect(await reasonOf(retargeted(raw, () => "/a.jpg?uploadId=2&uploadId=1"))).toBe("mismatch");
  });

  test.each(["", "yesterday", "2026-01-02T03:04:05Z", "Fri, 32 Jan 2026 03:04:05 GMT"])(
    "the date %j is malformed",
    async (date) => {
      expect(await reasonOf(replaced(inHeader("V1"), "x-oss-date", () => date))).toBe("malformed");
    },
  );

  test.each(["soon", "-1", "1.5", "9999999999999"])("Expires=%s is malformed", async (expires) => {
    const raw = retargeted(inQuery("V1"), (target) => target.replace(/Expires=\d+/, `Expires=${expires}`));
    expect(await reasonOf(raw)).toBe("malformed");
  });
});
