import { CosmossError, isError } from "./cosmoss-error.ts";

/** The caller's input or set-up cannot work; no byte was sent. The message says what, where, and what to do. @public */
export class ConfigError extends CosmossError {
  declare readonly name: "ConfigError";

  constructor(message: string, options?: { cause?: unknown }) {
    super("ConfigError", message, options);
  }

  /** Whether `error` is a `ConfigError`, of this copy of the package or another. */
  static override isInstance(error: unknown): error is ConfigError {
    return isError(error, "ConfigError");
  }
}
