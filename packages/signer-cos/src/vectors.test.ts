import { loadSigningVectors, type SigningVector, type WireRequest } from "@cosmoss/testkit/vectors";
import type { Credentials } from "@cosmoss/types";
import { describe, expect, test } from "vitest";
import { cosCrypto } from "./crypto.node.ts";
import { verifyCos, type RawRequest, type VerifyOptions } from "./index.node.ts";
import { verifyCos as verifyCosByWebCrypto } from "./index.ts";
import { readRequest } from "./raw-request.ts";
import { carriersOf, readClaim } from "./verify.ts";

const SCHEMES = ["cos-header", "cos-url"] as const;
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

const { vectors, isDefaultFile } = loadSigningVectors();

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

const outcomeOf = async (wire: RawRequest, options: VerifyOptions): Promise<string> => {
  const verdict = await verifyCos(wire, options);
  return verdict.outcome === "refused" ? verdict.reason : verdict.outcome;
};

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

/** What is wrong with a vector that the service accepts; nothing for a good one. */
async function faultsOf(vector: SigningVector): Promise<string[]> {
  const wire = vector.expected.wire!;
  const options = optionsOf(vector);
  const credentials = credentialsOf(vector);
  const faults: string[] = [];
  const expectReason = async (
    what: string,
    wanted: RegExp,
    request: RawRequest,
    changes: Partial<VerifyOptions> = {},
  ) => {
    const reason = await outcomeOf(request, { ...options, ...changes });
    if (!wanted.test(reason)) faults.push(`${what}: ${reason}`);
  };

  const request = readRequest(wire);
  const claim = readClaim(request, carriersOf(request), options, cosCrypto);
  if ("problem" in claim) return [claim.problem];
  const computed = await claim.compute(credentials.accessKeySecret);
  if (computed.signature !== claim.signature) faults.push("signing again gives another signature");
  const { httpString } = vector.intermediate;
  if (httpString && Buffer.from(computed.canonicalRequest!, "latin1").toString() !== httpString) {
    faults.push("another HttpString");
  }

  await expectReason("as sent", /^accepted$/, wire);
  const byWebCrypto = await verifyCosByWebCrypto(wire, options);
  if (byWebCrypto.outcome !== "accepted") faults.push(`by WebCrypto: ${byWebCrypto.outcome}`);
  await expectReason("another secret", /^mismatch$/, wire, {
    findCredentials: () => ({ ...credentials, accessKeySecret: credentials.accessKeySecret + "x" }),
  });
  await expectReason("an unknown key", /^unknown-key$/, wire, { findCredentials: () => undefined });
  await expectReason("another token", /^bad-token$/, wire, {
    findCredentials: () => ({ ...credentials, securityToken: "another" }),
  });
  const end = Number(fieldsOf(wire).get("q-sign-time")!.split(";")[1]) * 1000;
  await expectReason("at the end", /^accepted$/, wire, { now: end });
  await expectReason("after the end", /^expired$/, wire, { now: end + 1 });
  await expectReason("far earlier", /^skewed$/, wire, { now: options.now - 3_600_000 });
  await expectReason("another method", /^mismatch$/, { ...wire, method: wire.method === "PUT" ? "POST" : "PUT" });
  for (const [what, changed] of tampered(vector)) await expectReason(`another ${what}`, /^mismatch$/, changed);
  return faults;
}

describe("signing vectors", () => {
  test("every scheme of the file is judged here or named as judged elsewhere", () => {
    const known = new Set<string>([...SCHEMES, ...ELSEWHERE]);
    expect(vectors.filter(({ scheme }) => !known.has(scheme)).map(({ id }) => id)).toEqual([]);
  });

  test.each(SCHEMES)("%s", async (scheme) => {
    const judged = vectors.filter((vector) => vector.scheme === scheme && vector.serverAccepts !== null);
    const faulty: string[] = [];
    for (const vector of judged) {
      let faults: string[];
      if (vector.serverAccepts) faults = await faultsOf(vector);
      else {
        const outcome = await outcomeOf(vector.expected.wire!, optionsOf(vector));
        faults = outcome === "mismatch" ? [] : [`should be refused: ${outcome}`];
      }
      if (faults.length) faulty.push(`${vector.id}: ${faults.join("; ")}`);
    }
    console.log(`vectors ${scheme} ${judged.length - faulty.length}/${judged.length}`);
    expect(faulty).toEqual([]);
    if (isDefaultFile) expect(judged.length).toBeGreaterThan(0);
  });
});
