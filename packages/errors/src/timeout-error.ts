import { CosmossError, isError } from "./cosmoss-error.ts";

/** Which limit ran out: `connect`, one `attempt`, no byte for a while (`idle`), or the whole send (`total`). @public */
export type TimeoutKind = "connect" | "attempt" | "idle" | "total";

/** Members of a {@link TimeoutError}. @public */
export interface TimeoutErrorOptions {
  timeout: TimeoutKind;
  /** The limit that ran out, in milliseconds. */
  limitMs: number;
  cause?: unknown;
}

/** A time limit ran out. @public */
export class TimeoutError extends CosmossError {
  declare readonly name: "TimeoutError";
  declare readonly timeout: TimeoutKind;
  declare readonly limitMs: number;

  constructor(message: string, options: TimeoutErrorOptions) {
    super("TimeoutError", message, options);
  }

  /** Whether `error` is a `TimeoutError`, of this copy of the package or another. */
  static override isInstance(error: unknown): error is TimeoutError {
    return isError(error, "TimeoutError");
  }
}
