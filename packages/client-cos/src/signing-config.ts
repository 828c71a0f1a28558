import { type ClientOptions, type EndpointOptions, type SigningConfig, systemClock } from "@cosmoss/core";
import { toProvider } from "@cosmoss/credentials";
import { ConfigError } from "@cosmoss/errors";
import { SignerCOS } from "@cosmoss/signer-cos";
import type { Clock, Signer } from "@cosmoss/types";
import { cosCopySource, cosEndpoint } from "./endpoint.ts";

/** What signing takes. @public */
export interface COSSigningOptions extends EndpointOptions {
  /** Keys, a function that gives them (called before every attempt, its answer kept until it expires), or `"anonymous"`. */
  credentials: ClientOptions["credentials"];
  /** Default: `new SignerCOS({})` of `@cosmoss/signer-cos`. */
  signer?: Signer;
  /** Default: the system's. */
  clock?: Clock;
}

/** The configuration that signs, and no more. */
export function signingConfig(options: COSSigningOptions): SigningConfig {
  if (!options) throw new ConfigError("options are missing: give region and credentials");
  const clock = options.clock ?? systemClock;
  return {
    headerPrefix: "x-cos-",
    endpoint: cosEndpoint(options),
    copySource: cosCopySource(options),
    signer: options.signer ?? new SignerCOS({}),
    credentials: options.credentials === "anonymous" ? undefined : toProvider(options.credentials, { clock }),
    clock,
    skew: { offset: 0 },
  };
}
