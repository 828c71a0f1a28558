import { ossFailure } from "../http/errors.ts";

/** Refuses a request whose answer would depend on a callback, rather than leaving the callback out. */
export function refuseCallback({ Callback }: { Callback?: string }): void {
  if (Callback !== undefined) {
    throw ossFailure("NotImplemented", { message: "The emulator does not make callbacks: leave x-oss-callback out." });
  }
}
