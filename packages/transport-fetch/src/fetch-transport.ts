import { ConfigError, TimeoutError, TransportError } from "@cosmoss/errors";
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
import { checkLength, openSource, type RequestSource, supportsRequestStreams } from "./request-body.ts";

/** Options of a {@link FetchTransport}. @public */
export interface FetchTransportOptions {
  /** What sends. Default: the platform's `fetch`, looked up at each request. */
  fetch?: (url: string, init: any) => Promise<any>;
  /** Milliseconds without a byte in either direction, response body included; `0` means no limit. Default 60,000. */
  idleTimeoutMs?: number;
  /** Measures the limits. Default: the machine's time. */
  clock?: Clock;
  /** As in `RequestInit`: whether cookies are sent. */
  credentials?: "include" | "omit" | "same-origin";
  /** As in `RequestInit`: how the browser's cache is used. */
  cache?: "default" | "force-cache" | "no-cache" | "no-store" | "only-if-cached" | "reload";
  /** As in `RequestInit`: whether the request may outlive the page; browsers allow 64 KiB of body then. */
  keepalive?: boolean;
}

/** Fields that belong to the runtime: some refuse them, some would send them twice. */
const RUNTIME_FIELDS = /^(connection|keep-alive|transfer-encoding|expect|upgrade)$/;
/** How runtimes that give codes say that no connection came about. */
const NO_CONNECTION = /REFUSED|NOTFOUND|AGAIN|UNREACH|CONNECT|CERT|SSL|TLS/;
/** Larger bytes may take longer than the idle limit to go out, and fetch does not tell how far they have come. */
const LARGE = 262_144;

const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as number),
};

/**
 * Sends requests with `fetch`. `handle` rejects with a `ConfigError`, `TransportError` or `TimeoutError`, with the abort
 * signal's reason, or with the error that the request body's stream gave. A `ConfigError` also refuses a path with `.`
 * or `..` segments, which fetch would resolve instead of sending. The response body is a `ReadableStream`, or
 * `undefined` where there is none (HEAD, 204, 304, a content-length of 0). @public
 */
export class FetchTransport implements HttpHandler {
  readonly metadata: RequestHandlerMetadata = { handlerProtocol: "http/1.1" };
  /** Request bodies may be async iterables, which spares making a stream of them. */
  readonly takesIterables: boolean = true;
  readonly #options: FetchTransportOptions;

  constructor(options: FetchTransportOptions = {}) {
    this.#options = options;
  }

  handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<RequestHandlerOutput<HttpResponse>> {
    return new Promise((resolve, reject) => {
      send(request, options ?? {}, this.#options, resolve, reject).catch(reject);
    });
  }
}

async function send(
  request: HttpRequest,
  { abortSignal: signal, requestTimeout }: HttpHandlerOptions,
  {
    idleTimeoutMs = 60_000,
    clock = systemClock,
    fetch = (...call) => globalThis.fetch(...call),
    ...init
  }: FetchTransportOptions,
  resolve: (output: RequestHandlerOutput<HttpResponse>) => void,
  reject: (reason: unknown) => void,
): Promise<void> {
  const { method, hostname, port } = request;
  const { "content-length": declared, ...headers } = request.headers;
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  const subject = `${method} ${host}`;
  const aborter = new AbortController();
  const startedAt = clock.now();
  let movedAt = startedAt;
  /** Whether it is the network that is waited for, and not whoever reads the response. */
  let waiting = true;
  let answered = false;
  let over = false;
  let timer: unknown;
  let source: RequestSource | undefined;
  let output: ReadableStreamDefaultController<Uint8Array> | undefined;

  const moved = (): void => {
    movedAt = clock.now();
  };
  const finish = (): void => {
    over = true;
    clock.clearTimeout(timer);
    if (signal?.removeEventListener) signal.removeEventListener("abort", onAbort);
    else if (signal) signal.onabort = null;
    source?.release();
  };
  const fail = (reason: unknown): void => {
    if (over) return;
    finish();
    reject(reason);
    output?.error(reason);
    aborter.abort(reason);
  };
  const onAbort = (): void => fail(signal!.reason);
  const watch = (): void => {
    const now = clock.now();
    if (!waiting) movedAt = now;
    const attempt = answered || !requestTimeout ? Infinity : startedAt + requestTimeout - now;
    const wait = Math.min(attempt, idleTimeoutMs ? movedAt + idleTimeoutMs - now : Infinity);
    if (wait <= 0) {
      const timeout = attempt <= 0 ? "attempt" : "idle";
      const limitMs = attempt <= 0 ? requestTimeout! : idleTimeoutMs;
      fail(new TimeoutError(`${subject}: ${timeout} limit of ${limitMs} ms; retry or raise it`, { timeout, limitMs }));
    } else if (wait < Infinity) timer = clock.setTimeout(watch, wait);
  };

  let { body } = request;
  if (typeof body === "string") body = new TextEncoder().encode(body);
  const size: number | undefined = body == null ? 0 : (body.byteLength ?? body.size);
  try {
    if (size === undefined) source = openSource(body, declared, moved, fail);
    else checkLength(declared, size, true);
    if (signal?.aborted) return onAbort();
    // A typed blob would make fetch send a content-type that nobody signed.
    if (body?.arrayBuffer) body = body.slice();

    const target = formatTarget(request.path, request.query);
    const address = `${request.protocol}//${host}${target}`;
    const { pathname, search } = new URL(address);
    if (pathname + search !== target) {
      throw new ConfigError(
        `${subject}: fetch would change the path (. or .. in it?); use transport-node or another key`,
      );
    }
    for (const name in headers) if (RUNTIME_FIELDS.test(name)) delete headers[name];
    waiting = size === undefined || size <= LARGE;
    if (signal?.addEventListener) signal.addEventListener("abort", onAbort);
    else if (signal) signal.onabort = onAbort;
    watch();
    if (source) {
      body = source.stream;
      if (!supportsRequestStreams()) body = await new Response(body).arrayBuffer();
      else if (declared) headers["content-length"] = declared;
    }
    const response: Response = await fetch(address, {
      ...init,
      method,
      headers,
      body,
      duplex: "half",
      // On Node this also halves the memory: no copy of the body is kept for a second request.
      redirect: "error",
      signal: aborter.signal,
    });
    if (over) return void response.body?.cancel();
    answered = true;
    source?.release();
    const answer: HttpResponse = { statusCode: response.status, headers: {} };
    response.headers.forEach((value, name) => (answer.headers[name] = value));
    if (response.body && answer.headers["content-length"] !== "0") {
      const reader = response.body.getReader();
      waiting = false;
      // Wrapped, because a stream of the platform does not tell when its reader waits.
      answer.body = new ReadableStream<Uint8Array>(
        {
          start(controller) {
            output = controller;
          },
          async pull(controller) {
            waiting = true;
            moved();
            try {
              const { done, value } = await reader.read();
              waiting = false;
              if (!done) return controller.enqueue(value);
              finish();
              controller.close();
            } catch (error) {
              fail(error);
            }
          },
          cancel(reason) {
            finish();
            return reader.cancel(reason);
          },
        },
        { highWaterMark: 0 },
      );
    } else finish();
    resolve({ response: answer });
  } catch (cause) {
    if (over) return;
    if (ConfigError.isInstance(cause)) return fail(cause);
    const inner = (cause as { cause?: { code?: string } }).cause;
    const code = inner?.code;
    // Only the text tells, and not in every runtime.
    const why = /redirect/.test(`${cause} ${inner}`)
      ? "redirected; use the region's endpoint"
      : "failed; check endpoint, network, CORS";
    const phase = NO_CONNECTION.test(code!) ? "connect" : size || source?.ended === false ? "request" : "response";
    fail(new TransportError(`${subject}: ${why}${code ? ` (${code})` : ""}`, { phase, code, cause }));
  }
}
