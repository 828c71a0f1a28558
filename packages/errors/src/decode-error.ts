import { CosmossError, isError } from "./cosmoss-error.ts";

/** A response cannot be read: not the promised document, not well-formed, or beyond the limits. @public */
export class DecodeError extends CosmossError {
  declare readonly name: "DecodeError";

  constructor(message: string, options?: { cause?: unknown }) {
    super("DecodeError", message, options);
  }

  /** Whether `error` is a `DecodeError`, of this copy of the package or another. */
  static override isInstance(error: unknown): error is DecodeError {
    return isError(error, "DecodeError");
  }
}
