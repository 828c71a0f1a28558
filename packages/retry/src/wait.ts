import type { AbortSignalLike, Clock } from "@cosmoss/types";

/** Resolves after `ms` milliseconds, or as soon as the signal aborts; leaves no timer and no listener. */
export async function wait(clock: Clock, ms: number, signal: AbortSignalLike | undefined): Promise<void> {
  while (ms > 0 && !signal?.aborted) {
    // A look-alike that cannot be listened to is looked at ten times a second.
    const step = Math.min(ms, signal && !signal.addEventListener ? 100 : ms);
    ms -= step;
    await new Promise<void>((resolve) => {
      signal?.addEventListener?.("abort", wake);
      const timer = clock.setTimeout(wake, step);
      function wake() {
        clock.clearTimeout(timer);
        signal?.removeEventListener?.("abort", wake);
        resolve();
      }
    });
  }
}
