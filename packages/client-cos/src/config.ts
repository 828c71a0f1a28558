import { Crc64 } from "@cosmoss/checksum";
import { type ClientConfig, type ClientOptions, resolveClientOptions, type TransportFactory } from "@cosmoss/core";
import { retryPlugin } from "@cosmoss/retry";
import type { Clock } from "@cosmoss/types";
import { type COSSigningOptions, signingConfig } from "./signing-config.ts";

/** Options of an {@link COSClient}. @public */
export interface COSClientOptions extends ClientOptions, COSSigningOptions {
  clock?: Clock;
}

/** The configuration of a client. */
export function clientConfig(options: COSClientOptions, makeTransport: TransportFactory): ClientConfig {
  const signing = signingConfig(options);
  return {
    ...signing,
    ...resolveClientOptions(options, signing, Crc64, makeTransport, retryPlugin),
    clientName: "COSClient",
  };
}
