import { hasBrand, hide } from "./brand.ts";

/** The caller's input or set-up cannot work; no byte was sent. The message says what, where, and what to do. @public */
export class ConfigError extends Error {
  override readonly name: "ConfigError" = "ConfigError" as const;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    hide(this, { $cosmoss: this.name });
  }

  /** Whether `error` is a `ConfigError`, of this copy of the package or another. */
  static isInstance(error: unknown): error is ConfigError {
    return hasBrand(error, "ConfigError");
  }
}
