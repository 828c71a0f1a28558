/**
 * OSS signature version 4.
 * @packageDocumentation
 */
import type { HttpRequest, PresignOptions, Signer, SignOptions } from "@cosmoss/types";
import { v4Crypto } from "./crypto.node.ts";
import { createSignerV4, type SignerV4Options } from "./v4-signer.ts";

export type { SignerV4Options };

/** Signs for OSS by version 4 (`OSS4-HMAC-SHA256`). Keeps the day's key of up to 16 secrets. @public */
export class SignerV4 implements Signer {
  /** Sets `x-oss-date`, `x-oss-content-sha256`, `x-oss-security-token` and `authorization`. Answers at once in Node, elsewhere with a promise. */
  declare readonly sign: (request: HttpRequest, options: SignOptions) => void | Promise<void>;
  /** The query of a URL that is good for `expiresIn` (1 to 604800) seconds; signs the headers that the request has. Answers at once in Node, elsewhere with a promise. */
  declare readonly presign: (request: HttpRequest, options: PresignOptions) => string | Promise<string>;

  /** Throws a `ConfigError` for an empty region. */
  constructor(options: SignerV4Options) {
    Object.assign(this, createSignerV4(options, v4Crypto));
  }
}
