/**
 * One class per kind of failure.
 * @packageDocumentation
 */
export { ConfigError } from "./config-error.ts";
export { CosmossError } from "./cosmoss-error.ts";
export { DecodeError } from "./decode-error.ts";
export { IntegrityError, type IntegrityErrorOptions } from "./integrity-error.ts";
export { ServiceError, type ServiceErrorOptions } from "./service-error.ts";
export { TimeoutError, type TimeoutErrorOptions, type TimeoutKind } from "./timeout-error.ts";
export { TransportError, type TransportErrorOptions, type TransportPhase } from "./transport-error.ts";
