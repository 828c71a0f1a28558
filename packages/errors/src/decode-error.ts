import { hasBrand, hide } from "./brand.ts";

/** A response cannot be read: not the promised document, not well-formed, or beyond the limits. @public */
export class DecodeError extends Error {
  override readonly name: "DecodeError" = "DecodeError" as const;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    hide(this, { $cosmoss: this.name });
  }

  /** Whether `error` is a `DecodeError`, of this copy of the package or another. */
  static isInstance(error: unknown): error is DecodeError {
    return hasBrand(error, "DecodeError");
  }
}
