import type { SendOptions } from "@cosmoss/core";
import type { PortOptions } from "./port.ts";

/** For requests whose bytes are watched on their way: a large part may rightly take longer than any limit. */
export function untimed(options: PortOptions | undefined): SendOptions {
  return { ...options, attemptTimeoutMs: 0, totalTimeoutMs: 0 };
}
