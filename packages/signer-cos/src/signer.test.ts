import { ConfigError } from "@cosmoss/errors";
import { loadSigningVectors, type SigningVector, type VectorPair } from "@cosmoss/testkit/vectors";
import type { Credentials, HttpRequest, PresignOptions, QueryParameterBag, Signer } from "@cosmoss/types";
import { escapePath, formatTarget } from "@cosmoss/uri";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cosCrypto } from "./crypto.node.ts";
import * as node from "./index.node.ts";
import * as web from "./index.ts";
import type { RawRequest, VerifyOptions } from "./index.ts";
import { createSignerCOS } from "./signer.ts";

const TIME = Date.UTC(2024, 1, 29, 23, 59, 59, 500);
const HOST = "photos-1250000000.cos.ap-beijing.myqcloud.com";
const credentials: Credentials = { accessKeyId: "AKIDexample", accessKeySecret: "not-a-real-secret" };
const temporary: Credentials = { ...credentials, securityToken: "a+b/c==|%2B~" };

const request = (changes: Partial<HttpRequest> = {}): HttpRequest => ({
  method: "GET",
  protocol: "https:",
  hostname: HOST,
  path: "/a.jpg",
  headers: {},
  ...changes,
});

const options = (changes: Partial<PresignOptions> = {}): PresignOptions => ({
  bucket: "photos-1250000000",
  key: "a.jpg",
  credentials,
  time: TIME,
  expiresIn: 600,
  ...changes,
});

/** What a server receives of a request. */
const received = ({ method, path, query, headers }: HttpRequest, host: string = HOST): RawRequest => ({
  method,
  target: formatTarget(path, query),
  headers: [["Host", host], ...Object.entries(headers)],
});

const verifyOptions = ({ credentials, time }: PresignOptions): VerifyOptions => ({
  now: time,
  findCredentials: (id) => (id === credentials.accessKeyId ? credentials : undefined),
});

const both: readonly [Signer, Signer] = [new node.SignerCOS(), new web.SignerCOS({})];

// UTF-8 seen as latin1, as the core hands header values over.
const headerValue = fc
  .string({ unit: "binary", maxLength: 12 })
  .map((text) => Buffer.from(text, "utf8").toString("latin1"))
  .filter((bytes) => !/\p{Cc}/u.test(bytes.replace(/[\x80-\x9f]/g, "")));
const wellFormed = fc.string({ unit: "binary", maxLength: 12 });
const name = fc.oneof(
  fc.constantFrom("acl", "uploads", "uploadId", "response-content-type", "imageMogr2", "a b", "a-b", "Ünï", "中"),
  wellFormed.filter((text) => !/^$|^__proto__$|;|^(?:q-|sign$|x-cos-security-token$)/.test(text)),
);
const query: fc.Arbitrary<QueryParameterBag> = fc.dictionary(
  name,
  fc.oneof(wellFormed, fc.constant(null), fc.array(wellFormed, { maxLength: 3 })),
  { maxKeys: 5 },
);
const headers = fc.dictionary(
  fc.constantFrom(
    "content-type",
    "content-md5",
    "x-cos-meta-a",
    "x-cos-meta-b_c",
    "x-ci-a",
    "range",
    "user-agent",
    "if-match",
  ),
  headerValue,
);
const anyRequest = fc.record({
  method: fc.constantFrom("GET", "PUT", "POST", "DELETE", "HEAD"),
  key: fc.oneof(wellFormed, fc.constantFrom("/a", "a//b/", "../a/./b", "a%2Fb", "a b+c", "照片/😀")),
  query,
  headers,
  credentials: fc.constantFrom(credentials, temporary),
  time: fc.integer({ min: 10_000, max: Date.UTC(2099, 0) }),
  // The window begins a second early, and its length is expiresIn: a URL for 1 s can be over as soon as it is signed.
  expiresIn: fc.integer({ min: 2, max: 1_000_000 }),
});

test("signed headers are accepted, whatever the request", async () => {
  await fc.assert(
    fc.asyncProperty(anyRequest, async ({ method, query, headers, ...rest }) => {
      const results: string[] = [];
      for (const signer of both) {
        const message = request({ method, query, headers: { ...headers }, path: "/" + escapePath(rest.key) });
        await signer.sign(message, rest);
        results.push(message.headers["authorization"]!);
        expect(await node.verifyCos(received(message), verifyOptions(rest))).toEqual({
          outcome: "accepted",
          scheme: "cos-header",
          accessKeyId: credentials.accessKeyId,
        });
      }
      expect(results[0]).toBe(results[1]);
    }),
    { numRuns: 300 },
  );
});

test("signed URLs are accepted, whatever the request", async () => {
  await fc.assert(
    fc.asyncProperty(anyRequest, async ({ method, query, headers, ...rest }) => {
      const message = request({ method, query, headers: { ...headers }, path: "/" + escapePath(rest.key) });
      const signed = await Promise.all(both.map((signer) => signer.presign(message, rest)));
      expect(signed[0]).toBe(signed[1]);
      expect(message.headers).toEqual(headers);
      expect(signed[0]).toMatch(/^[\w.~%&=-]*$/);
      const raw = { ...received(message), target: `${message.path}?${signed[0]}` };
      for (const verify of [node.verifyCos, web.verifyCos]) {
        expect(await verify(raw, verifyOptions(rest))).toMatchObject({ outcome: "accepted", scheme: "cos-url" });
      }
      const later = { ...verifyOptions(rest), now: rest.time + (rest.expiresIn + 1) * 1000 };
      expect(await node.verifyCos(raw, later)).toMatchObject({ outcome: "refused", reason: "expired" });
    }),
    { numRuns: 300 },
  );
});

test("node answers at once, WebCrypto with a promise", () => {
  expect(both[0].sign(request(), options())).toBeUndefined();
  expect(both[0].presign(request(), options())).toBeTypeOf("string");
  expect(both[1].sign(request(), options())).toBeInstanceOf(Promise);
  expect(both[1].presign(request(), options())).toBeInstanceOf(Promise);
});

test("both variants export the same names", () => {
  expect(Object.keys(node).sort()).toEqual(["SignerCOS", "verifyCos"]);
  expect(Object.keys(web).sort()).toEqual(Object.keys(node).sort());
});

test("signing again replaces what an earlier attempt wrote", () => {
  const message = request();
  void both[0].sign(message, options({ credentials: temporary, time: TIME - 86_400_000 }));
  expect(message.headers["x-cos-security-token"]).toBe(temporary.securityToken);
  void both[0].sign(message, options());
  const fresh = request();
  void both[0].sign(fresh, options());
  expect(message.headers).toEqual(fresh.headers);
  expect(message.headers).not.toHaveProperty("x-cos-security-token");
});

describe("what is signed", () => {
  const signed = (
    message: Partial<HttpRequest>,
    signer: Signer = both[0],
    changes: Partial<PresignOptions> = {},
  ): Map<string, string> => {
    const full = request(message);
    void signer.sign(full, options(changes));
    return new Map(full.headers["authorization"]!.split("&").map((field) => field.split("=") as [string, string]));
  };

  test("headers that nobody on the way changes", () => {
    const names =
      "cache-control content-disposition content-encoding content-length content-md5 content-type date expect expires if-match " +
      "if-none-match origin pic-operations range referer transfer-encoding user-agent x-ci-a x-ci-security-token x-cos-a x-cos-security-token";
    const headers = Object.fromEntries(names.split(" ").map((name) => [name, "1"]));
    expect(signed({ headers }, both[0], { credentials: temporary }).get("q-header-list")).toBe(
      "cache-control;content-disposition;content-encoding;content-md5;content-type;expires;host;if-match;if-none-match;pic-operations;range;x-ci-a;x-cos-a",
    );
  });

  test.each([
    ["the default port of https", {}, HOST, { port: 443 }],
    ["the default port of http", {}, HOST, { protocol: "http:", port: 80 }],
    ["another port", {}, `${HOST}:8080`, { port: 8080 }],
    ["the default port of the other protocol", {}, `${HOST}:80`, { port: 80 }],
    ["a host header", {}, "cdn.example.com", { headers: { host: "cdn.example.com" }, port: 8080 }],
  ])("the host as it is sent: %s", async (_, __, host, message) => {
    const full = request({ ...message, headers: { ...(message as { headers?: Record<string, string> }).headers } });
    void both[0].sign(full, options());
    const { host: ___, ...headers } = full.headers;
    expect(await node.verifyCos(received({ ...full, headers }, host), verifyOptions(options()))).toMatchObject({
      outcome: "accepted",
    });
    expect(await node.verifyCos(received({ ...full, headers }, host + "x"), verifyOptions(options()))).toMatchObject({
      reason: "mismatch",
    });
  });

  test("all parameters, in the order of their lower-case names", () => {
    const query = { uploadId: "1", Acl: null, "a b": "x", Ünï: ["1", "2"] };
    expect(signed({ query }).get("q-url-param-list")).toBe("a%20b;acl;uploadid;%c3%9cn%c3%af");
  });

  test("the window begins a second early, 900 s long or as long as the signer is told", () => {
    expect(signed({}).get("q-sign-time")).toBe("1709251199;1709252099"); // half a second is rounded up
    expect(signed({}, new node.SignerCOS({ expiresIn: 60 }), { time: TIME - 1 }).get("q-key-time")).toBe(
      "1709251198;1709251258",
    );
  });
});

test("a token is percent-encoded in a URL, and not signed", async () => {
  const query = both[0].presign(request(), options({ credentials: temporary })) as string;
  expect(query).toContain("&x-cos-security-token=a%2Bb%2Fc%3D%3D%7C%252B~");
  expect(query).toContain("&q-url-param-list=&");
});

test("the signature of a URL comes first, then the request's own query", () => {
  const query = both[0].presign(request({ query: { acl: null, "response-content-type": "a/b" } }), options()) as string;
  expect(query).toMatch(
    /^q-sign-algorithm=sha1&q-ak=AKIDexample&q-sign-time=1709251199%3B1709251799&q-key-time=1709251199%3B1709251799&q-header-list=host&q-url-param-list=acl%3Bresponse-content-type&q-signature=[0-9a-f]{40}&acl&response-content-type=a%2Fb$/,
  );
});

describe("bad input is a ConfigError", () => {
  test.each([
    ["query name", { query: { "\ud800": "1" } }, {}],
    ["query value", { query: { acl: "\ud800" } }, {}],
    ["query list", { query: { acl: ["1", "\ud800"] } }, {}],
    ["access key id", {}, { credentials: { ...credentials, accessKeyId: "\ud800" } }],
    ["token", {}, { credentials: { ...credentials, securityToken: "\ud800" } }],
  ])("%s that is not well-formed", async (_, message, changes) => {
    for (const signer of both) {
      await expect(async () => signer.presign(request(message), options(changes))).rejects.toThrow(ConfigError);
    }
  });

  test.each([0, -1, 1.5, NaN, Infinity, "60" as unknown as number])("expiresIn %s", (expiresIn) => {
    expect(() => both[0].presign(request(), options({ expiresIn }))).toThrow(ConfigError);
    expect(() => new node.SignerCOS({ expiresIn })).toThrow(ConfigError);
  });

  test("and shows no secret or token", async () => {
    const secrets = { accessKeyId: "AKID\ud800", accessKeySecret: "sesame\ud800", securityToken: "tok\ud800" };
    for (const changes of [{}, { expiresIn: 0 }]) {
      for (const signer of both) {
        const error: unknown = await (async () =>
          signer.presign(request(), options({ credentials: secrets, ...changes })))().catch((e: unknown) => e);
        expect(error).toBeInstanceOf(ConfigError);
        expect([String(error), (error as Error).stack].join()).not.toMatch(/sesame|tok\W|AKID/);
      }
    }
  });
});

describe("the key of a key time", () => {
  /** A signer, and how often it derived a key, hashed and signed. */
  function counted() {
    const calls = { deriveKey: 0, sha1: 0, hmac: 0 };
    const signer = createSignerCOS(
      {},
      {
        deriveKey: (secret, keyTime) => (calls.deriveKey++, cosCrypto.deriveKey(secret, keyTime)),
        sha1: (text) => (calls.sha1++, cosCrypto.sha1(text)),
        hmac: (key, text) => (calls.hmac++, cosCrypto.hmac(key, text)),
      },
    );
    const presign = (changes: Partial<PresignOptions> = {}): string =>
      signer.presign(request(), options(changes)) as string;
    return { calls, presign };
  }

  test("is derived once a second; each signature then costs one digest and one HMAC", () => {
    const { calls, presign } = counted();
    for (let ms = 0; ms < 1000; ms += 100) presign({ time: TIME + ms });
    expect(calls).toEqual({ deriveKey: 1, sha1: 10, hmac: 10 });
    presign({ time: TIME + 1000 });
    expect(calls.deriveKey).toBe(2);
    presign({ credentials: { ...credentials, accessKeySecret: "another" } });
    presign({ expiresIn: 60 });
    expect(calls.deriveKey).toBe(4);
    presign({ credentials: { ...credentials, accessKeyId: "another" } });
    expect(calls.deriveKey).toBe(4);
  });

  test("is never mixed up, and does not pile up", () => {
    const { calls, presign } = counted();
    const cases = Array.from({ length: 50 }, (_, i) => ({ time: TIME + i * 1000 }));
    expect(cases.map(presign)).toEqual(cases.map((one) => counted().presign(one)));
    presign(cases[49]);
    expect(calls.deriveKey).toBe(50);
    presign(cases[0]);
    expect(calls.deriveKey).toBe(51);
  });
});

describe("what the vendors' clients sign", () => {
  const { vectors, isDefaultFile } = loadSigningVectors();
  const plain = (pairs: readonly VectorPair[] | undefined): boolean =>
    (pairs ?? []).every(([, value]) => value === null || typeof value === "string");
  const windowOf = (authorization: string): number => {
    const [, start, end] = /q-sign-time=(\d+);(\d+)/.exec(authorization) ?? [];
    return Number(end) - Number(start);
  };

  function inputsOf({ inputs, expected }: SigningVector): { message: HttpRequest; options: PresignOptions } {
    const { wire } = expected;
    const { secretId, secretKey, securityToken } = inputs.credentials;
    const [start] = /(?<=q-sign-time=)\d+/.exec(expected.authorization ?? expected.url!)!;
    return {
      message: request({
        method: wire!.method,
        path: wire!.target.split("?")[0]!,
        hostname: wire!.headers.find(([name]) => name.toLowerCase() === "host")![1],
        query: Object.fromEntries((inputs.query ?? []).map(([name, value]) => [name, value as string | null])),
        headers: Object.fromEntries(
          (inputs.headers ?? []).map(([name, value]) => [name.toLowerCase(), value as string]),
        ),
      }),
      options: options({
        credentials: {
          accessKeyId: secretId!,
          accessKeySecret: secretKey!,
          ...(securityToken ? { securityToken } : {}),
        },
        time: (Number(start) + 1) * 1000,
        expiresIn: windowOf(expected.authorization ?? expected.url!),
      }),
    };
  }

  /** Vectors that sign what this signer signs: the same headers, no repeated names, a real path. */
  const expressible = ({ serverAccepts, inputs, expected }: SigningVector): boolean => {
    const ours = inputs.headers?.every(
      ([name]) =>
        !/^(?:content-length|content-type|cache-control|expect|expires|origin|transfer-encoding|foo)$/i.test(name),
    );
    return (
      serverAccepts === true &&
      plain(inputs.query) &&
      plain(inputs.headers) &&
      ours !== false &&
      !!expected.authorization?.includes("host") &&
      windowOf(expected.authorization) > 0
    );
  };

  test("is reproduced by sign()", () => {
    const chosen = vectors.filter((vector) => vector.scheme === "cos-header" && expressible(vector));
    if (isDefaultFile) expect(chosen.length).toBeGreaterThanOrEqual(50);
    for (const vector of chosen) {
      const { message, options } = inputsOf(vector);
      void new node.SignerCOS({ expiresIn: options.expiresIn }).sign(message, options);
      expect([vector.id, message.headers["authorization"]]).toEqual([vector.id, vector.expected.authorization]);
    }
  });

  test("is reproduced by presign()", () => {
    const chosen = vectors.filter(
      (vector) =>
        vector.scheme === "cos-url" &&
        expressible({ ...vector, expected: { ...vector.expected, authorization: vector.expected.url! } }) &&
        /q-header-list=[^&]*host/.test(vector.expected.url!),
    );
    if (isDefaultFile) expect(chosen.length).toBeGreaterThanOrEqual(20);
    for (const vector of chosen) {
      const { message, options } = inputsOf(vector);
      const signature = /q-signature=[0-9a-f]+/.exec(both[0].presign(message, options) as string)?.[0];
      expect([vector.id, signature]).toEqual([vector.id, /q-signature=[0-9a-f]+/.exec(vector.expected.url!)?.[0]]);
    }
  });
});
