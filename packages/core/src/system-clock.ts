import type { Clock } from "@cosmoss/types";

/** The time of the machine. Looks the globals up at each call, so that a test may replace them. @public */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};
