import type { Credentials, HttpRequest } from "@cosmoss/types";
import { formatTarget } from "@cosmoss/uri";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SignerCOS, verifyCos, type RawRequest, type Verdict, type VerifyOptions } from "./index.node.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const HOST = "photos-1250000000.cos.ap-beijing.myqcloud.com";
const credentials: Credentials = { accessKeyId: "AKIDexample", accessKeySecret: "not-a-real-secret" };
const temporary: Credentials = { ...credentials, securityToken: "to+ke%2Bn", expiration: new Date(NOW + 60_000) };

const signer = new SignerCOS();

interface Changes {
  readonly credentials?: Credentials;
  readonly headers?: Record<string, string>;
  readonly query?: NonNullable<HttpRequest["query"]>;
}

const requestOf = ({ headers, query = {} }: Changes): HttpRequest => ({
  method: "GET",
  protocol: "https:",
  hostname: HOST,
  path: "/a.jpg",
  headers: { ...headers },
  query,
});

function inHeader(changes: Changes = {}): RawRequest {
  const request = requestOf(changes);
  void signer.sign(request, { credentials: changes.credentials ?? credentials, time: NOW });
  const headers = [["Host", HOST] as const, ...Object.entries(request.headers)];
  return { method: "GET", target: formatTarget(request.path, request.query), headers };
}

function inQuery(changes: Changes = {}): RawRequest {
  const request = requestOf(changes);
  const signed = { credentials: changes.credentials ?? credentials, time: NOW, expiresIn: 600 };
  const query = signer.presign(request, signed) as string;
  return { method: "GET", target: `/a.jpg?${query}`, headers: [["Host", HOST], ...Object.entries(request.headers)] };
}

/** The same signature in a `sign` parameter. */
function inSign(changes: Changes = {}): RawRequest {
  const { headers, ...raw } = inHeader(changes);
  const authorization = headers.find(([name]) => name === "authorization")![1];
  const target = `${raw.target}${raw.target.includes("?") ? "&" : "?"}sign=${encodeURIComponent(authorization)}`;
  return { ...raw, target, headers: headers.filter(([name]) => name !== "authorization") };
}

const authorization = (change: (value: string) => string, changes: Changes = {}): RawRequest => {
  const raw = inHeader(changes);
  return {
    ...raw,
    headers: raw.headers.map(([name, value]) => [name, name === "authorization" ? change(value) : value] as const),
  };
};
const retargeted = (raw: RawRequest, change: (target: string) => string): RawRequest => ({
  ...raw,
  target: change(raw.target),
});

const verify = (raw: RawRequest, changes: Partial<VerifyOptions> = {}): Promise<Verdict> =>
  verifyCos(raw, {
    now: NOW,
    findCredentials: (id) => (id === credentials.accessKeyId ? credentials : undefined),
    ...changes,
  });
const reasonOf = async (raw: RawRequest, changes: Partial<VerifyOptions> = {}): Promise<string> => {
  const verdict = await verify(raw, changes);
  return verdict.outcome === "refused" ? verdict.reason : verdict.outcome;
};

const carriers = [
  ["cos-header", inHeader],
  ["cos-url", inQuery],
  ["cos-sign", inSign],
] as const;

test("a request without authentication is anonymous", async () => {
  expect(await verify({ method: "GET", target: "/a.jpg?acl&signature=1", headers: [["host", HOST]] })).toEqual({
    outcome: "anonymous",
  });
});

describe.each(carriers)("%s", (scheme, make) => {
  test("is accepted, with and without parameters", async () => {
    const accepted = { outcome: "accepted", scheme, accessKeyId: "AKIDexample" };
    expect(await verify(make())).toEqual(accepted);
    expect(
      await verify(make({ query: { acl: null, "response-content-type": "a b" }, headers: { range: "bytes=0-1" } })),
    ).toEqual(accepted);
  });

  test("is good from five minutes before its window to its end", async () => {
    const end = NOW - 1000 + (scheme === "cos-url" ? 600_000 : 900_000);
    expect(await reasonOf(make(), { now: end })).toBe("accepted");
    expect(await verify(make(), { now: end + 1 })).toMatchObject({ reason: "expired", message: "Request has expired" });
    expect(await reasonOf(make(), { now: NOW - 301_000 })).toBe("accepted");
    expect(await reasonOf(make(), { now: NOW - 301_001 })).toBe("skewed");
    expect(await reasonOf(make(), { now: NOW - 1001, maxSkewMs: 0 })).toBe("skewed");
  });

  test("temporary keys need their own, unexpired token", async () => {
    const find = (found: Credentials): Partial<VerifyOptions> => ({ findCredentials: () => found });
    const raw = make({ credentials: temporary });
    expect(await reasonOf(raw, find(temporary))).toBe("accepted");
    expect(await reasonOf(make(), find(temporary))).toBe("bad-token");
    expect(await reasonOf(raw, find(credentials))).toBe("bad-token");
    expect(await reasonOf(raw, find({ ...temporary, securityToken: "to+ke%2Bm" }))).toBe("bad-token");
    expect(await reasonOf(raw, find({ ...temporary, expiration: new Date(NOW) }))).toBe("expired-token");
  });

  test("a signed header or parameter that is taken away is missed", async () => {
    const raw = make({ query: { acl: null }, headers: { "x-cos-meta-a": "" } });
    expect(await reasonOf(raw)).toBe("accepted");
    expect(
      await verify(
        retargeted(raw, (target) => target.replace(/\?acl&|[?&]acl\b/, (found) => (found.endsWith("&") ? "?" : ""))),
      ),
    ).toMatchObject({
      reason: "mismatch",
      message: "The signature covers acl, which the request does not have.",
    });
    expect(await reasonOf({ ...raw, headers: raw.headers.filter(([name]) => name !== "x-cos-meta-a") })).toBe(
      "mismatch",
    );
  });

  test("what is not listed is not signed", async () => {
    const raw = make({ query: { acl: null } });
    const target = (extra: string): RawRequest => retargeted(raw, (target) => target + extra);
    expect(await reasonOf(target("&imageView2/1/w/100"))).toBe("accepted");
    expect(await reasonOf({ ...raw, headers: [...raw.headers, ["x-cos-meta-a", "1"]] })).toBe("accepted");
  });

  test("the path is signed as it came, decoded, and not normalised", async () => {
    const raw = make();
    const path = (path: string): RawRequest => retargeted(raw, (target) => target.replace("/a.jpg", path));
    expect(await reasonOf(path("/%61.jpg"))).toBe("accepted");
    for (const other of ["/./a.jpg", "//a.jpg", "/b/../a.jpg", "/a%2Ejpg/", "/A.jpg"])
      expect(await reasonOf(path(other))).toBe("mismatch");
  });

  test("nothing that a client can send throws", async () => {
    const noise = fc.oneof(fc.string(), fc.constantFrom("%", "%zz", "&&", "=", "?", "%00", "%ED%A0%80", ",", ";", "/"));
    await fc.assert(
      fc.asyncProperty(noise, noise, fc.nat(400), async (one, other, at) => {
        const cut = (text: string): string =>
          text.slice(0, at % text.length) + one + text.slice((at % text.length) + 1) + other;
        const broken = scheme === "cos-header" ? authorization(cut) : retargeted(make(), cut);
        await expect(verify(broken)).resolves.toHaveProperty("outcome");
      }),
    );
  });
});

test("signing twice is malformed", async () => {
  const [header, query, sign] = [inHeader(), inQuery(), inSign()];
  expect(await reasonOf({ ...header, target: query.target })).toBe("malformed");
  expect(await reasonOf({ ...header, target: sign.target })).toBe("malformed");
  expect(await reasonOf(retargeted(query, (target) => `${target}&${sign.target.split("?")[1]!}`))).toBe("malformed");
  expect(await reasonOf({ ...header, headers: [...header.headers, ...header.headers] })).toBe("malformed");
});

test("a signature that lacks or repeats a field is malformed", async () => {
  const fields = inQuery().target.split("?")[1]!.split("&");
  expect(fields).toHaveLength(7);
  for (const field of fields) {
    const without = `/a.jpg?${fields.filter((one) => one !== field).join("&")}`;
    expect(await reasonOf(retargeted(inQuery(), () => without))).toBe("malformed");
    expect(await reasonOf(retargeted(inQuery(), (target) => `${target}&${field}`))).toBe("malformed");
  }
});

test.each([
  ["another algorithm", (value: string) => value.replace("=sha1", "=sha256")],
  ["an empty access key id", (value: string) => value.replace("AKIDexample", "")],
  ["a time that is no window", (value: string) => value.replace(/q-sign-time=\d+;/, "q-sign-time=")],
  ["a time that is no number", (value: string) => value.replace(/q-key-time=\d/, "q-key-time=x")],
  [
    "upper-case hex",
    (value: string) => value.replace(/q-signature=.*/, (text) => "q-signature=" + text.slice(12).toUpperCase() + "A"),
  ],
  ["another scheme", () => "Bearer AKIDexample"],
  ["nothing", () => ""],
])("%s is malformed", async (_, change) => {
  expect(await reasonOf(authorization(change))).toBe("malformed");
});

test("both times must hold", async () => {
  const past = "1700000000;1700000900";
  expect(await reasonOf(authorization((value) => value.replace(/q-sign-time=[^&]*/, `q-sign-time=${past}`)))).toBe(
    "expired",
  );
  expect(await reasonOf(authorization((value) => value.replace(/q-key-time=[^&]*/, `q-key-time=${past}`)))).toBe(
    "expired",
  );
});

test("lists may be encoded not at all, once or twice, and lower-cased", async () => {
  const query = { "a b": "1", Ünï: "2", "x%y": "3" };
  const raw = inQuery({ query });
  const [, list] = /q-url-param-list=([^&]*)/.exec(raw.target)!;
  const plain = decodeURIComponent(list!);
  expect(plain).toBe("a%20b;x%25y;%c3%9cn%c3%af");
  for (const form of [
    plain,
    list!.toLowerCase(),
    encodeURIComponent(plain).toLowerCase(),
    "a%20b;x%25y;%C3%9Cn%C3%AF",
  ]) {
    expect(await reasonOf(retargeted(raw, (target) => target.replace(list!, form)))).toBe("accepted");
  }
  expect(await reasonOf(retargeted(raw, (target) => target.replace(list!, "a%20b")))).toBe("mismatch");
});

test("a token may stand in a URL as it is", async () => {
  const raw = inQuery({ credentials: temporary });
  const unencoded = retargeted(raw, (target) =>
    target.replace(/x-cos-security-token=[^&]*/, "x-cos-security-token=to+ke%2Bn"),
  );
  expect(unencoded.target).not.toBe(raw.target);
  expect(await reasonOf(unencoded, { findCredentials: () => temporary })).toBe("accepted");
});

test("a refusal says what was compared, and never the secret or the right signature", async () => {
  const raw = inHeader({ credentials: { ...credentials, accessKeySecret: "sesame" } });
  const verdict = await verify(raw);
  expect(verdict).toMatchObject({
    outcome: "refused",
    reason: "mismatch",
    accessKeyId: "AKIDexample",
    canonicalRequest: `get\n/a.jpg\n\nhost=${HOST}\n`,
    stringToSign: expect.stringMatching(/^sha1\n\d+;\d+\n[0-9a-f]{40}\n$/) as string,
    signatureProvided: raw.headers.find(([name]) => name === "authorization")![1].slice(-40),
  });
  const right = inHeader()
    .headers.find(([name]) => name === "authorization")![1]
    .slice(-40);
  expect(JSON.stringify(verdict)).not.toMatch(new RegExp(`sesame|not-a-real-secret|${right}`));
});

test("an unknown access key id is told from a wrong secret", async () => {
  expect(await reasonOf(inHeader({ credentials: { ...credentials, accessKeyId: "AKIDother" } }))).toBe("unknown-key");
});
