import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { ConfigError, TimeoutError } from "@cosmoss/errors";
import { formatTarget } from "@cosmoss/uri";
import type { Dispatcher, EnvHttpProxyAgent as ProxyAgents, buildConnector as Connectors } from "undici";
import connectMethod from "undici/lib/api/api-connect.js";
import buildConnector from "undici/lib/core/connect.js";
import Agent from "undici/lib/dispatcher/agent.js";
import EnvHttpProxyAgent from "undici/lib/dispatcher/env-http-proxy-agent.js";
import Pool from "undici/lib/dispatcher/pool.js";
import type {
  Clock,
  HttpHandler,
  HttpHandlerOptions,
  HttpRequest,
  HttpResponse,
  RequestHandlerMetadata,
  RequestHandlerOutput,
} from "@cosmoss/types";
import { BodySource, openBody } from "./body-source.ts";
import { connectTimeout, Exchange, hostHeader, hostOf, type Limits, type Settle } from "./exchange.ts";
import { headerBag, isEmpty } from "./response-headers.ts";
import { systemClock } from "./system-clock.ts";

/** Options of an {@link UndiciTransport}. @public */
export interface UndiciTransportOptions {
  /** Connections per host; further requests wait for a free one. Default 128. */
  connections?: number;
  /** Requests sent on one connection before the first is answered; above 1 one slow answer holds up the others. Default 1. */
  pipelining?: number;
  /** Whether HTTP/2 is used where a https server offers it. Default `false`. */
  allowH2?: boolean;
  /** Whether `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` of the environment are obeyed. Default `false`. */
  proxyFromEnvironment?: boolean;
  /** Milliseconds for name lookup, TCP and TLS together; `0` means no limit. Default 10,000. */
  connectTimeoutMs?: number;
  /** Milliseconds without a byte in either direction, response body included; `0` means no limit. Default 60,000. */
  idleTimeoutMs?: number;
  /** Measures the limits. Default: the machine's time. */
  clock?: Clock;
  /** Options of `tls.connect` for https, as `ca`, `cert`, `key`, `rejectUnauthorized`. */
  tls?: { readonly [option: string]: unknown };
}

/** Header fields that undici sets itself or refuses. */
const OWN_FIELDS = /^(?:connection|keep-alive|transfer-encoding|expect|upgrade|content-length)$/;

interface Engine extends Limits {
  readonly pipelining: number;
  /** Errors of sockets, and whether the socket had carried an answer before. */
  readonly used: WeakMap<object, boolean>;
}

/**
 * Sends requests with undici. `handle` rejects with a `ConfigError`, `TransportError` or `TimeoutError`, with the abort
 * signal's reason, or with the error that the request body's stream gave. The response body is a Node `Readable`, and
 * `undefined` where there is none (HEAD, 204, 304, a content-length of 0). @public
 */
export class UndiciTransport implements HttpHandler {
  readonly metadata: RequestHandlerMetadata;
  /** Request bodies may be async iterables, which spares making a stream of them. */
  readonly takesIterables: boolean = true;
  readonly #engine: Engine;
  readonly #dispatcher: Dispatcher;

  constructor(options: UndiciTransportOptions = {}) {
    const { connectTimeoutMs = 10_000, idleTimeoutMs = 60_000, clock = systemClock, pipelining = 1 } = options;
    const { connections = 128, allowH2 = false, tls } = options;
    this.metadata = { handlerProtocol: allowH2 ? "h2" : "http/1.1" };
    this.#engine = { connectTimeoutMs, idleTimeoutMs, clock, pipelining, used: new WeakMap() };
    // undici's own limits are off: the exchange counts, on the clock that was given.
    const shared = { connections, pipelining, allowH2, headersTimeout: 0, bodyTimeout: 0 };
    // Through a proxy undici counts the connect limit, on the machine's time.
    const timeout = connectTimeoutMs;
    this.#dispatcher = options.proxyFromEnvironment
      ? new EnvHttpProxyAgent({
          ...shared,
          connect: { ...tls, timeout },
          requestTls: { ...tls, timeout },
          proxyTls: { timeout },
          // undici's entry point adds this method to every dispatcher; the proxy agent relies on it.
          clientFactory: (origin, settings) => Object.assign(new Pool(origin, settings), { connect: connectMethod }),
        } as ProxyAgents.Options)
      : new Agent({ ...shared, connect: connector({ ...tls, allowH2, timeout: 0 }, this.#engine) });
  }

  handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<RequestHandlerOutput<HttpResponse>> {
    return new Promise((resolve, reject) => {
      const path = formatTarget(request.path, request.query);
      const body = openBody(request);
      const signal = options?.abortSignal;
      if (signal?.aborted) {
        if (body instanceof BodySource) body.release();
        throw signal.reason;
      }
      new UndiciExchange(request, options, this.#engine, [resolve, reject]).dispatch(this.#dispatcher, path, body);
    });
  }

  /** Closes the connections. Requests under way fail. */
  destroy(): void {
    void this.#dispatcher.destroy();
  }
}

/** undici's connector, with the connect limit on our clock, and a note on each broken socket. */
function connector(options: Connectors.BuildOptions, engine: Engine): Connectors.connector {
  const connect = buildConnector(options);
  const { clock, connectTimeoutMs, used } = engine;
  return (target, callback) => {
    let timer: unknown;
    // The types say nothing of the socket that is returned while it connects.
    const socket = connect(target, (...outcome) => {
      clock.clearTimeout(timer);
      callback(...outcome);
    }) as unknown as Socket;
    socket.prependListener("error", (error) => used.set(error, socket.bytesRead > 0));
    if (connectTimeoutMs > 0) {
      timer = clock.setTimeout(() => {
        const host = `${target.hostname}:${target.port || (target.protocol === "https:" ? 443 : 80)}`;
        socket.destroy(connectTimeout(host, connectTimeoutMs));
      }, connectTimeoutMs);
    }
  };
}

class UndiciExchange extends Exchange implements Dispatcher.DispatchHandler {
  readonly #used: WeakMap<object, boolean>;
  readonly #pipelining: number;
  #abort: ((error?: Error) => void) | undefined;
  #resume: () => void = () => {};
  #begun = false;
  #sent = false;
  #complete = false;
  #incoming: Readable | undefined;

  constructor(request: HttpRequest, options: HttpHandlerOptions | undefined, engine: Engine, settle: Settle) {
    super(request, options, engine, settle);
    this.#used = engine.used;
    this.#pipelining = engine.pipelining;
  }

  dispatch(dispatcher: Dispatcher, path: string, body: Uint8Array | BodySource | undefined): void {
    const { method, protocol, hostname, port, headers } = this.request;
    const fields: string[] = [];
    if (headers["host"] === undefined) fields.push("host", hostHeader(this.request));
    for (const name in headers) if (!OWN_FIELDS.test(name)) fields.push(name, headers[name]!);
    if (body instanceof BodySource) {
      this.source = body;
      if (body.length !== undefined) fields.push("content-length", String(body.length));
    }
    this.start();
    const name = hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
    dispatcher.dispatch(
      {
        origin: `${protocol}//${name}${port === undefined ? "" : `:${port}`}`,
        path,
        method,
        headers: fields,
        body: (body instanceof BodySource ? this.#pieces(body) : body) as Uint8Array,
        // Without it undici closes the connection after HEAD, and after a DELETE with a body.
        reset: false,
        // Otherwise an answer is waited for before the next request is sent, whatever `pipelining` says.
        ...(this.#pipelining > 1 ? { blocking: false } : undefined),
      },
      this,
    );
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    this.attachedAt = this.movedAt = this.limits.clock.now();
    // Given up while it waited: to throw takes it out of the queue, where `abort` would close the connection as well.
    if (this.over) throw new Error("given up");
  }

  onBodySent(): void {
    this.movedAt = this.limits.clock.now();
  }

  onRequestSent(): void {
    this.#sent = true;
  }

  onResponseStarted(): void {
    this.#begun = true;
    this.movedAt = this.limits.clock.now();
  }

  onHeaders(statusCode: number, rawHeaders: Buffer[], resume: () => void): boolean {
    this.movedAt = this.limits.clock.now();
    if (statusCode < 200) return true;
    const headers = headerBag(rawHeaders);
    if (isEmpty(this.request.method, statusCode, headers)) {
      this.answer({ statusCode, headers, body: undefined });
      return true;
    }
    this.#resume = resume;
    this.#incoming = new Readable({
      highWaterMark: 65_536,
      read: () => this.#resume(),
      destroy: (error, callback) => {
        if (!this.over) this.finish();
        if (!this.#complete) this.#abort?.();
        callback(error);
      },
    });
    // An error that nobody hears, since nobody reads, would end the process; whoever reads later gets it.
    this.#incoming.on("error", () => {});
    this.answer({ statusCode, headers, body: this.#incoming });
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.movedAt = this.limits.clock.now();
    return this.#incoming?.push(chunk) ?? true;
  }

  onComplete(): void {
    this.#complete = true;
    if (this.#incoming) this.#incoming.push(null);
    else this.finish();
  }

  onError(error: Error): void {
    if (this.over) return;
    if (this.answered || TimeoutError.isInstance(error)) return this.fail(error);
    if (this.attachedAt === undefined) {
      const { code } = error as { code?: string };
      if (code === "UND_ERR_CONNECT_TIMEOUT")
        return this.fail(connectTimeout(hostOf(this.request), this.limits.connectTimeoutMs));
      // undici's word for a method, path or header that HTTP does not allow.
      if (code !== "UND_ERR_INVALID_ARG" && code !== "UND_ERR_NOT_SUPPORTED")
        return this.break("connect", error, false);
      const text = `undici refuses to send ${this.request.method} to ${this.request.hostname}: look for characters in method, path or headers that HTTP does not allow.`;
      return this.fail(new ConfigError(text, { cause: error }));
    }
    const used = this.#used.get(error) ?? ((error as { socket?: { bytesRead?: number } }).socket?.bytesRead ?? 0) > 0;
    this.break(this.#sent ? "response" : "request", error, used && !this.#begun);
  }

  protected override isConnected(): boolean {
    return true;
  }

  protected override hasMoved(): boolean {
    return false; // undici tells of every byte.
  }

  protected override isHeldBack(): boolean {
    const incoming = this.#incoming;
    return this.#complete || (incoming !== undefined && incoming.readableLength >= incoming.readableHighWaterMark);
  }

  protected override abandon(reason: unknown): void {
    this.#abort?.(reason as Error);
    this.#incoming?.destroy(reason as Error);
  }

  /** undici takes the next piece when the last has left. */
  async *#pieces(source: BodySource): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const piece = await source.next();
        if (this.over || this.answered) break;
        if (piece === undefined) return;
        yield piece;
      }
    } catch (error) {
      if (!this.answered) {
        this.fail(error);
        throw error;
      }
    }
    // Answered early. To return would end the request as if it were whole, to throw would break off the response: so the
    // request stays unfinished, and undici closes the connection when the response has been read.
    await new Promise<never>(() => {});
  }
}
