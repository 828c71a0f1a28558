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
import { openSource, sendsStreams } from "./request-body.ts";

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

/** How runtimes that give codes say that no connection came about. */
const NO_CONNECTION = /REFUSED|NOTFOUND|AGAIN|UNREACH|CONNECT_/;
/** Larger bytes may take longer than the idle limit to go out, and fetch does not tell how far they have come. */
const LARGE = 262_144;

const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as number),
};

/**
 * Sends requests with `fetch`. `handle` rejects with a `TransportError` or `TimeoutError`, with the abort signal's reason,
 * with the error that the request body's stream gave, or with a `ConfigError` for a path with `.` or `..` segments, which
 * fetch would resolve instead of sending. The response body is a `ReadableStream`, or `undefined` where there is none
 * (HEAD, 204, 304, a content-length of 0). @public
 */
export class FetchTransport implements HttpHandler {
  readonly metadata: RequestHandlerMetadata = { handlerProtocol: "http/1.1" };
  /** Request bodies may be async iterables, which spares making a stream of them. */
  readonly takesIterables: boolean = true;
  readonly #options: FetchTransportOptions;

  constructor(options: FetchTransportOptions = {}) {
    this.#options = options;
  }

  handle(request: HttpRequest, options: HttpHandlerOptions = {}): Promise<RequestHandlerOutput<HttpResponse>> {
    return new Promise((resolve, reject) => {
      send(request, options, this.#options, reject).then(resolve, reject);
    });
  }
}

/** `reject` ends the wait for an answer before `fetch` takes notice of the abort. */
async function send(
  request: HttpRequest,
  { abortSignal: signal, requestTimeout }: HttpHandlerOptions,
  {
    idleTimeoutMs,
    clock = systemClock,
    fetch = (...call) => globalThis.fetch(...call),
    ...init
  }: FetchTransportOptions,
  reject: (reason: unknown) => void,
): Promise<RequestHandlerOutput<HttpResponse>> {
  const { method, hostname, port } = request;
  // What belongs to the runtime: some refuse it, some would send it twice.
  const { connection, expect, "content-length": length, ...headers } = request.headers;
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  const subject = `${method} ${host}`;
  const target = formatTarget(request.path, request.query);
  const url = `${request.protocol}//${host}${target}`;
  const { pathname, search } = new URL(url);
  if (pathname + search !== target) {
    throw new ConfigError(`${subject}: fetch would change the path (. or .. in it?); use another key`);
  }

  let { body } = request;
  if (typeof body === "string") body = new TextEncoder().encode(body);
  const size: number | undefined = body ? (body.byteLength ?? body.size) : 0;
  const source = size === undefined ? openSource(body, moved, fail) : undefined;
  // A typed blob would make fetch send a content-type that nobody signed.
  if (body?.arrayBuffer) body = body.slice();

  const aborter = new AbortController();
  const idleLimit = idleTimeoutMs ?? 60_000;
  let movedAt = clock.now();
  let answerBy = movedAt + (requestTimeout || Infinity);
  /** Whether it is the network that is waited for, and not whoever reads the response. */
  let waiting = !(size! > LARGE);
  let over = false;
  let failure: unknown;
  let timer: unknown;

  function moved(): void {
    movedAt = clock.now();
  }
  function finish(): void {
    over = true;
    clock.clearTimeout(timer);
    if (signal?.removeEventListener) signal.removeEventListener("abort", onAbort);
    else if (signal) signal.onabort = null;
    source?.release();
  }
  function fail(reason: unknown): void {
    if (over) return;
    finish();
    reject((failure = reason));
    aborter.abort(reason);
  }
  function onAbort(): void {
    fail(signal!.reason);
  }
  function watch(): void {
    if (!waiting) moved();
    const attempt = answerBy - clock.now();
    const idle = movedAt + (idleLimit || Infinity) - clock.now();
    const timeout = attempt > 0 ? "idle" : "attempt";
    const limitMs = attempt > 0 ? idleLimit : requestTimeout!;
    if (attempt > 0 && idle > 0) timer = clock.setTimeout(watch, Math.min(attempt, idle, 2e9));
    else fail(new TimeoutError(`${subject}: ${timeout} limit of ${limitMs} ms`, { timeout, limitMs }));
  }

  if (signal?.aborted) onAbort();
  else if (signal?.addEventListener) signal.addEventListener("abort", onAbort);
  else if (signal) signal.onabort = onAbort;
  if (over) throw failure;
  watch();
  try {
    if (source) {
      body = source.stream;
      if (!sendsStreams()) body = await new Response(body).arrayBuffer();
      else if (length) headers["content-length"] = length;
    }
    const response: Response = await fetch(url, {
      ...init,
      method,
      headers,
      body,
      duplex: "half",
      // On Node this also halves the memory: no copy of the body is kept for a second request.
      redirect: "error",
      signal: aborter.signal,
    });
    answerBy = Infinity;
    source?.release();
    const answer: HttpResponse = { statusCode: response.status, headers: Object.fromEntries(response.headers) };
    if (!response.body || answer.headers["content-length"] === "0") finish();
    else {
      const reader = response.body.getReader();
      waiting = false;
      // Wrapped, because a stream of the platform does not tell when its reader waits.
      answer.body = new ReadableStream<Uint8Array>(
        {
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
              controller.error(failure);
            }
          },
          cancel(reason) {
            finish();
            return reader.cancel(reason);
          },
        },
        { highWaterMark: 0 },
      );
    }
    return { response: answer };
  } catch (cause) {
    const code = (cause as { cause?: { code?: string } }).cause?.code;
    const phase = NO_CONNECTION.test(code!) ? "connect" : body ? "request" : "response";
    const message = `${subject}: failed or redirected; check endpoint, network, CORS${code ? ` (${code})` : ""}`;
    fail(new TransportError(message, { phase, code, cause }));
    throw failure;
  }
}
