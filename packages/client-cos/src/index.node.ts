/**
 * The Tencent Cloud COS client.
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
export type { COSClientOptions } from "./config.ts";
export { COSClient } from "./cos-client.node.ts";
export type { COSSigningOptions } from "./signing-config.ts";
