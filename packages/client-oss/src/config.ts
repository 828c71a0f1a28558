import { Crc64 } from "@cosmoss/checksum";
import { type ClientConfig, type ClientOptions, resolveClientOptions, type TransportFactory } from "@cosmoss/core";
import { retryPlugin } from "@cosmoss/retry";
import type { Clock } from "@cosmoss/types";
import { type OSSSigningOptions, signingConfig } from "./signing-config.ts";

/** Options of an {@link OSSClient}. @public */
export interface OSSClientOptions extends ClientOptions, OSSSigningOptions {
  clock?: Clock;
}

/** The configuration of a client. */
export function clientConfig(options: OSSClientOptions, makeTransport: TransportFactory): ClientConfig {
  const signing = signingConfig(options);
  return {
    ...signing,
    ...resolveClientOptions(options, signing, Crc64, makeTransport, retryPlugin),
    clientName: "OSSClient",
  };
}
