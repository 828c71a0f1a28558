import type { HttpRequest, HttpResponse, MiddlewareStack } from "@cosmoss/types";
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

/** Adds the middleware of every client, retry aside. */
export function addMiddleware(stack: MiddlewareStack<any, any>, config: ClientConfig): void {
  stack.add(
    (next, untyped) =>
      ({ input }) => {
        const context = untyped as unknown as SendContext;
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
    (next, untyped) => (args) => {
      const context = untyped as unknown as SendContext;
      const request = args.request as HttpRequest;
      if (context.operation.download) {
        context.reopen = async (headers) => {
          context.deadline = Infinity; // The total time is for the output, which the caller has.
          const again = { ...request, headers: { ...request.headers, ...headers } };
          return (await next({ ...args, request: again })).response as HttpResponse;
        };
      }
      return next(args);
    },
    { step: "finalizeRequest", priority: "high", name: "resumeMiddleware" },
  );

  const { credentials: provider, signer, clock, skew } = config;
  stack.add(
    (next, untyped) => (args) => {
      if (!provider) return next(args);
      const context = untyped as unknown as SendContext;
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
    (next, untyped) => async (args) => {
      const { response } = await next(args);
      const output = await readOutput(response as HttpResponse, untyped as unknown as SendContext, config);
      return { response, output };
    },
    { step: "deserialize", name: "deserializerMiddleware" },
  );
}
