import type { AnyOperation } from "@cosmoss/types";
import type { Failure } from "./failure.ts";

/**
 * Whether and how a failed attempt is repeated. `no`: not at all. `transient`: after a back-off. `throttling`: after a
 * longer one. `skew`: at once, with the service's time, if the answer tells that ours is wrong. `stale-socket`: at once, on
 * another connection. `expired-token`: once, at once, with fresh credentials. @public
 */
export type RetryKind = "no" | "transient" | "throttling" | "skew" | "stale-socket" | "expired-token";

/** The state of a request body. @public */
export interface RetryBody {
  /** Every attempt can send it from its beginning. */
  readonly replayable: boolean;
  /** Something has been read from it. */
  readonly consumed: boolean;
  /** What the source itself failed with. */
  readonly failure?: unknown;
}

/** What {@link classify} has to know of the send besides the error; part of the context that middleware shares. @public */
export interface RetryContext {
  /** Absent: the request may be repeated. */
  readonly operation?: Pick<AnyOperation, "http" | "notIdempotent">;
  /** Absent: there is no body, or it can be sent again. */
  readonly body?: RetryBody;
  readonly [key: string]: any;
}

/**
 * Tells whether and how to repeat an attempt that failed with `error`. Never anything but `no` for a body that is used up.
 * For an operation that is `notIdempotent`, only what surely was not carried out is repeated: the connection was never
 * made, nothing of a one-shot body was read, or the service refused. @public
 */
export function classify(error: unknown, context: RetryContext = {}): RetryKind {
  const failure: Failure = Object(error);
  const { statusCode, timeout } = failure;
  const { body, operation } = context;
  // All that an error calls itself in one line, so that one look finds a name, a status or a code, whosever error it is.
  const label = `${failure.name} ${statusCode} ${failure.code}`;

  // A wrong certificate stays wrong, and so does a source that the caller gave.
  if (isSpent(body) || (body && body.failure === error) || timeout === "total" || /CERT|UNABLE_TO/.test(label))
    return "no";
  if (/SecurityToken|ExpiredToken/.test(label)) return "expired-token";
  if (
    /TooSkewed/.test(label) ||
    // The answer to a HEAD has no document, so the reason of a refusal is unknown: the date tells whether it may be the time.
    (statusCode === 403 && (operation?.http[0] === "HEAD" || /Request has expired/.test(failure.message!)))
  )
    return "skew";
  if (/ 429|SlowDown|Unavailable|Busy|Throttl|(Qps|Rate|Request)Limit/.test(label)) return "throttling";
  if (!/(Transport|Timeout|Integrity|Internal)Error| (408|50[0234]) |RequestTimeout/.test(label)) return "no";
  // What may have been carried out must not be carried out twice.
  const isSafe =
    !operation?.notIdempotent || failure.phase === "connect" || timeout === "connect" || (body && !body.replayable);
  return !isSafe ? "no" : failure.staleSocket ? "stale-socket" : "transient";
}

/** Whether nothing is left to send: something was read from a body that cannot begin again. */
export function isSpent(body: RetryBody | undefined): boolean | undefined {
  return body && !body.replayable && body.consumed;
}
