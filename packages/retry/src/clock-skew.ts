import type { Clock } from "@cosmoss/types";
import type { Failure } from "./failure.ts";

/** How wrong our clock is; one object per client, shared with its signer. @public */
export interface ClockSkew {
  /** Milliseconds to add to the clock to get the service's time; begins at 0 unless you know better. */
  offset: number;
}

/**
 * Learns the offset from an answer that refused the time of an attempt signed with the offset `used`. Answers whether a
 * new attempt would be signed with another time.
 */
export function correctSkew(skew: ClockSkew, used: number, failure: Failure, clock: Pick<Clock, "now">): boolean {
  // Unless a call beside this one has learnt it meanwhile.
  if (skew.offset === used) {
    const server =
      Date.parse(failure.details?.["ServerTime"] as string) || Date.parse(failure.$response?.headers["date"] as string);
    const offset = server - clock.now();
    // Neither service existed before 2010: a date such as 1970 is a fault of whoever answered. NaN is never greater.
    if (server > 1.26e12 && Math.abs(offset - used) >= 30_000) skew.offset = offset;
  }
  return skew.offset !== used;
}
