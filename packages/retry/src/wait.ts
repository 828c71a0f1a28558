import type { AbortSignalLike, Clock } from "@cosmoss/types";

/** Resolves after `ms` milliseconds, or within 50 once the signal has aborted. */
export async function wait(clock: Clock, ms: number, signal: AbortSignalLike | undefined): Promise<void> {
  // Looking costs less than listening, and works with look-alikes that cannot be listened to.
  for (let left = ms; left > 0 && !signal?.aborted; left -= 50) {
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, Math.min(left, 50)));
  }
}
