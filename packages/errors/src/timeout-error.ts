import { hasBrand, hide } from "./brand.ts";

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
export class TimeoutError extends Error {
  override readonly name: "TimeoutError" = "TimeoutError" as const;
  readonly timeout: TimeoutKind;
  readonly limitMs: number;

  constructor(message: string, options: TimeoutErrorOptions) {
    super(message, options);
    this.timeout = options.timeout;
    this.limitMs = options.limitMs;
    hide(this, { $cosmoss: this.name });
  }

  /** Whether `error` is a `TimeoutError`, of this copy of the package or another. */
  static isInstance(error: unknown): error is TimeoutError {
    return hasBrand(error, "TimeoutError");
  }
}
