import type { Credentials, FinalizeHandlerOutput, HttpRequest, HttpResponse, MiddlewareStack } from "@cosmoss/types";
import type { ClientConfig } from "./config.ts";
import { encodeRequest } from "./encode.ts";
import { readOutput } from "./read-output.ts";
import type { SendContext } from "./send-context.ts";

/** Whether a value that may come at once or later comes later. Static keys and node:crypto answer at once. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === "function";
}

/** Adds the middleware of every client, retry aside. */
export function addMiddleware(stack: MiddlewareStack<any, any>, config: ClientConfig): void {
  stack.add(
    (next, untyped) => (args) => {
      const context = untyped as unknown as SendContext;
      const { operation } = context;
      const { request, bucket, key, payload } = encodeRequest(operation, args.input, config);
      context.bucket = bucket;
      context.key = key;
      if (bucket !== undefined) {
        context.resource = key === undefined ? bucket : bucket + "/" + key;
        context.subject += " " + context.resource;
      }
      if (config.userAgent !== undefined) request.headers["user-agent"] = config.userAgent;
      if (operation.upload) context.body = operation.upload((payload ?? "") as string, request, context, args.input);
      return next({ input: args.input, request });
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
          context.deadline = undefined; // The total time is for the output, which the caller has.
          const result = await next({ ...args, request: { ...request, headers: { ...request.headers, ...headers } } });
          return result.response as HttpResponse;
        };
      }
      return next(args);
    },
    { step: "finalizeRequest", priority: "high", name: "resumeMiddleware" },
  );

  stack.add(
    (next, untyped) => {
      const context = untyped as unknown as SendContext;
      const provider = config.credentials;
      if (!provider) return next;
      return (args) => {
        // Not `{ ...given }`: on Node 20 an object made by spread costs 5 µs as soon as members are added to it.
        const request = Object.assign({}, args.request as HttpRequest);
        request.headers = Object.assign({}, request.headers);
        const signedArgs = { input: args.input, request };
        const sign = (credentials: Credentials): Promise<FinalizeHandlerOutput<any>> => {
          const { bucket, key } = context;
          const time = config.clock.now() + config.skew.offset;
          const signed = config.signer.sign(request, { bucket, key, credentials, time });
          return signed ? signed.then(() => next(signedArgs)) : next(signedArgs);
        };
        const credentials = context.refreshCredentials ? provider({ forceRefresh: true }) : provider();
        context.refreshCredentials = false;
        return isPromise(credentials) ? credentials.then(sign) : sign(credentials);
      };
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
