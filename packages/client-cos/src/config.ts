import { Crc64 } from "@cosmoss/checksum";
import { type ClientOptions, type CommonConfig, resolveClientOptions, type SigningConfig } from "@cosmoss/core";
import type { Clock } from "@cosmoss/types";
import { type COSSigningOptions, signingConfig } from "./signing-config.ts";

/** Options of an {@link COSClient}. @public */
export interface COSClientOptions extends ClientOptions, COSSigningOptions {
  clock?: Clock;
}

/** The configuration of a client, its transport aside. */
export function clientConfig(options: COSClientOptions): SigningConfig & CommonConfig {
  return { ...signingConfig(options), ...resolveClientOptions(options, Crc64) };
}
