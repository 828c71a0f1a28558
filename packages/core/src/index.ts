/**
 * Command, Client, encoding and decoding by shape, pagination, presigning.
 * @packageDocumentation
 */
export { Client, type SendOptions } from "./client.ts";
export {
  type ClientOptions,
  resolveClientOptions,
  type RetryFactory,
  type TransportFactory,
} from "./client-options.ts";
export { Command } from "./command.ts";
export type { ClientConfig, EndpointResolver, ResolvedEndpoint, SigningConfig } from "./config.ts";
export { checkRegion, encodeKey, type EndpointOptions, type EndpointRules, resolveEndpoint } from "./endpoint.ts";
export { type CommandConstructor, paginate } from "./paginate.ts";
export { presign, type PresignedRequest, type PresignOptions } from "./presign.ts";
export { readPayload } from "./read-payload.ts";
export type { SendContext } from "./send-context.ts";
export { systemClock } from "./system-clock.ts";
export { VERSION } from "./version.ts";
export { appendPayload, writePayload } from "./write-payload.ts";
