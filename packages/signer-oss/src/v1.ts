/**
 * OSS signature version 1.
 * @packageDocumentation
 */
import type { HttpRequest, PresignOptions, Signer, SignOptions } from "@cosmoss/types";
import { v1Crypto } from "./crypto.ts";
import { createSignerV1, type SignerV1Options } from "./v1-signer.ts";

export type { SignerV1Options };

/** Signs for OSS by version 1 (HMAC-SHA1). @public */
export class SignerV1 implements Signer {
  /** Sets `x-oss-date`, `x-oss-security-token` and `authorization`. Answers at once in Node, elsewhere with a promise. */
  declare readonly sign: (request: HttpRequest, options: SignOptions) => void | Promise<void>;
  /** The query of a URL that is good for `expiresIn` seconds; signs the headers that the request has. Answers at once in Node, elsewhere with a promise. */
  declare readonly presign: (request: HttpRequest, options: PresignOptions) => string | Promise<string>;

  constructor(_options: SignerV1Options = {}) {
    Object.assign(this, createSignerV1(v1Crypto));
  }
}
