/**
 * Presigned URLs without a client: no transport, no retry.
 * @packageDocumentation
 */
import type { SigningConfig } from "@cosmoss/core";
import { type COSSigningOptions, signingConfig } from "./signing-config.ts";

export { type EndpointOptions, presign, type PresignedRequest, type PresignOptions } from "@cosmoss/core";
export type { COSSigningOptions } from "./signing-config.ts";

/** What `presign` takes in place of a client where nothing is sent. Throws a `ConfigError` for options that cannot work. @public */
export class COSPresigner {
  readonly config: SigningConfig;

  constructor(options: COSSigningOptions) {
    this.config = signingConfig(options);
  }
}
