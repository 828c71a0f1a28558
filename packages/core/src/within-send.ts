import type { SendContext } from "./send-context.ts";
import { totalTimeout } from "./total-timeout.ts";

/** Waits for what knows neither the abort signal nor the time limit of a send, but not longer than these allow. */
export function withinSend<T>(promise: Promise<T>, context: SendContext): Promise<T> {
  const { abortSignal: signal, clock, deadline } = context;
  return new Promise((resolve, reject) => {
    const end = (how: (value: any) => void, value: unknown): void => {
      clock.clearTimeout(timer);
      signal?.removeEventListener?.("abort", onAbort);
      how(value);
    };
    const onAbort = (): void => end(reject, signal!.reason);
    const timer =
      deadline < Infinity &&
      clock.setTimeout(() => end(reject, totalTimeout(context)), Math.max(0, deadline - clock.now()));
    if (signal) context.streams?.shareSignal(signal);
    signal?.addEventListener?.("abort", onAbort);
    promise.then(
      (value) => end(resolve, value),
      (error) => end(reject, error),
    );
  });
}
