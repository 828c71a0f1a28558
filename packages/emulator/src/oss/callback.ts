import { ossFailure } from "../http/errors.ts";
import type { Exchange } from "../server/handler.ts";

/** Refuses a request whose answer would depend on a callback, rather than leaving the callback out. */
export function refuseCallback({ headers }: Exchange): void {
  if (headers["x-oss-callback"] !== undefined) {
    throw ossFailure("NotImplemented", { message: "The emulator does not make callbacks: leave x-oss-callback out." });
  }
}
