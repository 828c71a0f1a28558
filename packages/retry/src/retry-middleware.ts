import { ConfigError, TimeoutError } from "@cosmoss/errors";
import type {
  AbortSignalLike,
  Clock,
  FinalizeRequestMiddleware,
  MetadataBearer,
  Pluggable,
  Random,
} from "@cosmoss/types";
import { classify, isSpent, type RetryKind } from "./classify.ts";
import { type ClockSkew, correctSkew } from "./clock-skew.ts";
import type { Failure } from "./failure.ts";
import type { TokenBucket } from "./token-bucket.ts";
import { wait } from "./wait.ts";

/** What {@link RetryConfig.onRetry} is told. @public */
export interface RetryEvent {
  /** Which attempt has failed; the first is 1. */
  readonly attempt: number;
  /** Milliseconds until the next one. */
  readonly delayMs: number;
  /** What the attempt failed with. */
  readonly error: unknown;
  readonly kind: RetryKind;
  /** Class name of the command, as `"PutObjectCommand"`. */
  readonly commandName: string | undefined;
}

/** Milliseconds; the first wait is anything up to this, each further one up to twice as much. */
const BASE_DELAY = 100;
/** Milliseconds; no wait is longer, not even one that the service asks for. */
const MAX_DELAY = 20_000;
const MAX_TOKENS = 500;

/** Options of {@link retryPlugin}. @public */
export interface RetryConfig {
  readonly clock: Clock;
  /** Read before every attempt, written when an answer shows that our clock is wrong. */
  readonly skew: ClockSkew;
  /**
   * Attempts of one send, the first included; default 4. `1` switches the back-off retries off; those that repeat at once
   * (stale connection, wrong clock, expired token) are no attempts in this sense.
   */
  readonly maxAttempts?: number | undefined;
  /** Spreads the waits; default `Math.random`. */
  readonly random?: Random | undefined;
  /** Default one of its own: `{ tokens: 500 }`. */
  readonly tokenBucket?: TokenBucket | undefined;
  /** Called before every retry, ahead of its wait. What it throws ends the send. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
}

/**
 * Repeats attempts that failed and may succeed. Each call of what is inside it is one attempt, so signing belongs there.
 *
 * Throws a `ConfigError` for `maxAttempts` below 1. A send whose next attempt would begin after `context.deadline` rejects with
 * a `TimeoutError` of kind `total` whose `cause` is the last error; one that is given up rejects with the last error. @public
 */
export function retryMiddleware(config: RetryConfig): FinalizeRequestMiddleware<any, any> {
  const {
    clock,
    skew,
    maxAttempts = 4,
    // oxlint-disable-next-line no-restricted-properties -- the default of the parameter that tests set
    random = () => Math.random(),
    tokenBucket = { tokens: MAX_TOKENS },
  } = config;
  // Written so that NaN is refused too.
  if (!(maxAttempts >= 1)) throw new ConfigError("maxAttempts must be >= 1");

  return (next, context) => async (args) => {
    const signal: AbortSignalLike | undefined = context["abortSignal"];
    let attempts = 0;
    let totalRetryDelay = 0;
    let ceiling = BASE_DELAY;
    let cost = 0;
    let earlier: unknown;
    // How many retries of each kind are left.
    const left: Partial<Record<RetryKind, number>> = {
      skew: 2,
      "stale-socket": 3,
      "expired-token": 1,
      transient: maxAttempts - 1,
    };

    for (;;) {
      const { offset } = skew;
      attempts++;
      try {
        const result = await next(args);
        tokenBucket.tokens = Math.min(MAX_TOKENS, tokenBucket.tokens + (cost || 1));
        stamp(result.output, attempts, totalRetryDelay);
        return result;
      } catch (error) {
        const failure: Failure = Object(error);
        // A repetition may be refused because the attempt before was carried out and only its answer got lost.
        if (earlier !== undefined && earlier !== error && failure.cause === undefined) {
          Object.defineProperty(failure, "cause", { value: earlier, configurable: true, writable: true });
        }
        stamp(failure, attempts, totalRetryDelay);
        if (signal?.aborted) throw signal.reason ?? error;

        const kind = classify(error, context);
        const throttled = kind === "throttling";
        const limit = throttled || (kind === "stale-socket" && !left[kind]) ? "transient" : kind;
        if (!(left[limit]!-- > 0) || (kind === "skew" && !correctSkew(skew, offset, failure, clock))) throw error;

        let delayMs = 0;
        cost = 0;
        if (limit === "transient") {
          earlier = error;
          // What the service asks for, in seconds or as a time of its own.
          const after = failure.$response?.headers["retry-after"] as string;
          const asked = Math.max(0, +after * 1000 || Date.parse(after) - clock.now() - skew.offset || 0);
          delayMs = Math.min(MAX_DELAY, asked + random() * Math.min(MAX_DELAY, throttled ? 5 * ceiling : ceiling));
          ceiling *= 2;
          cost = throttled || failure.name === "TimeoutError" ? 10 : 5;
        }
        // Without a deadline this compares with NaN, which is never reached.
        if (clock.now() + delayMs >= context["deadline"]) {
          const limitMs: number = context["totalTimeoutMs"];
          throw new TimeoutError(`${context["subject"]}: no result within totalTimeoutMs (${limitMs} ms)`, {
            timeout: "total",
            limitMs,
            cause: error,
          });
        }
        if (tokenBucket.tokens < cost) throw error;
        tokenBucket.tokens -= cost;
        context["refreshCredentials"] ||= kind === "expired-token";

        config.onRetry?.({ attempt: attempts, delayMs, error, kind, commandName: context.commandName });
        await wait(clock, delayMs, signal);
        if (signal?.aborted) throw signal.reason ?? error;
        // A transport that had not let go yet may have gone on reading.
        if (isSpent(context["body"])) throw error;
        totalRetryDelay += delayMs;
      }
    }
  };
}

/** Adds {@link retryMiddleware} to a stack: step `finalizeRequest`, name `"retryMiddleware"`. @public */
export function retryPlugin(config: RetryConfig): Pluggable<any, any> {
  const middleware = retryMiddleware(config);
  return {
    applyToStack: (stack) => stack.add(middleware, { step: "finalizeRequest", name: "retryMiddleware" }),
  };
}

/** Writes what a send took where the caller finds it. */
function stamp({ $metadata }: MetadataBearer | Failure, attempts: number, totalRetryDelay: number): void {
  if ($metadata) Object.assign($metadata, { attempts, totalRetryDelay });
}
