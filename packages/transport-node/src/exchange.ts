import { TimeoutError, TransportError, type TransportPhase } from "@cosmoss/errors";
import type {
  AbortSignalLike,
  Clock,
  HttpHandlerOptions,
  HttpRequest,
  HttpResponse,
  RequestHandlerOutput,
} from "@cosmoss/types";
import type { BodySource } from "./body-source.ts";

/** What all exchanges of a transport share. */
export interface Limits {
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly clock: Clock;
}

/** Settles the promise that `handle` gave. */
export type Settle = [resolve: (output: RequestHandlerOutput<HttpResponse>) => void, reject: (reason: unknown) => void];

/**
 * One request and its response: the abort signal, the three time limits on one timer, the request body, and the way
 * everything is let go of. What is on the wire is the subclass's.
 *
 * The timer is not moved at each byte. When it fires, the deadlines are worked out anew from what has moved meanwhile.
 */
export abstract class Exchange {
  protected readonly request: HttpRequest;
  protected readonly limits: Limits;
  /** The request body while it is a source. */
  protected source: BodySource | undefined;
  /** Whether the response head has arrived, and `handle` has resolved. */
  protected answered = false;
  /** Whether everything is over: response read, or failed. */
  protected over = false;
  /** When the request got a connection, or one began to be made for it; unknown while it waits for a free one. */
  protected attachedAt: number | undefined;
  /** When a byte last moved, as far as this exchange knows. */
  protected movedAt = 0;
  readonly #settle: Settle;
  readonly #startedAt: number;
  readonly #attemptDeadline: number;
  readonly #requestTimeout: number;
  #signal: AbortSignalLike | undefined;
  #onAbort: ((event?: unknown) => void) | undefined;
  #onAbortBefore: AbortSignalLike["onabort"] = null;
  #timer: unknown;

  constructor(request: HttpRequest, options: HttpHandlerOptions | undefined, limits: Limits, settle: Settle) {
    this.request = request;
    this.limits = limits;
    this.#settle = settle;
    this.#requestTimeout = options?.requestTimeout || Infinity;
    this.#startedAt = limits.clock.now();
    this.#attemptDeadline = this.#startedAt + this.#requestTimeout;
    this.#signal = options?.abortSignal;
  }

  /** Whether the connection is there; the connect limit counts until then. */
  protected abstract isConnected(): boolean;
  /** Whether a byte has come since this was last asked. */
  protected abstract hasMoved(): boolean;
  /** Whether silence means nothing, because it is the reader of the response who does not read, or all has arrived. */
  protected abstract isHeldBack(): boolean;
  /** Closes the connection at once; an open response body fails with `reason`. */
  protected abstract abandon(reason: unknown): void;

  /** Sets the timer and listens to the signal; a subclass calls it when it can be asked and abandoned. */
  protected start(): void {
    const signal = this.#signal;
    if (signal) {
      this.#onAbort = () => this.fail(signal.reason);
      // One signal may end any number of requests at a time; each takes its listener away again.
      if (signal instanceof AbortSignal) process.getBuiltinModule("node:events").setMaxListeners(0, signal);
      if (signal.addEventListener) signal.addEventListener("abort", this.#onAbort);
      else {
        // A signal that knows nothing else is shared with whoever has set it.
        const before = (this.#onAbortBefore = signal.onabort);
        const fail = this.#onAbort;
        signal.onabort = this.#onAbort = (event?: unknown) => {
          fail();
          before?.call(signal, event);
        };
      }
    }
    this.#arm(this.#startedAt);
  }

  /** Hands out the response. The body source is let go of: whoever answers early does not want the rest. */
  protected answer(response: HttpResponse): void {
    if (this.over || this.answered) return;
    this.answered = true;
    this.source?.release();
    this.#rest();
    this.#settle[0]({ response });
  }

  /** Ends the exchange with an error: of `handle` before the head, of the response body after it. */
  protected fail(reason: unknown): void {
    if (this.over) return;
    this.finish();
    if (!this.answered) this.#settle[1](reason);
    this.abandon(reason);
  }

  /** Lets go of timer, signal and request body. */
  protected finish(): void {
    this.over = true;
    if (this.#timer !== undefined) this.limits.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.source?.release();
    const signal = this.#signal;
    if (signal) {
      this.#signal = undefined;
      if (signal.removeEventListener) signal.removeEventListener("abort", this.#onAbort!);
      else if (signal.onabort === this.#onAbort) signal.onabort = this.#onAbortBefore;
    }
  }

  /** Fails with what the network said; the message names host and method, never the query or headers: they may be signed. */
  protected break(phase: TransportPhase, cause: unknown, staleSocket: boolean): void {
    const code = (cause as { code?: unknown } | null)?.code;
    this.fail(
      new TransportError(brokenMessage(this.request, phase, typeof code === "string" ? code : undefined, staleSocket), {
        phase,
        code: typeof code === "string" ? code : undefined,
        staleSocket,
        cause,
      }),
    );
  }

  /** `Infinity` for a limit that is off. */
  #deadline(now: number): number {
    const { idleTimeoutMs, connectTimeoutMs } = this.limits;
    const from = this.attachedAt === undefined ? now : this.movedAt;
    let deadline = idleTimeoutMs > 0 ? from + idleTimeoutMs : Infinity;
    if (!this.answered && this.#attemptDeadline < deadline) deadline = this.#attemptDeadline;
    if (connectTimeoutMs > 0 && !this.isConnected()) {
      deadline = Math.min(deadline, (this.attachedAt ?? now) + connectTimeoutMs);
    }
    return deadline;
  }

  #arm(now: number): void {
    // Bytes are looked for four times within the idle limit, so that silence is measured to a quarter of it.
    const wait = Math.min(this.#deadline(now) - now, (this.limits.idleTimeoutMs || Infinity) / 4);
    if (wait < Infinity) this.#timer = this.limits.clock.setTimeout(() => this.#fire(), wait);
    if (this.answered) this.#rest();
  }

  /** From the answer on it is the body's reader who keeps the process alive: a forgotten body must not. */
  #rest(): void {
    (this.#timer as { unref?: () => void } | undefined)?.unref?.();
  }

  #fire(): void {
    this.#timer = undefined;
    const { clock, connectTimeoutMs, idleTimeoutMs } = this.limits;
    const now = clock.now();
    if (this.hasMoved() || (this.answered && this.isHeldBack())) this.movedAt = now;
    if (this.#deadline(now) > now) return this.#arm(now);
    const { method } = this.request;
    const host = hostOf(this.request);
    if (!this.answered && this.#attemptDeadline <= now) {
      const limitMs = this.#requestTimeout;
      const text =
        this.attachedAt === undefined
          ? `All connections to ${host} were in use for ${limitMs} ms. Read or cancel the bodies of earlier answers, or raise maxSockets.`
          : `No answer to ${method} from ${host} within ${limitMs} ms. Try again, or allow more time per attempt.`;
      this.fail(new TimeoutError(text, { timeout: "attempt", limitMs }));
    } else if (connectTimeoutMs > 0 && !this.isConnected() && (this.attachedAt ?? now) + connectTimeoutMs <= now) {
      this.fail(connectTimeout(host, connectTimeoutMs));
    } else {
      const text = `No byte came from or went to ${host} for ${idleTimeoutMs} ms during ${method}. Try again, or raise idleTimeoutMs.`;
      this.fail(new TimeoutError(text, { timeout: "idle", limitMs: idleTimeoutMs }));
    }
  }
}

/** The error of a connection that did not come about in time. */
export function connectTimeout(host: string, limitMs: number): TimeoutError {
  const text = `No connection to ${host} within ${limitMs} ms. Check endpoint and network, or raise connectTimeoutMs.`;
  return new TimeoutError(text, { timeout: "connect", limitMs });
}

/** The `Host` field of a request that brings none: without the port where it is the scheme's own. */
export function hostHeader(request: HttpRequest): string {
  const { hostname, port, protocol } = request;
  const name = hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
  return port === undefined || port === (protocol === "https:" ? 443 : 80) ? name : `${name}:${port}`;
}

/** `host:port` as the request names it. */
export function hostOf(request: HttpRequest): string {
  return `${request.hostname}:${request.port ?? (request.protocol === "https:" ? 443 : 80)}`;
}

function brokenMessage(request: HttpRequest, phase: TransportPhase, code: string | undefined, stale: boolean): string {
  const why = code === undefined ? "" : ` (${code})`;
  const host = hostOf(request);
  const { method } = request;
  if (phase === "connect") {
    return `Could not connect to ${host} for ${method}${why}. Nothing was sent; check endpoint, network and proxy.`;
  }
  if (stale) return `A kept-alive connection to ${host} was closed before it answered ${method}${why}. Send it again.`;
  return phase === "request"
    ? `The connection to ${host} broke while ${method} was being sent${why}. Send it again.`
    : `The connection to ${host} broke before ${method} was answered${why}. It may have taken effect; look, or send it again if that does no harm.`;
}
