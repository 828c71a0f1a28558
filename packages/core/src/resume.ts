import type { HttpRequest, HttpResponse, Pluggable } from "@cosmoss/types";
import type { SendContext } from "./send-context.ts";

/** Lets a download that breaks off be taken up again, outside of retry so that each new request has its own attempts. */
export const resumePlugin: Pluggable<any, any> = {
  applyToStack(stack) {
    stack.add(
      (next, untyped) => {
        const context = untyped as unknown as SendContext;
        if (!context.operation?.download) return next;
        return (args) => {
          const request = args.request as HttpRequest;
          context.reopen = async (headers) => {
            context.deadline = undefined; // The total time is for the output, which the caller has.
            const result = await next({
              ...args,
              request: { ...request, headers: { ...request.headers, ...headers } },
            });
            return result.response as HttpResponse;
          };
          return next(args);
        };
      },
      { step: "finalizeRequest", priority: "high", name: "resumeMiddleware" },
    );
  },
};
