import { ConfigError } from "@cosmoss/errors";
import { loadSigningVectors, type SigningVector, type VectorPair } from "@cosmoss/testkit/vectors";
import type { Credentials, HttpRequest, PresignOptions, QueryParameterBag, Signer } from "@cosmoss/types";
import { escapePath, formatTarget } from "@cosmoss/uri";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as node from "./index.node.ts";
import * as web from "./index.ts";
import type { RawRequest, VerifyOptions } from "./index.ts";

const TIME = Date.UTC(2024, 1, 29, 23, 59, 59, 500);
const credentials: Credentials = { accessKeyId: "LTAIexample", accessKeySecret: "not-a-real-secret" };
const temporary: Credentials = { ...credentials, securityToken: "a+b/c==|%2B~" };

const request = (changes: Partial<HttpRequest> = {}): HttpRequest => ({
  method: "GET",
  protocol: "https:",
  hostname: "photos.oss-cn-hangzhou.aliyuncs.com",
  path: "/a.jpg",
  headers: {},
  ...changes,
});

const options = (changes: Partial<PresignOptions> = {}): PresignOptions => ({
  bucket: "photos",
  key: "a.jpg",
  credentials,
  time: TIME,
  expiresIn: 600,
  ...changes,
});

/** What a server receives of a request. */
const received = ({ method, path, query, headers }: HttpRequest): RawRequest => ({
  method,
  target: formatTarget(path, query),
  headers: Object.entries(headers),
});

const verifyOptions = ({ bucket, key, credentials, time }: PresignOptions): VerifyOptions => ({
  ...(bucket === undefined ? {} : { bucket }),
  ...(key === undefined ? {} : { key }),
  region: "cn-hangzhou",
  now: time,
  findCredentials: (id) => (id === credentials.accessKeyId ? credentials : undefined),
});

const variants = [
  ["V4", () => new node.SignerV4({ region: "oss-cn-hangzhou" }), () => new web.SignerV4({ region: "cn-hangzhou" })],
  ["V1", () => new node.SignerV1(), () => new web.SignerV1({})],
] as const;

// UTF-8 seen as latin1, as the core hands header values over.
const headerValue = fc
  .string({ unit: "binary", maxLength: 12 })
  .map((text) => Buffer.from(text, "utf8").toString("latin1"))
  .filter((bytes) => !/\p{Cc}/u.test(bytes.replace(/[\x80-\x9f]/g, "")));
const wellFormed = fc.string({ unit: "binary", maxLength: 12 });
const name = fc.oneof(
  fc.constantFrom(
    "acl",
    "uploads",
    "uploadId",
    "response-content-type",
    "x-oss-process",
    "prefix",
    "B",
    "a-b",
    "a",
    "a_b",
    "中",
  ),
  wellFormed.filter(
    (text) =>
      text !== "" &&
      text !== "__proto__" &&
      !/^(?:x-oss-|OSSAccessKeyId$|Expires$|Signature$|security-token$)/.test(text),
  ),
);
const query: fc.Arbitrary<QueryParameterBag> = fc.dictionary(
  name,
  fc.oneof(wellFormed, fc.constant(null), fc.array(wellFormed, { maxLength: 3 })),
  { maxKeys: 5 },
);
const headers = fc.dictionary(
  fc.constantFrom("content-type", "content-md5", "x-oss-meta-a", "x-oss-meta-b_c", "x-oss-acl", "range", "user-agent"),
  headerValue,
);
const anyRequest = fc.record({
  method: fc.constantFrom("GET", "PUT", "POST", "DELETE", "HEAD"),
  bucket: fc.constantFrom("photos", "a1b"),
  key: fc.option(fc.oneof(wellFormed, fc.constantFrom("/a", "a//b/", "../a/./b", "a%2Fb", "a b+c", "照片/😀")), {
    nil: undefined,
  }),
  query,
  headers,
  credentials: fc.constantFrom(credentials, temporary),
  time: fc.integer({ min: 0, max: Date.UTC(2099, 0) }),
  expiresIn: fc.integer({ min: 1, max: 604_800 }),
});

describe.each(variants)("%s", (version, makeNode, makeWeb) => {
  const scheme = version.toLowerCase();
  const both: readonly [string, Signer][] = [
    ["node", makeNode()],
    ["web", makeWeb()],
  ];

  test("signed headers are accepted, whatever the request", async () => {
    await fc.assert(
      fc.asyncProperty(anyRequest, async ({ method, query, headers, ...rest }) => {
        const results: string[] = [];
        for (const [, signer] of both) {
          const message = request({ method, query, headers: { ...headers }, path: "/" + escapePath(rest.key ?? "") });
          await signer.sign(message, rest);
          results.push(message.headers["authorization"]!);
          expect(await node.verifyOss(received(message), verifyOptions(rest))).toEqual({
            outcome: "accepted",
            scheme: `oss-${scheme}-header`,
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
        const message = request({ method, query, headers: { ...headers }, path: "/" + escapePath(rest.key ?? "") });
        const signed = await Promise.all(both.map(([, signer]) => signer.presign(message, rest)));
        expect(signed[0]).toBe(signed[1]);
        expect(message.headers).toEqual(headers);
        const raw = { method, target: `${message.path}?${signed[0]}`, headers: Object.entries(headers) };
        for (const verify of [node.verifyOss, web.verifyOss]) {
          expect(await verify(raw, verifyOptions(rest))).toMatchObject({
            outcome: "accepted",
            scheme: `oss-${scheme}-query`,
          });
        }
        const later = { ...verifyOptions(rest), now: rest.time + (rest.expiresIn + 1) * 1000 };
        expect(await node.verifyOss(raw, later)).toMatchObject({ outcome: "refused", reason: "expired" });
      }),
      { numRuns: 300 },
    );
  });

  test("node answers at once, WebCrypto with a promise", () => {
    const [[, nodeSigner], [, webSigner]] = both as [(typeof both)[0], (typeof both)[0]];
    expect(nodeSigner.sign(request(), options())).toBeUndefined();
    expect(nodeSigner.presign(request(), options())).toBeTypeOf("string");
    expect(webSigner.sign(request(), options())).toBeInstanceOf(Promise);
    expect(webSigner.presign(request(), options())).toBeInstanceOf(Promise);
  });

  test("signing again replaces what an earlier attempt wrote", () => {
    const signer = makeNode();
    const message = request();
    void signer.sign(message, options({ credentials: temporary, time: TIME - 86_400_000 }));
    void signer.sign(message, options());
    const fresh = request();
    void signer.sign(fresh, options());
    expect(message.headers).toEqual(fresh.headers);
    expect(message.headers).not.toHaveProperty("x-oss-security-token");
  });

  test("a bare name stays bare in a signed URL", () => {
    expect(makeNode().presign(request({ query: { acl: null } }), options())).toMatch(/(?:^|&)acl(?:&|$)/);
  });

  test.each([
    ["key", {}, { key: "a\ud800" }],
    ["bucket", {}, { bucket: "\udc00" }],
    ["query name", { query: { "\ud800": "1" } }, {}],
    ["query value", { query: { acl: "\ud800" } }, {}],
    ["query list", { query: { acl: ["1", "\ud800"] } }, {}],
    ["access key id", {}, { credentials: { ...credentials, accessKeyId: "\ud800" } }],
    ["token", {}, { credentials: { ...credentials, securityToken: "\ud800" } }],
  ])("half of a surrogate pair in the %s of a URL is a ConfigError", async (_, message, changes) => {
    for (const [, signer] of both) {
      await expect(async () => signer.presign(request(message), options(changes))).rejects.toThrow(ConfigError);
    }
  });

  test.each([0, -1, 1.5, NaN, Infinity, "60" as unknown as number])("expiresIn %s is a ConfigError", (expiresIn) => {
    expect(() => makeNode().presign(request(), options({ expiresIn }))).toThrow(ConfigError);
  });

  test("no error shows a secret or a token", async () => {
    const secrets = { accessKeyId: "LTAI\ud800", accessKeySecret: "sesame\ud800", securityToken: "tok\ud800" };
    for (const changes of [
      { credentials: secrets },
      { key: "\ud800", credentials: secrets },
      { expiresIn: 0, credentials: secrets },
    ]) {
      for (const [, signer] of both) {
        const error: unknown = await (async () => signer.presign(request(), options(changes)))().catch(
          (e: unknown) => e,
        );
        expect(error).toBeInstanceOf(ConfigError);
        expect(JSON.stringify([String(error), (error as Error).stack])).not.toMatch(/sesame|tok|LTAI/);
      }
    }
  });
});

describe("V4", () => {
  const presign = (signerOptions: Partial<node.SignerV4Options>, message: Partial<HttpRequest> = {}): string =>
    new node.SignerV4({ region: "cn-hangzhou", ...signerOptions }).presign(request(message), options()) as string;

  test("a URL lives at most 7 days", () => {
    const signer = new node.SignerV4({ region: "cn-hangzhou" });
    expect(signer.presign(request(), options({ expiresIn: 604_800 }))).toContain("x-oss-expires=604800");
    expect(() => signer.presign(request(), options({ expiresIn: 604_801 }))).toThrow(ConfigError);
  });

  test("an empty region is a ConfigError", () => {
    expect(() => new node.SignerV4({ region: "oss-" })).toThrow(ConfigError);
  });

  test("a cloud box takes the place of the region", () => {
    expect(presign({ cloudBoxId: "cb-1" })).toContain("%2F20240229%2Fcb-1%2Foss-cloudbox%2Faliyun_v4_request");
    expect(presign({ product: "oss-x" })).toContain("%2Fcn-hangzhou%2Foss-x%2F");
  });

  test("additional headers are signed where a request has them, each once, in order", async () => {
    const signer = new node.SignerV4({
      region: "cn-hangzhou",
      additionalHeaders: ["Range", "ABC", "range", "Content-Type", "gone"],
    });
    const message = request({ headers: { range: "bytes=0-1", abc: "1", "content-type": "a/b" } });
    void signer.sign(message, options());
    expect(message.headers["authorization"]).toContain(",AdditionalHeaders=abc;range,Signature=");
    const raw = received(message);
    expect(await node.verifyOss(raw, verifyOptions(options()))).toMatchObject({ outcome: "accepted" });
    const changed = raw.headers.map(([name, value]) => [name, name === "range" ? "bytes=0-2" : value] as const);
    expect(await node.verifyOss({ ...raw, headers: changed }, verifyOptions(options()))).toMatchObject({
      reason: "mismatch",
    });
    expect(signer.presign(request({ headers: { range: "bytes=0-1" } }), options())).toContain(
      "x-oss-additional-headers=range&",
    );
  });
});

/** Vectors whose inputs this library can express: bags, no repeated names, no client of its own quirks. */
const plain = (pairs: readonly VectorPair[] | undefined): boolean =>
  (pairs ?? []).every(([, value]) => value === null || typeof value === "string");
const bag = (pairs: readonly VectorPair[] | undefined): Record<string, string> =>
  Object.fromEntries(
    (pairs ?? []).map(([name, value]) => [name.toLowerCase(), Buffer.from(String(value).trim()).toString("latin1")]),
  );

function expressible({ inputs, serverAccepts, tags, profile }: SigningVector): boolean {
  const pairs = [inputs.query, inputs.headers, inputs["subresources"], inputs["implicitHeaders"]] as (
    VectorPair[] | undefined
  )[];
  return (
    serverAccepts === true &&
    profile === "ali-oss" &&
    pairs.every(plain) &&
    !tags.some((tag) => /whitespace|latin1|duplicate-case|payload-hash|clock-skew|headers:empty/.test(tag))
  );
}

function inputsOf({ inputs }: SigningVector): { message: HttpRequest; options: PresignOptions } {
  const query: QueryParameterBag = {};
  for (const [name, value] of [
    ...((inputs["subresources"] as VectorPair[] | undefined) ?? []),
    ...(inputs.query ?? []),
  ]) {
    query[name] = value as string | null;
  }
  const { accessKeyId, accessKeySecret, securityToken } = inputs.credentials;
  return {
    message: request({
      method: inputs.method ?? "GET",
      query,
      headers: {
        ...bag(inputs["implicitHeaders"] as VectorPair[] | undefined),
        ...bag(inputs.headers),
        ...(inputs["requestPayer"] ? { "x-oss-request-payer": "requester" } : {}),
      },
    }),
    options: {
      bucket: inputs.bucket ?? undefined,
      key: inputs.key ?? undefined,
      credentials: {
        accessKeyId: accessKeyId!,
        accessKeySecret: accessKeySecret!,
        ...(securityToken ? { securityToken } : {}),
      },
      time: Date.parse(inputs.time),
      expiresIn: Number(inputs.expires ?? 1),
    },
  };
}

function signerOf({ scheme, inputs }: SigningVector): Signer {
  if (scheme.startsWith("oss-v1")) return new node.SignerV1();
  const { region, cloudBoxId, additionalHeaders } = inputs;
  return new node.SignerV4({
    region: region!,
    ...(cloudBoxId ? { cloudBoxId } : {}),
    ...(additionalHeaders ? { additionalHeaders } : {}),
  });
}

describe("what ali-oss signs", () => {
  const { vectors, isDefaultFile } = loadSigningVectors();
  const of = (scheme: string): SigningVector[] =>
    vectors.filter((vector) => vector.scheme === scheme && expressible(vector));

  test.each([
    ["oss-v1-header", 40],
    ["oss-v4-header", 40],
  ])("%s is reproduced by sign()", (scheme, atLeast) => {
    const chosen = of(scheme);
    if (isDefaultFile) expect(chosen.length).toBeGreaterThanOrEqual(atLeast);
    for (const vector of chosen) {
      const { message, options } = inputsOf(vector);
      void signerOf(vector).sign(message, options);
      expect([vector.id, message.headers["authorization"]]).toEqual([vector.id, vector.expected.authorization]);
    }
  });

  test("oss-v4-query is reproduced by presign()", () => {
    const chosen = of("oss-v4-query");
    if (isDefaultFile) expect(chosen.length).toBeGreaterThanOrEqual(15);
    for (const vector of chosen) {
      const { message, options } = inputsOf(vector);
      const signed = new URLSearchParams(signerOf(vector).presign(message, options) as string);
      const expected = new URL(vector.expected.url!).searchParams;
      signed.sort();
      expected.sort();
      expect([vector.id, ...signed]).toEqual([vector.id, ...expected]);
    }
  });

  test("oss-v1-query is reproduced by presign()", () => {
    const chosen = of("oss-v1-query").filter(
      ({ inputs }) => Object.keys(inputs["options"] as object).join() === "expires",
    );
    if (isDefaultFile) expect(chosen.length).toBeGreaterThanOrEqual(5);
    for (const vector of chosen) {
      const { message, options } = inputsOf(vector);
      const expected = new URL(vector.expected.url!).searchParams;
      const start = Math.floor(options.time / 1000);
      const expiresIn = Number(expected.get("Expires")) - start; // ali-oss rounds the clock, and counts from a default
      const key = options.key!.replace(/^\/+/, "");
      const signed = new URLSearchParams(signerOf(vector).presign(message, { ...options, key, expiresIn }) as string);
      signed.sort();
      expected.sort();
      expect([vector.id, ...signed]).toEqual([vector.id, ...expected]);
    }
  });
});

test("both variants export the same names", () => {
  expect(Object.keys(node).sort()).toEqual(["SignerV1", "SignerV4", "verifyOss"]);
  expect(Object.keys(web).sort()).toEqual(Object.keys(node).sort());
});
