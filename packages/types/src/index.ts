/**
 * The shapes that Cosmoss packages share. No runtime code.
 * @packageDocumentation
 */
export type {
  BlobLike,
  BodyInput,
  Bytes,
  PlatformStream,
  ReadableStreamLike,
  RequestBody,
  ResponseBody,
} from "./body.ts";
export type { Checksum, ChecksumConstructor } from "./checksum.ts";
export type { Clock, Random } from "./clock.ts";
export type { Credentials, CredentialsProvider, CredentialsProviderOptions, Provider } from "./credentials.ts";
export type {
  AbortSignalLike,
  HeaderBag,
  HttpHandler,
  HttpHandlerOptions,
  HttpMessage,
  HttpRequest,
  HttpResponse,
  QueryParameterBag,
  RequestHandler,
  RequestHandlerMetadata,
  RequestHandlerOutput,
} from "./http.ts";
export type { Logger } from "./logger.ts";
export type {
  AbsoluteLocation,
  BuildHandler,
  BuildHandlerArguments,
  BuildHandlerOptions,
  BuildHandlerOutput,
  BuildMiddleware,
  DeserializeHandler,
  DeserializeHandlerArguments,
  DeserializeHandlerOptions,
  DeserializeHandlerOutput,
  DeserializeMiddleware,
  FinalizeHandler,
  FinalizeHandlerArguments,
  FinalizeHandlerOutput,
  FinalizeRequestHandlerOptions,
  FinalizeRequestMiddleware,
  Handler,
  HandlerExecutionContext,
  HandlerOptions,
  InitializeHandler,
  InitializeHandlerArguments,
  InitializeHandlerOptions,
  InitializeHandlerOutput,
  InitializeMiddleware,
  MiddlewareStack,
  MiddlewareType,
  Pluggable,
  Priority,
  Relation,
  RelativeLocation,
  RelativeMiddlewareOptions,
  SerializeHandler,
  SerializeHandlerArguments,
  SerializeHandlerOptions,
  SerializeHandlerOutput,
  SerializeMiddleware,
  Step,
} from "./middleware.ts";
export type {
  AnyOperation,
  ByteSource,
  HttpMethod,
  Operation,
  OutgoingPayload,
  Page,
  PayloadContext,
  PayloadReader,
  PayloadWriter,
  StreamPlatform,
  XmlCodec,
} from "./operation.ts";
export type { MetadataBearer, ResponseMetadata } from "./response.ts";
export type { AnyMember, AnyShape, CopySource, Member, MemberLocation, Shape, WireType } from "./shape.ts";
export type { PresignOptions, Signer, SignOptions } from "./signer.ts";
