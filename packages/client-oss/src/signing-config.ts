import { type ClientOptions, type EndpointOptions, type SigningConfig, systemClock } from "@cosmoss/core";
import { toProvider } from "@cosmoss/credentials";
import { ConfigError } from "@cosmoss/errors";
import { SignerV4 } from "@cosmoss/signer-oss/v4";
import type { Clock, Signer } from "@cosmoss/types";
import { ossCopySource, ossEndpoint, regionId } from "./endpoint.ts";

/** What signing takes. @public */
export interface OSSSigningOptions extends EndpointOptions {
  /** Keys, a function that gives them (called before every attempt, its answer kept until it expires), or `"anonymous"`. */
  credentials: ClientOptions["credentials"];
  /** Default: V4. For V1 give `new SignerV1({})` of `@cosmoss/signer-oss/v1`. */
  signer?: Signer;
  /** Default: the system's. */
  clock?: Clock;
}

/** The configuration that signs, and no more. */
export function signingConfig(options: OSSSigningOptions): SigningConfig {
  if (!options) throw new ConfigError("options are missing: give region and credentials");
  const clock = options.clock ?? systemClock;
  return {
    headerPrefix: "x-oss-",
    endpoint: ossEndpoint(options),
    copySource: ossCopySource,
    signer: options.signer ?? new SignerV4({ region: regionId(options.region) }),
    credentials: options.credentials === "anonymous" ? undefined : toProvider(options.credentials, { clock }),
    clock,
    skew: { offset: 0 },
  };
}
