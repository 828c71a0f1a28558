import { CosmossError, isError } from "./cosmoss-error.ts";

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
export class TransportError extends CosmossError {
  declare readonly name: "TransportError";
  declare readonly phase: TransportPhase;
  declare readonly code: string | undefined;
  declare readonly staleSocket: boolean;

  constructor(message: string, options: TransportErrorOptions) {
    super("TransportError", message, { staleSocket: false, code: undefined, ...options });
  }

  /** Whether `error` is a `TransportError`, of this copy of the package or another. */
  static override isInstance(error: unknown): error is TransportError {
    return isError(error, "TransportError");
  }
}
