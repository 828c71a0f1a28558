import type { Credentials } from "@cosmoss/types";
import { describe, expect, test } from "vitest";
import { loadSigningVectors, type SigningVector, type WireRequest } from "./vectors.ts";

/** What every verifier is told besides the request. @public */
export interface ServerKnowledge {
  /** The server's clock, milliseconds since the epoch. */
  readonly now: number;
  findCredentials(accessKeyId: string): Credentials | undefined;
}

/** A verifier; its verdict has a reason when it refuses. @public */
export type VerifyFunction<Options> = (
  wire: WireRequest,
  options: Options,
) => Promise<{ readonly outcome: string; readonly reason?: string }>;

/** The signature of a request as a server reads it, and how it computes the same again. @public */
export interface VectorClaim {
  readonly signature: string;
  compute(secret: string): Promise<{ readonly signature: string; readonly canonicalRequest?: string }>;
}

/** A vector's request as another one, or as a server that knows other things sees it. @public */
export interface VectorChange<Options> {
  /** In words, such as `another path`. */
  readonly what: string;
  /** The request; default that of the vector. */
  readonly wire?: WireRequest;
  /** What the server knows instead. */
  readonly options?: Partial<Options>;
  /** The verdict's reason, or its outcome when it does not refuse; default `mismatch` alone. */
  readonly wanted?: RegExp;
}

/** A signer with its verifier, and how to put the vectors to them. @public */
export interface VectorSubject<Options extends ServerKnowledge> {
  /** The schemes to judge, each with how many vectors of the file in this repository the signer makes again, at least. */
  readonly schemes: Readonly<Record<string, number>>;
  /** The other schemes that a file may have, which are judged elsewhere. */
  readonly elsewhere: readonly string[];
  /** The reasons for which a request that the service does not accept may be refused. */
  readonly refusal: RegExp;
  readonly verify: VerifyFunction<Options>;
  readonly verifyByWebCrypto: VerifyFunction<Options>;
  /** The credentials that the vector is signed with. */
  credentialsOf(vector: SigningVector): Credentials;
  /** What a server that accepts the vector knows. */
  optionsOf(vector: SigningVector): Options;
  readClaim(vector: SigningVector, options: Options): VectorClaim | { readonly problem: string };
  /** Whether the canonical request is the one that the vector observed, as far as it observed one. */
  isCanonical(vector: SigningVector, canonicalRequest: string | undefined): boolean;
  /** The signature that the public signer makes for the wire request; `undefined` where it would not sign the same. */
  signAgain(vector: SigningVector): Promise<string | undefined>;
  /** What the verdict depends on, or must not, besides the secret, access key id, token and method. */
  changes(vector: SigningVector, options: Options): Iterable<VectorChange<Options>>;
}

/**
 * Holds a signer and its verifier to the observed signatures. Of each scheme it prints `vectors <scheme> <good>/<judged>`.
 * A vector that the service accepts is good when the signature is computed and signed again, the request verified, and
 * each change of it judged as wanted; one that the service does not accept, when it is refused. @public
 */
export function describeSigningVectors<Options extends ServerKnowledge>(subject: VectorSubject<Options>): void {
  const { vectors, isDefaultFile } = loadSigningVectors();

  describe("signing vectors", () => {
    test("every scheme of the file is judged here or named as judged elsewhere", () => {
      const known = new Set([...Object.keys(subject.schemes), ...subject.elsewhere]);
      expect(vectors.filter(({ scheme }) => !known.has(scheme)).map(({ id }) => id)).toEqual([]);
    });

    test.each(Object.keys(subject.schemes))("%s", async (scheme) => {
      const judged = vectors.filter((vector) => vector.scheme === scheme && vector.serverAccepts !== null);
      const faulty: string[] = [];
      let madeAgain = 0;
      for (const vector of judged) {
        const faults = vector.serverAccepts
          ? await faultsOf(subject, vector, () => madeAgain++)
          : await faultsOfRefused(subject, vector);
        if (faults.length) faulty.push(`${vector.id}: ${faults.join("; ")}`);
      }
      console.log(`vectors ${scheme} ${judged.length - faulty.length}/${judged.length}`);
      expect(faulty).toEqual([]);
      if (isDefaultFile) expect(madeAgain).toBeGreaterThanOrEqual(subject.schemes[scheme]!);
    });
  });
}

/** What is wrong with a vector that the service does not accept; nothing for a good one. */
async function faultsOfRefused<Options extends ServerKnowledge>(
  subject: VectorSubject<Options>,
  vector: SigningVector,
): Promise<string[]> {
  const { outcome, reason = outcome } = await subject.verify(vector.expected.wire!, subject.optionsOf(vector));
  return subject.refusal.test(reason) ? [] : [`should be refused: ${reason}`];
}

/** What is wrong with a vector that the service accepts; nothing for a good one. */
async function faultsOf<Options extends ServerKnowledge>(
  subject: VectorSubject<Options>,
  vector: SigningVector,
  onMadeAgain: () => void,
): Promise<string[]> {
  const wire = vector.expected.wire!;
  const options = subject.optionsOf(vector);
  const credentials = subject.credentialsOf(vector);
  const claim = subject.readClaim(vector, options);
  if ("problem" in claim) return [claim.problem];

  const faults: string[] = [];
  const computed = await claim.compute(credentials.accessKeySecret);
  if (computed.signature !== claim.signature) faults.push("computing again gives another signature");
  const made = await subject.signAgain(vector);
  if (made === claim.signature) onMadeAgain();
  else if (made !== undefined) faults.push("the signer makes another signature");
  if (!subject.isCanonical(vector, computed.canonicalRequest)) faults.push("another canonical request");

  const accepted = /^accepted$/;
  const byWebCrypto = await subject.verifyByWebCrypto(wire, options);
  if (!accepted.test(byWebCrypto.outcome)) faults.push(`by WebCrypto: ${byWebCrypto.outcome}`);
  const changes = [
    { what: "as sent", wanted: accepted },
    ...changesOfKeys(credentials),
    { what: "another method", wire: { ...wire, method: wire.method === "PUT" ? "POST" : "PUT" } },
    ...subject.changes(vector, options),
  ] as VectorChange<Options>[];
  for (const { what, wire: changed, options: others, wanted = /^mismatch$/ } of changes) {
    if (changed && JSON.stringify(changed) === JSON.stringify(wire)) faults.push(`${what}: nothing is changed`);
    const { outcome, reason = outcome } = await subject.verify(changed ?? wire, { ...options, ...others });
    if (!wanted.test(reason)) faults.push(`${what}: ${reason}`);
  }
  return faults;
}

/** A server that has other keys on record than those signed with. */
function changesOfKeys(credentials: Credentials): VectorChange<ServerKnowledge>[] {
  const found = (others: Partial<Credentials>) => ({ findCredentials: () => ({ ...credentials, ...others }) });
  return [
    { what: "another secret", options: found({ accessKeySecret: credentials.accessKeySecret + "x" }) },
    { what: "an unknown key", options: { findCredentials: () => undefined }, wanted: /^unknown-key$/ },
    { what: "another token", options: found({ securityToken: "another" }), wanted: /^bad-token$/ },
  ];
}
