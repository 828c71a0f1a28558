import type { Credentials } from "@cosmoss/types";

/** A request as a server received it. @public */
export interface RawRequest {
  readonly method: string;
  /** The raw request target: path and query as they came, never passed through a URL parser. */
  readonly target: string;
  /** As received, in order; values have one char per byte. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What a server knows besides the request. @public */
export interface VerifyOptions {
  /** Not used by COS signatures, which cover the host and the raw path. */
  readonly bucket?: string;
  /** Not used by COS signatures. */
  readonly key?: string;
  /** Not used by COS signatures. */
  readonly region?: string;
  /** The server's clock, milliseconds since the epoch. */
  readonly now: number;
  /** How far the client's clock may be ahead, milliseconds; default 5 minutes. */
  readonly maxSkewMs?: number;
  /** The key pair of an access key id, if there is one. */
  findCredentials(accessKeyId: string): Credentials | undefined;
}

/** Why a signature was refused. @public */
export type RefusalReason =
  "malformed" | "unknown-key" | "mismatch" | "skewed" | "expired" | "not-yet-valid" | "bad-token" | "expired-token";

/** What a server concludes about a request. @public */
export type Verdict =
  | { readonly outcome: "anonymous" }
  | { readonly outcome: "accepted"; readonly scheme: string; readonly accessKeyId: string }
  | {
      readonly outcome: "refused";
      readonly scheme: string;
      readonly reason: RefusalReason;
      /** In the words of the service where they are known. */
      readonly message: string;
      readonly accessKeyId?: string;
      readonly stringToSign?: string;
      readonly canonicalRequest?: string;
      readonly signatureProvided?: string;
    };

/** Why a request cannot pass. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly message: string;
}

/** What the server computes for a claim with the secret on record. */
interface Computed {
  readonly signature: string;
  readonly stringToSign: string;
  readonly canonicalRequest?: string;
}

/** Who a request says it is from, and how to find out. One reader per scheme makes these. */
export interface Claim {
  readonly scheme: string;
  readonly accessKeyId: string;
  readonly signature: string;
  /** The ways to read the request's token; none when it has none. */
  readonly tokens: readonly string[];
  /** Why the request is refused before its signature is computed. */
  readonly objection: Refusal | undefined;
  compute(secret: string): Promise<Computed>;
}

/** A request whose authentication cannot be read. */
export interface Unreadable {
  readonly scheme: string;
  readonly problem: string;
}

/** Looks up the key, then checks time, signed names, signature and token, in this order. */
export async function judge(claim: Claim | Unreadable, options: VerifyOptions): Promise<Verdict> {
  const { scheme } = claim;
  if ("problem" in claim) return { outcome: "refused", scheme, reason: "malformed", message: claim.problem };
  const { accessKeyId, objection } = claim;
  const refuse = (refusal: Refusal): Verdict => ({ outcome: "refused", scheme, accessKeyId, ...refusal });

  const credentials = options.findCredentials(accessKeyId);
  if (!credentials) {
    return refuse({
      reason: "unknown-key",
      message: "The Access Key Id you provided does not exist in our records.",
    });
  }
  if (objection) return refuse(objection);

  const { signature, ...texts } = await claim.compute(credentials.accessKeySecret);
  if (!isSame(signature, claim.signature)) {
    return {
      outcome: "refused",
      scheme,
      accessKeyId,
      reason: "mismatch",
      message:
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
      signatureProvided: claim.signature,
      ...texts,
    };
  }
  const { securityToken } = credentials;
  const isRight = securityToken
    ? claim.tokens.some((token) => isSame(securityToken, token))
    : claim.tokens.every((token) => token === "");
  if (!isRight) {
    return refuse({
      reason: "bad-token",
      message: "The access key id and security token you provided do not match.",
    });
  }
  if (credentials.expiration && options.now >= credentials.expiration.getTime()) {
    return refuse({ reason: "expired-token", message: "The security token you provided has expired." });
  }
  return { outcome: "accepted", scheme, accessKeyId };
}

/** Compares in a time that tells only the length. */
function isSame(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  return difference === 0;
}
