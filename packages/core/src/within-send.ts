import type { SendContext } from "./send-context.ts";
import { totalTimeout } from "./total-timeout.ts";

/** Waits for what knows neither the abort signal nor the time limit of a send, but not longer than these allow. */
export function withinSend<T>(promise: Promise<T>, context: SendContext): Promise<T> {
  const { abortSignal: signal, clock, deadline } = context;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal!.reason);
    const timer =
      deadline < Infinity && clock.setTimeout(() => reject(totalTimeout(context)), Math.max(0, deadline - clock.now()));
    signal?.addEventListener?.("abort", onAbort);
    const done = (): void => {
      clock.clearTimeout(timer);
      signal?.removeEventListener?.("abort", onAbort);
    };
    promise.then(resolve, reject).then(done, done);
  });
}
