import { TimeoutError } from "@cosmoss/errors";
import type { SendContext } from "./send-context.ts";

/** The error of a send that took too long as a whole. */
export function totalTimeout({ subject, totalTimeoutMs: limitMs }: SendContext, cause?: unknown): TimeoutError {
  return new TimeoutError(`${subject}: no result within totalTimeoutMs (${limitMs} ms)`, {
    timeout: "total",
    limitMs,
    cause,
  });
}
