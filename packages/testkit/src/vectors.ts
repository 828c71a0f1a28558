import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A header or parameter as a vector writes it: `null` is "no value", `{ $undefined: true }` JavaScript's `undefined`. @public */
export type VectorPair = readonly [
  name: string,
  value: string | null | { readonly $undefined: true } | readonly string[],
];

/** The request that went over the network, or that a signed URL denotes. @public */
export interface WireRequest {
  readonly method: string;
  /** The raw request target. */
  readonly target: string;
  /** In order; values have one char per byte. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What a vendor's client was given. Members differ between schemes. @public */
export interface VectorInputs {
  readonly method: string | null;
  readonly bucket?: string | null;
  readonly key?: string | null;
  readonly region?: string | null;
  readonly product?: string;
  readonly cnameBucket?: string;
  readonly cloudBoxId?: string;
  readonly additionalHeaders?: readonly string[];
  readonly query?: readonly VectorPair[];
  readonly headers?: readonly VectorPair[];
  /** ISO stamp of the frozen clock. */
  readonly time: string;
  readonly expires?: unknown;
  readonly credentials: {
    /** OSS. */
    readonly accessKeyId?: string;
    readonly accessKeySecret?: string;
    /** COS. */
    readonly secretId?: string;
    readonly secretKey?: string;
    readonly securityToken?: string;
  };
  readonly refreshedCredentials?: VectorInputs["credentials"];
  readonly [name: string]: unknown;
}

/** One observed signature. @public */
export interface SigningVector {
  readonly id: string;
  readonly scheme: string;
  /** Whose client rules apply: `ali-oss`, `go-v2`, `cos-node-2`, … */
  readonly profile: string;
  readonly tags: readonly string[];
  /** Whether the wire request verifies; `null` when that cannot be told. */
  readonly serverAccepts: boolean | null;
  readonly inputs: VectorInputs;
  readonly intermediate: {
    readonly canonicalRequest?: string;
    readonly httpString?: string;
    readonly stringToSign?: string;
  };
  readonly expected: {
    readonly authorization?: string;
    readonly url?: string;
    readonly wire?: WireRequest;
    readonly [name: string]: unknown;
  };
}

/** The signing vectors, and whether they are those of this repository. @public */
export interface SigningVectors {
  readonly vectors: readonly SigningVector[];
  /** `false` when the environment variable `VECTORS` named another file. */
  readonly isDefaultFile: boolean;
}

/** Reads the signing vectors: those of this package, or those of the file that the environment variable `VECTORS` names. @public */
export function loadSigningVectors(): SigningVectors {
  const named = process.env["VECTORS"];
  const file = named || fileURLToPath(new URL("../data/signing-vectors.json", import.meta.url));
  const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: SigningVector[] };
  return { vectors, isDefaultFile: !named };
}
