/**
 * The Alibaba Cloud OSS client.
 * @packageDocumentation
 */
export {
  type ClientOptions,
  type EndpointOptions,
  paginate,
  presign,
  type PresignedRequest,
  type PresignOptions,
  type SendOptions,
} from "@cosmoss/core";
export { ConfigError, DecodeError, IntegrityError, ServiceError, TimeoutError, TransportError } from "@cosmoss/errors";
export type { OSSClientOptions } from "./config.ts";
export { OSSClient } from "./oss-client.ts";
export type { OSSSigningOptions } from "./signing-config.ts";
