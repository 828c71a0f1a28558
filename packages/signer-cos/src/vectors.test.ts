import type { SigningVector, WireRequest } from "@cosmoss/testkit/vectors";
import { describeSigningVectors, type VectorChange } from "@cosmoss/testkit/vectors-contract";
import type { Credentials, HeaderBag, QueryParameterBag } from "@cosmoss/types";
import { cosCrypto } from "./crypto.node.ts";
import { SignerCOS, verifyCos, type VerifyOptions } from "./index.node.ts";
import { verifyCos as verifyCosByWebCrypto } from "./index.ts";
import { readRequest } from "./raw-request.ts";
import { carriersOf, readClaim } from "./verify.ts";

/** How many vectors of the file in this repository the signer makes again, at least. */
const MADE_AGAIN = { "cos-header": 68, "cos-url": 31 };

// Judged by forms, which this package does not verify; the OSS schemes are the other signer's.
const ELSEWHERE = [
  "cos-post",
  "oss-v1-header",
  "oss-v4-header",
  "oss-v1-query",
  "oss-v4-query",
  "oss-v1-post",
  "oss-v4-post",
  "oss-rtmp",
];

function credentialsOf({ inputs }: SigningVector): Credentials {
  const { secretId, secretKey, securityToken } = inputs.credentials;
  return { accessKeyId: secretId!, accessKeySecret: secretKey!, ...(securityToken ? { securityToken } : {}) };
}

/** The signature's fields, wherever the wire has them. */
function fieldsOf(wire: WireRequest): Map<string, string> {
  const header = wire.headers.find(([name]) => name.toLowerCase() === "authorization")?.[1];
  const text = header ?? wire.target.slice(wire.target.indexOf("?") + 1);
  return new Map(
    text.split("&").map((piece): [string, string] => {
      const [name, ...value] = piece.split("=");
      return [name!, header ? value.join("=") : decodeURIComponent(value.join("="))];
    }),
  );
}

function optionsOf(vector: SigningVector): VerifyOptions {
  const credentials = credentialsOf(vector);
  const start = Number(fieldsOf(vector.expected.wire!).get("q-sign-time")!.split(";")[0]);
  // getAuthorization and getAuth give a header value and no token; a caller has to send that too.
  const isToken = ([name]: readonly [string, string]): boolean => name.toLowerCase() === "x-cos-security-token";
  const { wire } = vector.expected;
  const sendsToken = wire!.headers.some(isToken) || wire!.target.includes("x-cos-security-token=");
  const { securityToken: _, ...permanent } = credentials;
  const found = sendsToken ? credentials : permanent;
  return { now: start * 1000, findCredentials: (id) => (id === credentials.accessKeyId ? found : undefined) };
}

/** Requests that differ from the wire in one signed byte, each of which must be refused. */
function* tampered(vector: SigningVector): Generator<[what: string, wire: WireRequest]> {
  const wire = vector.expected.wire!;
  const flip = (text: string): string => text.slice(0, -1) + (text.endsWith("x") ? "y" : "x");
  const fields = fieldsOf(wire);
  const listed = (name: string): string[] => fields.get(name)!.split(";").filter(Boolean);
  const headerNames = listed("q-header-list").map((name) => decodeURIComponent(name));
  for (const [i, [name, value]] of wire.headers.entries()) {
    if (!headerNames.includes(name.toLowerCase())) continue;
    yield [name, { ...wire, headers: wire.headers.with(i, [name, flip(value || "_")]) }];
    yield [`${name} away`, { ...wire, headers: wire.headers.filter((_, j) => j !== i) }];
  }
  const [path, query] = wire.target.split("?");
  const target = (newPath: string, newQuery = query): string =>
    newPath + (newQuery === undefined ? "" : "?" + newQuery);
  yield ["path", { ...wire, target: target(path + "x") }];
  if (path !== "/") yield ["path byte", { ...wire, target: target(flip(path!)) }];
  const parameterNames = listed("q-url-param-list");
  const pieces = query?.split("&") ?? [];
  for (const [i, piece] of pieces.entries()) {
    const name = piece.split("=")[0]!.toLowerCase();
    if (!parameterNames.includes(name) && !parameterNames.includes(decodeURIComponent(name))) continue;
    const changed = piece.includes("=") ? piece + "x" : piece + "=x";
    yield [name, { ...wire, target: target(path!, pieces.with(i, changed).join("&")) }];
    yield [`${name} away`, { ...wire, target: target(path!, pieces.filter((_, j) => j !== i).join("&")) }];
  }
}

/** Requests whose signed time ends a second later, each of which must be refused. */
function* prolonged({ expected }: SigningVector): Generator<[what: string, wire: WireRequest]> {
  const wire = expected.wire!;
  for (const field of ["q-sign-time", "q-key-time"]) {
    const prolong = (text: string): string =>
      text.replace(new RegExp(`(${field}=\\d+(?:;|%3B))(\\d+)`, "i"), (_, start: string, end: string) => {
        return start + String(Number(end) + 1);
      });
    const headers = wire.headers.map(([name, value]) => [name, prolong(value)] as const);
    yield [field, { ...wire, target: prolong(wire.target), headers }];
  }
}

/** The headers that the signer signs where a request has them; `host` it signs always. */
const SIGNED =
  /^(?:x-c(?:os|i)-(?!security-token$).+|if-.+|content-(?:disposition|encoding|md5|type)|cache-control|expires|range|pic-operations)$/;

/**
 * The signature that the public signer makes for what a wire request has signed; `undefined` where it would not sign the
 * same. It does if
 * - `host` is signed, and of the other headers only those that it signs;
 * - the token is not signed, what is signed of the query is in UTF-8, and its names in the list are beyond doubt;
 * - the key is good for just the time that is signed, of a second at least, and numbers have no leading zeros.
 */
async function signAgain(vector: SigningVector): Promise<string | undefined> {
  const wire = vector.expected.wire!;
  const fields = fieldsOf(wire);
  const signTime = fields.get("q-sign-time")!;
  const [start, end] = signTime.split(";").map(Number) as [number, number];
  if (fields.get("q-key-time") !== signTime || signTime !== `${start};${end}` || end <= start) return undefined;
  const listed = (field: string): Set<string> => new Set(fields.get(field)!.split(";").filter(Boolean).map(nameInList));

  const headers: HeaderBag = {};
  const headerNames = listed("q-header-list");
  for (const [rawName, rawValue] of wire.headers) {
    const name = rawName.toLowerCase();
    const value = rawValue.replace(/^[ \t]+|[ \t]+$/g, "");
    if (headerNames.has(name)) headers[name] = name in headers ? `${headers[name]},${value}` : value;
  }
  if (!("host" in headers) || !Object.keys(headers).every((name) => name === "host" || SIGNED.test(name)))
    return undefined;

  const query = Object.create(null) as QueryParameterBag;
  const parameterNames = listed("q-url-param-list");
  const mark = wire.target.indexOf("?");
  const path = mark < 0 ? wire.target : wire.target.slice(0, mark);
  const found = new Set<string>();
  for (const [name, value] of new URLSearchParams(mark < 0 ? "" : wire.target.slice(mark))) {
    const signedName = name.toLowerCase();
    if (!parameterNames.has(signedName)) continue;
    found.add(signedName);
    query[name] ??= value;
  }
  if (found.size < parameterNames.size || found.has("x-cos-security-token")) return undefined;
  if (JSON.stringify(query).includes("\ufffd")) return undefined;

  const request = { method: wire.method, protocol: "https:", hostname: headers["host"]!, path, query, headers };
  const options = { credentials: credentialsOf(vector), time: (start + 1) * 1000 };
  const lifetime = { expiresIn: end - start };
  let made: string;
  if (vector.scheme === "cos-url") made = await new SignerCOS().presign(request, { ...options, ...lifetime });
  else {
    await new SignerCOS(lifetime).sign(request, options);
    made = headers["authorization"]!;
  }
  return /q-signature=([^&]*)/.exec(made)![1];
}

/** A name of a signed list, decoded; some clients encode it twice in a URL. */
function nameInList(item: string): string {
  try {
    return decodeURIComponent(decodeURIComponent(item)).toLowerCase();
  } catch {
    return item; // It has a `%` of its own, and then no parameter is found by it.
  }
}

/** What must change the verdict of COS, or must not, besides what changes it for every service. */
function* changes(vector: SigningVector, { now }: VerifyOptions): Generator<VectorChange<VerifyOptions>> {
  const end = Number(fieldsOf(vector.expected.wire!).get("q-sign-time")!.split(";")[1]) * 1000;
  yield { what: "at the end", options: { now: end }, wanted: /^accepted$/ };
  yield { what: "after the end", options: { now: end + 1 }, wanted: /^expired$/ };
  yield { what: "far earlier", options: { now: now - 3_600_000 }, wanted: /^skewed$/ };
  for (const [what, wire] of tampered(vector)) yield { what: `another ${what}`, wire };
  for (const [what, wire] of prolonged(vector)) yield { what: `a longer ${what}`, wire };
}

describeSigningVectors<VerifyOptions>({
  schemes: MADE_AGAIN,
  elsewhere: ELSEWHERE,
  refusal: /^mismatch$/,
  verify: verifyCos,
  verifyByWebCrypto: verifyCosByWebCrypto,
  credentialsOf,
  optionsOf,
  readClaim(vector, options) {
    const request = readRequest(vector.expected.wire!);
    return readClaim(request, carriersOf(request), options, cosCrypto);
  },
  isCanonical({ intermediate: { httpString } }, canonicalRequest = "") {
    return !httpString || Buffer.from(canonicalRequest, "latin1").toString() === httpString;
  },
  signAgain,
  changes,
});
