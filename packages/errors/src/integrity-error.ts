import { CosmossError, isError } from "./cosmoss-error.ts";

/** Members of an {@link IntegrityError}. @public */
export interface IntegrityErrorOptions {
  /** As `"CRC-64/ECMA-182"`, or `"length"`. */
  algorithm: string;
  /** What the other side said. */
  expected: string;
  /** What was computed here. */
  actual: string;
}

/** What arrived is not what was sent. @public */
export class IntegrityError extends CosmossError {
  declare readonly name: "IntegrityError";
  declare readonly algorithm: string;
  declare readonly expected: string;
  declare readonly actual: string;

  constructor(message: string, options: IntegrityErrorOptions) {
    super("IntegrityError", message, options);
  }

  /** Whether `error` is an `IntegrityError`, of this copy of the package or another. */
  static override isInstance(error: unknown): error is IntegrityError {
    return isError(error, "IntegrityError");
  }
}
