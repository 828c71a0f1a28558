import { ConfigError, TimeoutError, TransportError } from "@cosmoss/errors";
import { formatTarget } from "@cosmoss/uri";
import type {
  AbortSignalLike,
  Clock,
  HttpHandler,
  HttpHandlerOptions,
  HttpRequest,
  HttpResponse,
  RequestHandlerOutput,
} from "@cosmoss/types";
import { relay, type Reader } from "./relay.ts";
import { sendsStreams } from "./sends-streams.ts";

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
/** Milliseconds; runtimes fire a longer timer at once. */
const LONGEST_TIMER = 2e9;

/** The requests that wait for one signal, each as what fails it. */
interface Waiting extends Set<(reason: unknown) => unknown> {
  /** The listener that they share. */
  abort?: (event?: unknown) => void;
  /** What someone else had set, on a signal that knows nothing but `onabort`. */
  onabort?: AbortSignalLike["onabort"];
}
/** A signal has one listener however many wait for it, since Node warns of more than ten, and none when nobody does. */
const signals: Map<AbortSignalLike, Waiting> = /* @__PURE__ */ new Map();

/**
 * Sends requests with `fetch`. `handle` rejects with a `TransportError` or `TimeoutError`, with the abort signal's reason,
 * with the error that the request body's stream gave, or with a `ConfigError` for a path with `.` or `..` segments, which
 * fetch would resolve instead of sending. The response body is a `ReadableStream`, or `undefined` where there is none
 * (HEAD, 204, 304, a content-length of 0). @public
 */
export class FetchTransport implements HttpHandler {
  /** Request bodies may be async iterables, which spares making a stream of them. */
  readonly takesIterables: boolean = true;
  /** `fetch` undoes `content-encoding`: the bytes that are read are not those that are stored, and cannot be checked. */
  readonly decodesContent: boolean = true;
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
    idleTimeoutMs = 60_000,
    clock = globalThis as unknown as Clock, // Only its timers are used.
    fetch = globalThis.fetch,
    ...init
  }: FetchTransportOptions,
  reject: (reason: unknown) => void,
): Promise<RequestHandlerOutput<HttpResponse>> {
  const { method, hostname, port } = request;
  // What belongs to the runtime: some refuse it, some would send it twice.
  const { connection: _connection, expect: _expect, "content-length": length, ...headers } = request.headers;
  const host = hostname + (port === undefined ? "" : ":" + port);
  const subject = method + " " + host;
  const target = formatTarget(request.path, request.query);
  const url = `${request.protocol}//${host}${target}`;
  const { pathname, search } = new URL(url);
  if (pathname + search !== target) {
    throw new ConfigError(`${subject}: fetch would change the path (. or ..?); give another`);
  }

  let { body } = request;
  if (typeof body === "string") body = new TextEncoder().encode(body);
  const size: number | undefined = body ? (body.byteLength ?? body.size) : 0;
  let source: Reader | undefined;
  if (size === undefined) {
    // A Node stream may fail before fetch begins to read it; whoever reads gets to see that error, nobody else needs to.
    body.on?.("error", () => {});
    source = (body.getReader?.() ?? body[Symbol.asyncIterator]()) as Reader;
  }
  /** Lets go of the source at once: an iterator's return() would wait for a read that may never come. */
  const release = async (): Promise<void> => {
    const reader = source;
    source = undefined;
    try {
      await (reader && (request.body.destroy?.() ?? reader.cancel?.() ?? reader.return?.()));
    } catch {}
  };
  if (signal?.aborted) {
    void release();
    throw signal.reason;
  }
  // A typed blob would make fetch send a content-type that nobody signed.
  if (body?.arrayBuffer) body = body.slice();

  const aborter = new AbortController();
  let over = false;
  let failure: unknown;
  let attemptTimer: unknown;
  let idleTimer: unknown;
  const waiting: Waiting = signals.get(signal!) ?? new Set();

  const startTimer = (timeout: "attempt" | "idle", limitMs = 0): unknown =>
    limitMs &&
    limitMs < LONGEST_TIMER &&
    clock.setTimeout(
      () => fail(new TimeoutError(`${subject}: ${timeout} limit of ${limitMs} ms`, { timeout, limitMs })),
      limitMs,
    );
  /** Begins to wait for the network; while it is the reader that is waited for, no timer runs. */
  function waits(): void {
    rests();
    idleTimer = startTimer("idle", idleTimeoutMs);
  }
  function rests(): void {
    clock.clearTimeout(idleTimer);
  }
  function finish(): void {
    over = true;
    rests();
    clock.clearTimeout(attemptTimer);
    if (waiting.delete(fail) && !waiting.size) {
      signals.delete(signal!);
      if (signal!.removeEventListener) signal!.removeEventListener("abort", waiting.abort!);
      else if (signal!.onabort === waiting.abort) signal!.onabort = waiting.onabort!;
    }
    void release();
  }
  function fail(reason: unknown): unknown {
    if (!over) {
      finish();
      reject((failure = reason));
      aborter.abort(reason);
    }
    return failure;
  }
  if (signal) {
    if (!waiting.size) {
      signals.set(signal, waiting);
      waiting.abort = (event) => {
        for (const one of waiting) one(signal.reason);
        waiting.onabort?.call(signal, event);
      };
      if (signal.addEventListener) signal.addEventListener("abort", waiting.abort);
      else {
        waiting.onabort = signal.onabort;
        signal.onabort = waiting.abort;
      }
    }
    waiting.add(fail);
  }
  attemptTimer = startTimer("attempt", requestTimeout);
  if (!(size! > LARGE)) waits();
  try {
    if (source) {
      body = relay(
        source,
        (done) => {
          // Let go of: to close would end the request as if it were whole.
          if (!source) return true;
          waits();
          if (done) source = undefined;
        },
        fail,
        release,
      );
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
    rests();
    clock.clearTimeout(attemptTimer);
    void release();
    const answer: HttpResponse = { statusCode: response.status, headers: Object.fromEntries(response.headers) };
    if (!response.body || answer.headers["content-length"] === "0") finish();
    else {
      const reader = response.body.getReader();
      // A stream of the platform does not tell when its reader waits.
      answer.body = relay(
        reader,
        (done) => {
          if (done) finish();
          else rests();
        },
        fail,
        (reason) => {
          finish();
          return reader.cancel(reason);
        },
        waits,
      );
    }
    return { response: answer };
  } catch (cause) {
    const code = (cause as Error & { cause?: { code?: string } })?.cause?.code;
    throw fail(
      new TransportError(`${subject}: failed or redirected; check endpoint and CORS${code ? ` (${code})` : ""}`, {
        phase: NO_CONNECTION.test(code!) ? "connect" : body ? "request" : "response",
        code,
        cause,
      }),
    );
  }
}
