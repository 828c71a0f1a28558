import { hasBrand, hide } from "./brand.ts";

/**
 * How far a request had come: `connect` (nothing sent), `request` (perhaps partly sent), `response` (sent, head not
 * complete), `body` (the response body broke off). @public
 */
export type TransportPhase = "connect" | "request" | "response" | "body";

/** Members of a {@link TransportError}. @public */
export interface TransportErrorOptions {
  phase: TransportPhase;
  /** The system's or the runtime's code, as `"ECONNRESET"`. */
  code?: string | undefined;
  /** The connection had been used before and was closed before any byte of the answer: safe to send again on a new one. */
  staleSocket?: boolean | undefined;
  cause?: unknown;
}

/** The network failed: no connection, or one that broke. @public */
export class TransportError extends Error {
  override readonly name: "TransportError" = "TransportError" as const;
  readonly phase: TransportPhase;
  readonly code: string | undefined;
  readonly staleSocket: boolean;

  constructor(message: string, options: TransportErrorOptions) {
    super(message, options);
    this.phase = options.phase;
    this.code = options.code;
    this.staleSocket = options.staleSocket ?? false;
    hide(this, { $cosmoss: this.name });
  }

  /** Whether `error` is a `TransportError`, of this copy of the package or another. */
  static isInstance(error: unknown): error is TransportError {
    return hasBrand(error, "TransportError");
  }
}
