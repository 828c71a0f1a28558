import { ConfigError } from "@cosmoss/errors";
import type {
  ChecksumConstructor,
  Clock,
  Credentials,
  CredentialsProvider,
  HttpHandler,
  Logger,
  Pluggable,
  Random,
  RequestHandler,
} from "@cosmoss/types";
import type { ClientConfig, SigningConfig } from "./config.ts";

/** Options that the clients of both providers take. @public */
export interface ClientOptions {
  /** Keys, a function that gives them (called before every attempt, its answer kept until it expires), or `"anonymous"`. */
  credentials: Credentials | CredentialsProvider | "anonymous";
  /** Default: node:http on Node, `fetch` elsewhere. Any Smithy `HttpHandler` works. */
  requestHandler?: RequestHandler<any, any, any>;
  /** `false`: do not compare payloads by CRC-64. Default `true`. */
  checksum?: boolean;
  /** Attempts at one request, the first included; default 4, 1 for none again. */
  maxAttempts?: number;
  /** Milliseconds for one attempt until the response head; default 900,000; `Infinity` or 0 for no limit. */
  attemptTimeoutMs?: number;
  /** Milliseconds without a byte in either direction; default 60,000. Not used with a `requestHandler` of your own. */
  idleTimeoutMs?: number;
  /** Milliseconds for a whole send until its output; default 3,600,000; `Infinity` or 0 for no limit. */
  totalTimeoutMs?: number;
  /** Is told of each send: `debug` what came of it, `warn` when it failed. Default: nothing is written. */
  logger?: Logger;
  /** On Node: put after the name of Cosmoss in the `user-agent` header, as `"my-app/1.2"`. */
  userAgent?: string;
  /** Default: the system's. */
  clock?: Clock;
  /** Default: `Math.random`. */
  random?: Random;
}

/** Makes a client's own transport. @public */
export interface TransportFactory {
  (options: { clock: Clock; idleTimeoutMs?: number }): HttpHandler;
}

/** Makes the retry of a client: `retryPlugin` of `@cosmoss/retry`. @public */
export interface RetryFactory {
  (options: {
    clock: Clock;
    skew: { offset: number };
    random?: Random | undefined;
    maxAttempts?: number | undefined;
  }): Pluggable<any, any>;
}

/** Fills in defaults. Throws a `ConfigError` for options that cannot work. @public */
export function resolveClientOptions(
  options: ClientOptions,
  { clock, skew }: SigningConfig,
  checksum: ChecksumConstructor,
  makeTransport: TransportFactory,
  makeRetry: RetryFactory,
): Omit<ClientConfig, keyof SigningConfig | "clientName"> {
  const { idleTimeoutMs = 60_000, random, maxAttempts } = options;
  timeLimit("idleTimeoutMs", idleTimeoutMs, 0);
  return {
    requestHandler: options.requestHandler ?? makeTransport({ clock, idleTimeoutMs }),
    retry: makeRetry({ clock, skew, random, maxAttempts }),
    checksum: options.checksum === false ? undefined : checksum,
    logger: options.logger,
    attemptTimeoutMs: timeLimit("attemptTimeoutMs", options.attemptTimeoutMs, 900_000),
    totalTimeoutMs: timeLimit("totalTimeoutMs", options.totalTimeoutMs, 3_600_000),
  };
}

/** A time limit as it is reckoned with: 0 is none. Throws a `ConfigError` for what is no number of milliseconds. */
export function timeLimit(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && value >= 0) return value || Infinity;
  throw new ConfigError(`${name} must be >= 0 ms`);
}
