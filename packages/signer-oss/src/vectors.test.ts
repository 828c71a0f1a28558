import type { Credentials, HeaderBag, HttpRequest, QueryParameterBag, SignOptions } from "@cosmoss/types";
import type { SigningVector, WireRequest } from "@cosmoss/testkit/vectors";
import { describeSigningVectors, type VectorChange } from "@cosmoss/testkit/vectors-contract";
import { v1Crypto, v4Crypto } from "./crypto.node.ts";
import { SignerV1, SignerV4, verifyOss, type RawRequest, type VerifyOptions } from "./index.node.ts";
import { verifyOss as verifyOssByWebCrypto } from "./index.ts";
import { readRequest } from "./raw-request.ts";
import { readV1Header, readV1Query } from "./v1-verify.ts";
import { readV4Header, readV4Query } from "./v4-verify.ts";

/** How many vectors of the file in this repository the signers make again, at least. */
const MADE_AGAIN = { "oss-v1-header": 67, "oss-v4-header": 120, "oss-v1-query": 46, "oss-v4-query": 45 };

// Judged by forms and RTMP URLs, which this package does not verify; the COS schemes are the other signer's.
const ELSEWHERE = ["oss-v1-post", "oss-v4-post", "oss-rtmp", "cos-header", "cos-url", "cos-post"];

function credentialsOf({ inputs }: SigningVector): Credentials {
  const { accessKeyId, accessKeySecret, securityToken } = inputs.refreshedCredentials ?? inputs.credentials;
  const trim = (text: string): string => (vectorTrims(inputs) ? text.trim() : text);
  return {
    accessKeyId: trim(accessKeyId!),
    accessKeySecret: trim(accessKeySecret!),
    ...(securityToken ? { securityToken } : {}),
  };
}

// ali-oss trims keys, the Go client does not; only a vector about that has white space in them.
const vectorTrims = (inputs: SigningVector["inputs"]): boolean => /^\s/.test(inputs.credentials.accessKeyId ?? "");

const header = (wire: WireRequest, name: string): string | undefined =>
  wire.headers.find(([one]) => one.toLowerCase() === name)?.[1];

const parametersOf = ({ target }: WireRequest): URLSearchParams =>
  new URLSearchParams(target.includes("?") ? target.slice(target.indexOf("?")) : "");

/** The instant that the request names; for a URL the last at which it is good, less a second. */
function timeOf(wire: WireRequest): number {
  const query = parametersOf(wire);
  const stamp = query.get("x-oss-date") ?? header(wire, "x-oss-date") ?? header(wire, "date") ?? "";
  return query.has("Expires") ? Number(query.get("Expires")) * 1000 - 1000 : timeOfStamp(stamp);
}

const timeOfStamp = (stamp: string): number =>
  Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));

function optionsOf(vector: SigningVector): VerifyOptions {
  const { bucket, key, cnameBucket } = vector.inputs;
  const credentials = credentialsOf(vector);
  const target = vector.expected.wire!.target.split("?")[0]!;
  return {
    ...((bucket ?? cnameBucket) ? { bucket: (bucket ?? cnameBucket)! } : {}),
    ...(key ? { key: keyOf(vector, target) } : {}),
    now: timeOf(vector.expected.wire!),
    findCredentials: (id) => (id === credentials.accessKeyId ? credentials : undefined),
  };
}

/** The key as a server reads it from the path: everything but the slash, or bucket and slashes, before it. */
function keyOf({ inputs }: SigningVector, path: string): string {
  const decoded = Buffer.from(
    path.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    "latin1",
  ).toString();
  const inPath = inputs["addressing"] === "path" || (inputs["addressing"] === "ip" && inputs.product !== undefined);
  return decoded.slice(inPath ? `/${inputs.bucket}/`.length : 1);
}

const crypto = { v1: v1Crypto, v4: v4Crypto };
const read = {
  "oss-v1-header": (wire: RawRequest, options: VerifyOptions) => readV1Header(readRequest(wire), options, crypto.v1),
  "oss-v1-query": (wire: RawRequest, options: VerifyOptions) => readV1Query(readRequest(wire), options, crypto.v1),
  "oss-v4-header": (wire: RawRequest, options: VerifyOptions) => readV4Header(readRequest(wire), options, crypto.v4),
  "oss-v4-query": (wire: RawRequest, options: VerifyOptions) => readV4Query(readRequest(wire), options, crypto.v4),
};

/** Requests that differ from the wire in one signed byte, each of which must be refused. */
function* tampered(vector: SigningVector): Generator<[what: string, wire: WireRequest]> {
  const wire = vector.expected.wire!;
  const flip = (text: string): string => text.slice(0, -1) + (text.endsWith("x") ? "y" : "x");
  const list =
    new URLSearchParams(wire.target.split("?")[1]).get("x-oss-additional-headers") ??
    /AdditionalHeaders=([^,]*)/.exec(header(wire, "authorization") ?? "")?.[1];
  const additional = list?.split(";") ?? [];
  for (const [i, [name, value]] of wire.headers.entries()) {
    const listed = additional.includes(name.toLowerCase());
    const signed = /^(?:x-oss-(?!date$|security-token$)|content-type$|content-md5$)/i.test(name) || listed;
    if (!signed || !value) continue;
    yield [name, { ...wire, headers: wire.headers.with(i, [name, flip(value)]) }];
  }
  const [path, query] = wire.target.split("?");
  if (vector.inputs.key) yield ["path", { ...wire, target: flip(path!) + (query === undefined ? "" : "?" + query) }];
  const pieces = query?.split("&") ?? [];
  for (const [i, piece] of pieces.entries()) {
    const name = decodeURIComponent(piece.split("=")[0]!);
    const signed = vector.scheme.includes("v4")
      ? !/^x-oss-(?:signature|date|expires|credential|security-token)/.test(name)
      : /^(?:acl|response-|uploadId|partNumber|x-oss-(?!security))/.test(name);
    if (signed) yield [name, { ...wire, target: `${path}?${pieces.with(i, piece + "x").join("&")}` }];
  }
}

/** Requests whose signed time is another, each of which must be refused. */
function* displaced({ scheme, expected }: SigningVector): Generator<[what: string, wire: WireRequest]> {
  const wire = expected.wire!;
  const dayAfter = (text: string): string =>
    text.replace(/(\/|%2F)(\d{8})(?=\1)/i, (_, slash: string, day: string) => slash + nextDay(day));
  const inTarget = (pattern: RegExp, change: (value: string) => string): WireRequest => ({
    ...wire,
    target: wire.target.replace(pattern, (_, name: string, value: string) => name + change(value)),
  });
  const inHeader = (wanted: string, change: (value: string) => string): WireRequest => ({
    ...wire,
    headers: wire.headers.map(([name, value]) => [name, name.toLowerCase() === wanted ? change(value) : value]),
  });
  const increment = (value: string): string => String(Number(value) + 1);
  if (scheme === "oss-v1-query") yield ["Expires", inTarget(/([?&]Expires=)(\d+)/, increment)];
  else if (scheme === "oss-v4-query") {
    yield ["x-oss-date", inTarget(/([?&]x-oss-date=)(\w+)/, nextSecond)];
    yield ["x-oss-expires", inTarget(/([?&]x-oss-expires=)(\d+)/, increment)];
    yield ["day of x-oss-credential", inTarget(/([?&]x-oss-credential=)([^&]+)/, dayAfter)];
  } else {
    yield ["date", inHeader(header(wire, "x-oss-date") === undefined ? "date" : "x-oss-date", nextSecond)];
    if (scheme === "oss-v4-header") yield ["day of Credential", inHeader("authorization", dayAfter)];
  }
}

const nextDay = (day: string): string => nextSecond(`${day}T235959Z`).slice(0, 8);

/** The second after one in the form of V4 or V1, in the same form. */
function nextSecond(stamp: string): string {
  const next = new Date(timeOfStamp(stamp) + 1000);
  return stamp.endsWith("Z") ? next.toISOString().replace(/[-:]|\.\d+/g, "") : next.toUTCString();
}

/** The parameters that `presign` adds. */
const ADDED = {
  "oss-v1-header": [],
  "oss-v4-header": [],
  "oss-v1-query": ["OSSAccessKeyId", "Expires", "Signature", "security-token"],
  "oss-v4-query": [
    ...["x-oss-signature-version", "x-oss-credential", "x-oss-date", "x-oss-expires", "x-oss-signature"],
    ...["x-oss-additional-headers", "x-oss-security-token"],
  ],
};

/**
 * The signature that the public signers make for a wire request; `undefined` where they would not sign the same. They do if
 * - what `sign` always sets is there and is what it sets: `x-oss-date`, of V4 `x-oss-content-sha256: UNSIGNED-PAYLOAD` too;
 * - the token, or its absence, is where `sign` or `presign` puts it;
 * - numbers are written without leading zeros, the region without `oss-`, and the query in UTF-8;
 * - no additional header is one that V4 signs anyway, for it lists only the others.
 */
async function signAgain(vector: SigningVector): Promise<string | undefined> {
  const scheme = vector.scheme as keyof typeof MADE_AGAIN;
  const wire = vector.expected.wire!;
  const [isV4, isQuery] = [scheme.includes("v4"), scheme.endsWith("query")];
  const { bucket, key, now } = optionsOf(vector);
  const credentials = credentialsOf(vector);
  const headers = bagOf(wire);
  const { authorization = "", "x-oss-date": date, "x-oss-content-sha256": digest } = headers;
  const parameters = parametersOf(wire);
  const parameter = (name: string): string | undefined => parameters.get(name) ?? undefined;

  const tokens = [headers["x-oss-security-token"], parameter(isV4 ? "x-oss-security-token" : "security-token")];
  const [token, elsewhere] = isQuery ? tokens.reverse() : tokens;
  if (token !== credentials.securityToken || elsewhere !== undefined) return undefined;
  if (!isQuery && (isV4 ? digest !== "UNSIGNED-PAYLOAD" : date !== new Date(now).toUTCString())) return undefined;
  const lifetime = parameter(isV4 ? "x-oss-expires" : "Expires") ?? "0";
  if (lifetime !== String(Number(lifetime)) || parameters.toString().includes("%EF%BF%BD")) return undefined;
  const scope = parameter("x-oss-credential") ?? authorization;
  const [, region = "", product = ""] = /\/\d{8}\/([^/]+)\/([^/]+)\/aliyun_v4_request/.exec(scope) ?? [];
  if (region.startsWith("oss-")) return undefined;
  const list = parameter("x-oss-additional-headers") ?? /AdditionalHeaders=([^,\s]*)/.exec(authorization)?.[1];
  const additionalHeaders = isV4 && list ? list.split(";") : [];
  if (additionalHeaders.some((name) => /^(?:x-oss-|content-(?:type|md5)$|authorization$)/.test(name))) return undefined;

  const query = Object.create(null) as QueryParameterBag;
  const added: readonly string[] = ADDED[scheme];
  for (const name of parameters.keys()) if (!added.includes(name)) query[name] = parameters.getAll(name);
  if (!isQuery) for (const name of ["authorization", "x-oss-date", "x-oss-content-sha256"]) delete headers[name];
  const request: HttpRequest = {
    ...{ method: wire.method, protocol: "https:", hostname: headers["host"] ?? "" },
    ...{ path: wire.target.split("?")[0]!, query, headers },
  };
  const signer = isV4 ? new SignerV4({ region, product, additionalHeaders }) : new SignerV1({});
  const options: SignOptions = { bucket, key, credentials, time: now };
  if (!isQuery) {
    await signer.sign(request, options);
    return signatureOf(headers["authorization"]!);
  }
  // `now` is a second before the end of a V1 URL.
  return signatureOf(await signer.presign(request, { ...options, expiresIn: isV4 ? Number(lifetime) : 1 }));
}

/** The headers of a request as a signer is given them. */
function bagOf(wire: WireRequest): HeaderBag {
  const bag: HeaderBag = {};
  for (const [rawName, rawValue] of wire.headers) {
    const name = rawName.toLowerCase();
    const value = rawValue.replace(/^[ \t]+|[ \t]+$/g, "");
    bag[name] = name in bag ? `${bag[name]},${value}` : value;
  }
  return bag;
}

/** The signature at the end of an Authorization header or of a signed query. */
const signatureOf = (text: string): string => decodeURIComponent(/(?:[Ss]ignature=|:)([^&,:]+)$/.exec(text)![1]!);

/** What must change the verdict of OSS, besides what changes it for every service. */
function* changes(vector: SigningVector, options: VerifyOptions): Generator<VectorChange<VerifyOptions>> {
  const { now, key = "", bucket = "b" } = options;
  yield { what: "far later", options: { now: now + 8 * 86_400_000 }, wanted: /^(?:skewed|expired)$/ };
  if (!vector.scheme.startsWith("oss-v1-q")) {
    yield { what: "far earlier", options: { now: now - 3_600_000 }, wanted: /^(?:skewed|not-yet-valid)$/ };
  }
  yield { what: "another key", options: { key: key + "x", bucket } };
  yield { what: "another bucket", options: { bucket: bucket + "x" } };
  const wanted = /^(?:mismatch|malformed)$/;
  for (const [what, wire] of tampered(vector)) {
    const inPath = vector.inputs.key ? { key: keyOf(vector, wire.target.split("?")[0]!) } : {};
    yield { what: `another ${what}`, wire, options: inPath, wanted };
  }
  for (const [what, wire] of displaced(vector)) yield { what: `another ${what}`, wire, wanted };
}

describeSigningVectors<VerifyOptions>({
  schemes: MADE_AGAIN,
  elsewhere: ELSEWHERE,
  refusal: /^(?:mismatch|unknown-key)$/,
  verify: verifyOss,
  verifyByWebCrypto: verifyOssByWebCrypto,
  credentialsOf,
  optionsOf,
  readClaim: (vector, options) => read[vector.scheme as keyof typeof read](vector.expected.wire!, options),
  isCanonical({ intermediate: { canonicalRequest: observed } }, canonicalRequest) {
    return !observed || /[^\0-\x7f]/.test(observed) || canonicalRequest === observed;
  },
  signAgain,
  changes,
});
