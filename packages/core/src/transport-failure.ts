import { CosmossError, TimeoutError, TransportError, type TransportPhase } from "@cosmoss/errors";
import type { AbortSignalLike } from "@cosmoss/types";

/** Codes with which systems and runtimes say that no connection came about. */
const CONNECT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"];

/**
 * What a send rejects with when a transport or a body stream failed with `error`: one of our errors is kept, an abort
 * gives the signal's reason, and anything else becomes a {@link TransportError}, since any handler may be plugged in.
 */
export function toFailure(
  error: unknown,
  subject: string,
  phase: TransportPhase,
  signal: AbortSignalLike | undefined,
): unknown {
  if (signal?.aborted && signal.reason !== undefined) return signal.reason;
  if (CosmossError.isInstance(error)) return error;
  const { name, code, message } = (error ?? {}) as { name?: string; code?: unknown; message?: string };
  const text = typeof code === "string" ? code : undefined;
  if (name === "TimeoutError") {
    return new TimeoutError(`${subject}: the request handler gave up waiting`, {
      timeout: "attempt",
      limitMs: 0,
      cause: error,
    });
  }
  return new TransportError(
    `${subject}: ${phase === "body" ? "the response broke off" : "the request failed on the network"}: ${text ?? message ?? "unknown failure"}`,
    { phase: text !== undefined && CONNECT.includes(text) ? "connect" : phase, code: text, cause: error },
  );
}
