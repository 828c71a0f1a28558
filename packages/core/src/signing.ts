import type { Credentials, FinalizeHandlerOutput, HttpRequest, Pluggable } from "@cosmoss/types";
import type { ClientConfig } from "./config.ts";
import { isPromise } from "./promise.ts";
import type { SendContext } from "./send-context.ts";

/** Signs each attempt afresh. Its middleware is `httpSigningMiddleware`, inside retry. */
export function signingPlugin(config: ClientConfig): Pluggable<any, any> {
  return {
    applyToStack(stack) {
      stack.add(
        (next, untyped) => {
          const context = untyped as unknown as SendContext;
          const provider = config.credentials;
          if (!provider) return next;
          return (args) => {
            const given = args.request as HttpRequest;
            const request = { ...given, headers: { ...given.headers } };
            const sign = (credentials: Credentials): Promise<FinalizeHandlerOutput<any>> => {
              const signed = config.signer.sign(request, {
                bucket: context.bucket,
                key: context.key,
                credentials,
                time: config.clock.now() + config.skew.offset,
              });
              const signedArgs = { ...args, request };
              return signed ? signed.then(() => next(signedArgs)) : next(signedArgs);
            };
            const refresh = context.refreshCredentials;
            context.refreshCredentials = false;
            const credentials = refresh ? provider({ forceRefresh: true }) : provider();
            return isPromise(credentials) ? credentials.then(sign) : sign(credentials);
          };
        },
        { step: "finalizeRequest", priority: "low", name: "httpSigningMiddleware", tags: ["HTTP_SIGNING"] },
      );
    },
  };
}
