import { CosmossError, TimeoutError, TransportError, type TransportPhase } from "@cosmoss/errors";
import type { PayloadContext } from "@cosmoss/types";

/** Codes with which systems and runtimes say that no connection came about. */
const CONNECT = /REFUSED|NOTFOUND|AGAIN|UNREACH|CONNECT_/;

/**
 * What a send rejects with when a transport or a body stream failed with `error`: one of our errors is kept, an abort
 * gives the signal's reason, and anything else becomes a {@link TransportError}, since any handler may be plugged in.
 */
export function toFailure(
  error: any,
  { subject, abortSignal }: Pick<PayloadContext, "subject" | "abortSignal">,
  phase: TransportPhase,
): unknown {
  if (abortSignal?.aborted && abortSignal.reason !== undefined) return abortSignal.reason;
  if (CosmossError.isInstance(error)) return error;
  const { code, message } = error ?? {};
  if (error?.name === "TimeoutError") {
    return new TimeoutError(`${subject}: ${message}`, { timeout: "attempt", limitMs: 0, cause: error });
  }
  return new TransportError(
    `${subject}: ${phase === "body" ? "the response broke off" : "the network failed"}: ${code ?? message}`,
    { phase: CONNECT.test(code) ? "connect" : phase, code, cause: error },
  );
}
