import type { Credentials } from "@cosmoss/types";
import { loadSigningVectors, type SigningVector, type WireRequest } from "@cosmoss/testkit/vectors";
import { describe, expect, test } from "vitest";
import { v1Crypto, v4Crypto } from "./crypto.node.ts";
import { verifyOss, type RawRequest, type VerifyOptions } from "./index.node.ts";
import { verifyOss as verifyOssByWebCrypto } from "./index.ts";
import { readRequest } from "./raw-request.ts";
import { readV1Header, readV1Query } from "./v1-verify.ts";
import { readV4Header, readV4Query } from "./v4-verify.ts";
import type { Claim } from "./verdict.ts";

const SCHEMES = ["oss-v1-header", "oss-v4-header", "oss-v1-query", "oss-v4-query"] as const;
// Judged by forms and RTMP URLs, which this package does not verify; the COS schemes are the other signer's.
const ELSEWHERE = ["oss-v1-post", "oss-v4-post", "oss-rtmp", "cos-header", "cos-url", "cos-post"];

const { vectors, isDefaultFile } = loadSigningVectors();

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

/** The instant that the request names; for a URL the last at which it is good, less a second. */
function timeOf(wire: WireRequest): number {
  const query = new URLSearchParams(wire.target.split("?")[1] ?? "");
  const stamp = query.get("x-oss-date") ?? header(wire, "x-oss-date") ?? header(wire, "date") ?? "";
  const start = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (query.has("Expires")) return Number(query.get("Expires")) * 1000 - 1000;
  return start;
}

function optionsOf(vector: SigningVector, changes: Partial<VerifyOptions> = {}): VerifyOptions {
  const { bucket, key, cnameBucket } = vector.inputs;
  const credentials = credentialsOf(vector);
  const target = vector.expected.wire!.target.split("?")[0]!;
  return {
    ...((bucket ?? cnameBucket) ? { bucket: (bucket ?? cnameBucket)! } : {}),
    ...(key ? { key: keyOf(vector, target) } : {}),
    now: timeOf(vector.expected.wire!),
    findCredentials: (id) => (id === credentials.accessKeyId ? credentials : undefined),
    ...changes,
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

const outcomeOf = async (wire: RawRequest, options: VerifyOptions): Promise<string> => {
  const verdict = await verifyOss(wire, options);
  return verdict.outcome === "refused" ? verdict.reason : verdict.outcome;
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

  const claim = read[vector.scheme as keyof typeof read](wire, options) as Claim;
  const computed = claim.compute && (await claim.compute(credentials.accessKeySecret));
  if (computed?.signature !== claim.signature) faults.push("signing again gives another signature");
  const { canonicalRequest } = vector.intermediate;
  if (canonicalRequest && !/[^\0-\x7f]/.test(canonicalRequest) && computed.canonicalRequest !== canonicalRequest) {
    faults.push("another canonical request");
  }

  await expectReason("as sent", /^accepted$/, wire);
  const byWebCrypto = await verifyOssByWebCrypto(wire, options);
  if (byWebCrypto.outcome !== "accepted") faults.push(`by WebCrypto: ${byWebCrypto.outcome}`);
  await expectReason("another secret", /^mismatch$/, wire, {
    findCredentials: () => ({ ...credentials, accessKeySecret: credentials.accessKeySecret + "x" }),
  });
  await expectReason("an unknown key", /^unknown-key$/, wire, { findCredentials: () => undefined });
  await expectReason("another token", /^bad-token$/, wire, {
    findCredentials: () => ({ ...credentials, securityToken: "another" }),
  });
  await expectReason("far later", /^(?:skewed|expired)$/, wire, { now: options.now + 8 * 86_400_000 });
  if (!vector.scheme.startsWith("oss-v1-q")) {
    await expectReason("far earlier", /^(?:skewed|not-yet-valid)$/, wire, { now: options.now - 3_600_000 });
  }
  await expectReason("another method", /^mismatch$/, { ...wire, method: wire.method === "PUT" ? "POST" : "PUT" });
  await expectReason("another key", /^mismatch$/, wire, {
    key: (options.key ?? "") + "x",
    bucket: options.bucket ?? "b",
  });
  await expectReason("another bucket", /^mismatch$/, wire, { bucket: (options.bucket ?? "b") + "x" });
  for (const [what, changed] of tampered(vector)) {
    const key = vector.inputs.key ? { key: keyOf(vector, changed.target.split("?")[0]!) } : {};
    await expectReason(`another ${what}`, /^(?:mismatch|malformed)$/, changed, key);
  }
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
        faults = outcome === "mismatch" || outcome === "unknown-key" ? [] : [`should be refused: ${outcome}`];
      }
      if (faults.length) faulty.push(`${vector.id}: ${faults.join("; ")}`);
    }
    console.log(`vectors ${scheme} ${judged.length - faulty.length}/${judged.length}`);
    expect(faulty).toEqual([]);
    if (isDefaultFile) expect(judged.length).toBeGreaterThan(0);
  });
});
