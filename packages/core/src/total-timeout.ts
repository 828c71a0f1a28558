import { TimeoutError } from "@cosmoss/errors";
import type { SendContext } from "./send-context.ts";

/** The error of a send that took too long as a whole. */
export function totalTimeout(context: SendContext, cause: unknown): TimeoutError {
  return new TimeoutError(
    `${context.subject}: no result within totalTimeoutMs (${context.totalTimeoutMs} ms); give it more time or less to do`,
    { timeout: "total", limitMs: context.totalTimeoutMs, cause },
  );
}
