import { TimeoutError } from "@cosmoss/errors";
import type { SendContext } from "./send-context.ts";

/** The error of a send that took too long as a whole. */
export function totalTimeout({ subject, totalTimeoutMs }: SendContext, cause?: unknown): TimeoutError {
  return new TimeoutError(`${subject}: no result within totalTimeoutMs (${totalTimeoutMs} ms)`, {
    timeout: "total",
    limitMs: totalTimeoutMs,
    cause,
  });
}
