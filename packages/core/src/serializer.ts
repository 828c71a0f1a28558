import { ConfigError } from "@cosmoss/errors";
import type { AnyOperation, HttpRequest, PayloadContext, Pluggable } from "@cosmoss/types";
import type { ClientConfig } from "./config.ts";
import { encodeRequest } from "./encode.ts";
import type { SendContext } from "./send-context.ts";

/** Writes the input as a request. Its middleware is `serializerMiddleware`. */
export function serializerPlugin(config: ClientConfig): Pluggable<any, any> {
  return {
    applyToStack(stack) {
      stack.add(
        (next, untyped) => {
          const context = untyped as unknown as SendContext;
          return (args) => {
            const { operation } = context;
            const { request, bucket, key, payload } = encodeRequest(operation, args.input, config);
            context.bucket = bucket;
            context.key = key;
            if (bucket !== undefined) {
              context.resource = key === undefined ? bucket : bucket + "/" + key;
              context.subject = operation.name + " " + context.resource;
            }
            if (config.userAgent !== undefined) request.headers["user-agent"] = config.userAgent;
            if (operation.upload) attachPayload(operation, payload ?? "", request, context, config, args.input);
            return next({ ...args, request });
          };
        },
        { step: "serialize", name: "serializerMiddleware", tags: ["SERIALIZER"] },
      );
    },
  };
}

function attachPayload(
  operation: AnyOperation,
  payload: any,
  request: HttpRequest,
  context: SendContext,
  config: ClientConfig,
  input: any,
): void {
  const payloadContext: PayloadContext = {
    subject: context.subject,
    clock: config.clock,
    checksum: config.checksum,
    checksumHeader: config.headerPrefix + "hash-crc64ecma",
  };
  if (operation.crc64 === "append") {
    const initial = input.Position === 0 ? undefined : (input.InitialHashCrc64ecma as string | undefined);
    // What the service answers covers bytes that are not known here: there is nothing to compare with.
    if (input.Position !== 0 && initial === undefined) {
      (payloadContext as { checksum: undefined }).checksum = undefined;
    } else (payloadContext as { initialChecksum?: string | undefined }).initialChecksum = initial;
  }
  if (typeof payload === "number" || typeof payload === "boolean") {
    throw new ConfigError(`${context.subject}: Body is a ${typeof payload}; give bytes, text or a stream`);
  }
  context.body = operation.upload!(payload, request, payloadContext);
}
