import { Crc64 } from "@cosmoss/checksum";
import { type ClientOptions, type CommonConfig, resolveClientOptions, type SigningConfig } from "@cosmoss/core";
import type { Clock } from "@cosmoss/types";
import { type OSSSigningOptions, signingConfig } from "./signing-config.ts";

/** Options of an {@link OSSClient}. @public */
export interface OSSClientOptions extends ClientOptions, OSSSigningOptions {
  clock?: Clock;
}

/** The configuration of a client, its transport aside. */
export function clientConfig(options: OSSClientOptions): SigningConfig & CommonConfig {
  return { ...signingConfig(options), ...resolveClientOptions(options, Crc64) };
}
