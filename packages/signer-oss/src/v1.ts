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
  readonly #signer: Signer;

  constructor(_options: SignerV1Options = {}) {
    this.#signer = createSignerV1(v1Crypto);
  }

  /** Sets `x-oss-date`, `x-oss-security-token` and `authorization`. Answers at once in Node, elsewhere with a promise. */
  sign(request: HttpRequest, options: SignOptions): void | Promise<void> {
    return this.#signer.sign(request, options);
  }

  /** The query of a URL that is good for `expiresIn` seconds; signs the headers that the request has. Answers at once in Node, elsewhere with a promise. */
  presign(request: HttpRequest, options: PresignOptions): string | Promise<string> {
    return this.#signer.presign(request, options);
  }
}
