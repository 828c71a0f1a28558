import type { AbsoluteLocation, HandlerOptions, HttpRequest, HttpResponse } from "@cosmoss/types";
import type { ClientConfig } from "./config.ts";
import { encodeRequest } from "./encode.ts";
import { readOutput } from "./read-output.ts";
import type { SendContext } from "./send-context.ts";
import { withinSend } from "./within-send.ts";

/** Goes on with what comes at once or later. Static keys and node:crypto answer at once, and each wait costs a send. */
function then<T, R>(value: T | Promise<T>, context: SendContext, next: (value: T) => Promise<R>): Promise<R> {
  return (value as Promise<T> | undefined)?.then
    ? withinSend(value as Promise<T>, context).then(next)
    : next(value as T);
}

/** A stack whose middleware knows the whole context of a send. */
export interface SendStack {
  add(
    middleware: (next: (args: any) => Promise<any>, context: SendContext) => (args: any) => Promise<any>,
    options: HandlerOptions & AbsoluteLocation,
  ): void;
}

/** Adds the middleware of every client, retry aside. */
export function addMiddleware(stack: SendStack, config: ClientConfig): void {
  stack.add(
    (next, context) =>
      ({ input }) => {
        const { operation } = context;
        const { request, bucket, key, payload } = encodeRequest(operation, input, config);
        context.bucket = bucket;
        context.key = key;
        if (bucket !== undefined) {
          context.resource = key === undefined ? bucket : bucket + "/" + key;
          context.subject += " " + context.resource;
        }
        if (config.userAgent !== undefined) request.headers["user-agent"] = config.userAgent;
        if (operation.upload) context.body = operation.upload((payload ?? "") as string, request, context, input);
        return next({ input, request });
      },
    { step: "serialize", name: "serializerMiddleware" },
  );

  // Lets a download that breaks off be taken up again, outside of retry so that the new request has its own attempts.
  stack.add(
    (next, context) => (args) => {
      const request = args.request as HttpRequest;
      if (context.operation.download) {
        context.reopen = async (headers) => {
          context.deadline = Infinity; // The total time is for the output, which the caller has.
          const { response } = await next({
            ...args,
            request: { ...request, headers: { ...request.headers, ...headers } },
          });
          return response as HttpResponse;
        };
      }
      return next(args);
    },
    { step: "finalizeRequest", priority: "high", name: "resumeMiddleware" },
  );

  const { credentials: provider, signer, clock, skew } = config;
  stack.add(
    (next, context) => (args) => {
      if (!provider) return next(args);
      const { bucket, key, refreshCredentials: forceRefresh } = context;
      // Not `{ ...given }`: on Node 20 an object made by spread costs 5 µs as soon as members are added to it.
      const request = Object.assign({}, args.request as HttpRequest);
      request.headers = Object.assign({}, request.headers);
      context.refreshCredentials = false;
      return then(provider({ forceRefresh }), context, (credentials) =>
        then(signer.sign(request, { bucket, key, credentials, time: clock.now() + skew.offset }), context, () =>
          next({ input: args.input, request }),
        ),
      );
    },
    { step: "finalizeRequest", priority: "low", name: "httpSigningMiddleware" },
  );

  stack.add(
    (next, context) => async (args) => {
      const { response } = await next(args);
      return { response, output: await readOutput(response as HttpResponse, context, config) };
    },
    { step: "deserialize", name: "deserializerMiddleware" },
  );
}
