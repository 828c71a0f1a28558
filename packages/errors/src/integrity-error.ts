import { hasBrand, hide } from "./brand.ts";

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
export class IntegrityError extends Error {
  override readonly name: "IntegrityError" = "IntegrityError" as const;
  readonly algorithm: string;
  readonly expected: string;
  readonly actual: string;

  constructor(message: string, options: IntegrityErrorOptions) {
    super(message);
    this.algorithm = options.algorithm;
    this.expected = options.expected;
    this.actual = options.actual;
    hide(this, { $cosmoss: this.name });
  }

  /** Whether `error` is an `IntegrityError`, of this copy of the package or another. */
  static isInstance(error: unknown): error is IntegrityError {
    return hasBrand(error, "IntegrityError");
  }
}
