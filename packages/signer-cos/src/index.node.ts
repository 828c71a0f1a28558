/**
 * Signatures of Tencent Cloud COS: making and verifying.
 * @packageDocumentation
 */
import type { HttpRequest, PresignOptions, Signer, SignOptions } from "@cosmoss/types";
import { cosCrypto } from "./crypto.node.ts";
import { createSignerCOS, type SignerCOSOptions } from "./signer.ts";
import type { RawRequest, Verdict, VerifyOptions } from "./verdict.ts";
import { createVerifier } from "./verify.ts";

export type { RawRequest, RefusalReason, Verdict, VerifyOptions } from "./verdict.ts";
export type { SignerCOSOptions };

/** Signs for COS (`q-sign-algorithm=sha1`). Keeps the signing keys of the last 16 key times. @public */
export class SignerCOS implements Signer {
  /** Sets `authorization` and `x-cos-security-token`. Answers at once in Node, elsewhere with a promise. */
  declare readonly sign: (request: HttpRequest, options: SignOptions) => void | Promise<void>;
  /** 1: a window begins a second before the time it is signed at, as those of the vendor's clients do. */
  declare readonly leadSeconds: number;
  /** The query of a URL whose window is `expiresIn` seconds long; signs all parameters, the host, and the headers that the request has. Answers at once in Node, elsewhere with a promise. */
  declare readonly presign: (request: HttpRequest, options: PresignOptions) => string | Promise<string>;

  /** Throws a `ConfigError` when `expiresIn` is not a whole number of seconds from 1. */
  constructor(options: SignerCOSOptions = {}) {
    Object.assign(this, createSignerCOS(options, cosCrypto));
  }
}

/** Judges a received request that is signed in its header, in its query, or in a `sign` parameter. Never throws for what a client sends. @public */
export function verifyCos(request: RawRequest, options: VerifyOptions): Promise<Verdict> {
  return createVerifier(cosCrypto)(request, options);
}
