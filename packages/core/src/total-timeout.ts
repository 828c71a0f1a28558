import { TimeoutError } from "@cosmoss/errors";
import type { SendContext } from "./send-context.ts";

/** The error of a send that took too long as a whole. */
export function totalTimeout(context: SendContext, cause?: unknown): TimeoutError {
  const limitMs = context.totalTimeoutMs;
  return new TimeoutError(`${context.subject}: no result within totalTimeoutMs (${limitMs} ms)`, {
    timeout: "total",
    limitMs,
    cause,
  });
}
