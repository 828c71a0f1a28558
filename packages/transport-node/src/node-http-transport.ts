import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import type { RequestOptions as SecureRequestOptions } from "node:https";
import type { Socket } from "node:net";
import { ConfigError } from "@cosmoss/errors";
import { formatTarget } from "@cosmoss/uri";
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
import { Exchange, hostHeader, type Limits, type Settle } from "./exchange.ts";
import { headerBag, isEmpty } from "./response-headers.ts";
import { systemClock } from "./system-clock.ts";

/** Options of a {@link NodeHttpTransport}. @public */
export interface NodeHttpTransportOptions {
  /** Connections per host; further requests wait for a free one. Default 128. */
  maxSockets?: number;
  /** Whether connections are used again. Default `true`. */
  keepAlive?: boolean;
  /** Milliseconds for name lookup, TCP and TLS together; `0` means no limit. Default 10,000. */
  connectTimeoutMs?: number;
  /** Milliseconds without a byte in either direction, response body included, noticed within a further quarter; `0` means no limit. Default 60,000. */
  idleTimeoutMs?: number;
  /** Measures the limits. Default: the machine's time. */
  clock?: Clock;
  /** Options of `tls.connect` for https, as `ca`, `cert`, `key`, `rejectUnauthorized`. */
  tls?: { readonly [option: string]: unknown };
  /** A `node:http` `Agent` of yours, for instance one for a proxy; `maxSockets` and `keepAlive` are then yours. You destroy it. */
  httpAgent?: unknown;
  /** A `node:https` `Agent` of yours; `maxSockets`, `keepAlive` and `tls` are then yours. You destroy it. */
  httpsAgent?: unknown;
}

/** How requests of a scheme are sent. */
interface Way {
  readonly start: (options: SecureRequestOptions) => ClientRequest;
  readonly agent: Agent;
}

/**
 * Sends requests with `node:http` and `node:https`: the fastest to load and the cheapest per request on Node. `handle`
 * rejects with a `ConfigError`, `TransportError` or `TimeoutError`, with the abort signal's reason, or with the error
 * that the request body's stream gave. The response body is the `IncomingMessage`, and `undefined` where there is
 * none (HEAD, 204, 304, a content-length of 0). @public
 */
export class NodeHttpTransport implements HttpHandler {
  readonly metadata: RequestHandlerMetadata = { handlerProtocol: "http/1.1" };
  /** Request bodies may be async iterables, which spares making a stream of them. */
  readonly takesIterables: boolean = true;
  readonly #options: NodeHttpTransportOptions;
  readonly #limits: Limits;
  #plain: Way | undefined;
  #secure: Way | undefined;

  constructor(options: NodeHttpTransportOptions = {}) {
    this.#options = options;
    const { connectTimeoutMs = 10_000, idleTimeoutMs = 60_000, clock = systemClock } = options;
    this.#limits = { connectTimeoutMs, idleTimeoutMs, clock };
  }

  handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<RequestHandlerOutput<HttpResponse>> {
    return new Promise((resolve, reject) => {
      const target = formatTarget(request.path, request.query);
      const body = openBody(request);
      const signal = options?.abortSignal;
      if (signal?.aborted) {
        if (body instanceof BodySource) body.release();
        throw signal.reason;
      }
      const wire = toWire(request, target, body);
      const way = request.protocol === "https:" ? this.#secureWay() : this.#plainWay();
      wire.agent = way.agent;
      let message: ClientRequest;
      try {
        message = way.start(wire);
      } catch (cause) {
        if (body instanceof BodySource) body.release();
        throw new ConfigError(
          `Node refuses to send ${request.method} to ${request.hostname}: ${(cause as { code?: string }).code ?? "it cannot be written as HTTP"}. Look for characters in method, path or headers that HTTP does not allow.`,
          { cause },
        );
      }
      new HttpExchange(request, options, this.#limits, [resolve, reject], message, body);
    });
  }

  /** Closes the connections. Requests under way fail. */
  destroy(): void {
    if (!this.#options.httpAgent) this.#plain?.agent.destroy();
    if (!this.#options.httpsAgent) this.#secure?.agent.destroy();
  }

  // Built-in modules are fetched when first used: node:https loads TLS, which plain http does not need.
  #plainWay(): Way {
    if (this.#plain) return this.#plain;
    const { Agent, request } = process.getBuiltinModule("node:http");
    const agent = (this.#options.httpAgent as Agent | undefined) ?? new Agent(this.#pool());
    return (this.#plain = { start: request, agent });
  }

  #secureWay(): Way {
    if (this.#secure) return this.#secure;
    const { Agent, request } = process.getBuiltinModule("node:https");
    const agent =
      (this.#options.httpsAgent as Agent | undefined) ?? new Agent({ ...this.#options.tls, ...this.#pool() });
    return (this.#secure = { start: request, agent });
  }

  #pool(): { keepAlive: boolean; maxSockets: number; maxFreeSockets: number } {
    const { keepAlive = true, maxSockets = 128 } = this.#options;
    return { keepAlive, maxSockets, maxFreeSockets: maxSockets };
  }
}

/** Header lines as a flat list: Node writes them at once, as they are, and adds nothing but `connection`. */
function toWire(request: HttpRequest, target: string, body: Uint8Array | BodySource | undefined): SecureRequestOptions {
  const { hostname, port, method, headers } = request;
  const host = headers["host"];
  const lines: string[] = [];
  if (host === undefined) lines.push("host", hostHeader(request));
  for (const name in headers) {
    if (name !== "transfer-encoding" && name !== "content-length") lines.push(name, headers[name]!);
  }
  // The length is the last line: Node writes a content-disposition that comes after it in another encoding.
  const length = headers["content-length"] ?? lengthOf(body, method);
  if (length !== undefined) lines.push("content-length", length);
  else if (body !== undefined) lines.push("transfer-encoding", "chunked");
  const bracketed = hostname.charCodeAt(0) === 91;
  const wire: SecureRequestOptions = {
    host: bracketed ? hostname.slice(1, -1) : hostname,
    method,
    path: target,
    headers: lines,
  };
  if (port !== undefined) wire.port = port;
  // The name that the certificate is for is the one that is asked for. A literal address is no name.
  if (host !== undefined && request.protocol === "https:") {
    const name = host.replace(/:\d+$/, "");
    if (name !== hostname) wire.servername = /^[\d.]+$|^\[/.test(name) ? "" : name;
  }
  return wire;
}

function lengthOf(body: Uint8Array | BodySource | undefined, method: string): string | undefined {
  if (body !== undefined) return body.length === undefined ? undefined : String(body.length);
  return method === "PUT" || method === "POST" || method === "PATCH" ? "0" : undefined;
}

class HttpExchange extends Exchange {
  readonly #message: ClientRequest;
  #socket: Socket | undefined;
  #isConnected = false;
  /** Bytes that the socket had read before this exchange, and when last looked at. */
  #bytesBefore = 0;
  #bytesSeen = 0;
  #incoming: IncomingMessage | undefined;
  #drained: (() => void) | undefined;
  #connected: (() => void) | undefined;

  constructor(
    request: HttpRequest,
    options: HttpHandlerOptions | undefined,
    limits: Limits,
    settle: Settle,
    message: ClientRequest,
    body: Uint8Array | BodySource | undefined,
  ) {
    super(request, options, limits, settle);
    this.#message = message;
    message.on("socket", (socket) => this.#attach(socket));
    message.on("response", (incoming) => this.#receive(incoming));
    message.on("error", (error) => this.#broke(error));
    this.start();
    if (body instanceof BodySource) {
      this.source = body;
      void this.#send(body);
    } else message.end(body);
  }

  protected override isConnected(): boolean {
    return this.#isConnected;
  }

  // Asked when a timer fires, instead of listening to every byte.
  protected override hasMoved(): boolean {
    const before = this.#bytesSeen;
    this.#bytesSeen = this.#socket?.bytesRead ?? 0;
    return this.#bytesSeen !== before;
  }

  protected override isHeldBack(): boolean {
    const incoming = this.#incoming!;
    return incoming.complete || incoming.readableLength >= incoming.readableHighWaterMark;
  }

  protected override abandon(reason: unknown): void {
    if (this.#incoming) this.#incoming.destroy(reason as Error);
    else this.#message.destroy();
  }

  /** One piece at a time, the next when the last has left: nothing piles up, and each piece counts as a sign of life. */
  async #send(source: BodySource): Promise<void> {
    const message = this.#message;
    message.on("drain", () => {
      this.movedAt = this.limits.clock.now();
      this.#drained?.();
    });
    // Where no connection comes about, the source stays untouched, and another attempt may have it.
    await new Promise<void>((resolve) => (this.#connected = resolve));
    // Not right now: a piece that is there at once goes out together with the head.
    setImmediate(() => {
      // Not flushHeaders(), which writes them as UTF-8.
      if (source.sent === 0 && !this.over && !message.writableEnded) message.write("", "latin1");
    });
    try {
      for (;;) {
        const piece = await source.next();
        if (this.over || this.answered) return;
        if (piece === undefined) break;
        const last = source.sent === source.length;
        if (!message.write(piece) && !last) await new Promise<void>((resolve) => (this.#drained = resolve));
        if (this.over || this.answered) return;
      }
      message.end();
    } catch (error) {
      if (!this.answered) this.fail(error);
    }
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    this.#bytesBefore = this.#bytesSeen = socket.bytesRead;
    this.attachedAt = this.movedAt = this.limits.clock.now();
    const secure = (socket as { encrypted?: boolean }).encrypted === true;
    const pending = socket.connecting || (socket as { secureConnecting?: boolean }).secureConnecting === true;
    if (pending) socket.once(secure ? "secureConnect" : "connect", () => this.#begin());
    else this.#begin();
  }

  #begin(): void {
    this.#isConnected = true;
    this.movedAt = this.limits.clock.now();
    this.#connected?.();
  }

  #receive(incoming: IncomingMessage): void {
    this.#incoming = incoming;
    incoming.on("close", () => this.#close());
    // Node keeps an answer open as long as its request is not sent, which nobody is going to do any more.
    if (!this.#message.writableEnded) {
      incoming.on("end", () => {
        if (!this.#message.writableEnded) this.#close();
      });
    }
    const statusCode = incoming.statusCode!;
    const headers = headerBag(incoming.rawHeaders);
    const empty = isEmpty(this.request.method, statusCode, headers);
    // Read here, or the connection would not be free again.
    if (empty) incoming.resume();
    this.answer({ statusCode, headers, body: empty ? undefined : incoming });
    // All of a body of known length has gone out though its source has not said so yet: the connection can live on.
    const { source } = this;
    if (source && source.sent === source.length) this.#message.end();
  }

  #close(): void {
    if (!this.over) this.finish();
    // The answer came before the whole request had been sent: the rest would be taken for the next request.
    if (!this.#message.writableEnded) this.#message.destroy();
  }

  #broke(error: Error): void {
    if (this.over) return;
    if (this.answered) return this.fail(error);
    if (!this.#isConnected) return this.break("connect", error, false);
    const stale = this.#message.reusedSocket && this.#socket!.bytesRead === this.#bytesBefore;
    const sent = this.#message.writableFinished;
    this.break(sent ? "response" : "request", error, stale);
  }
}
