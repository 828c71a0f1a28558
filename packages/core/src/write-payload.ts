import { ConfigError, IntegrityError } from "@cosmoss/errors";
import type {
  BlobLike,
  BodyInput,
  Checksum,
  HttpRequest,
  HttpResponse,
  OutgoingPayload,
  PayloadContext,
  PayloadWriter,
} from "@cosmoss/types";
import { type ByteSource, discard, isNodeStream, type NodeSource, openSource } from "./byte-source.ts";

/** So many bytes are hashed at a stretch (a few milliseconds) before other work gets its turn. */
const HASH_SLICE = 16 << 20;

const isBlob = (value: unknown): value is BlobLike =>
  typeof (value as BlobLike).arrayBuffer === "function" && typeof (value as BlobLike).size === "number";

/** Puts the payload of an input on a request. @public */
export const writePayload: PayloadWriter = (payload, request, context) => {
  if (typeof payload === "string") payload = new TextEncoder().encode(payload);
  else if (payload instanceof ArrayBuffer) payload = new Uint8Array(payload);
  if (payload instanceof Uint8Array) return new KnownPayload(payload, payload.byteLength, request, context);
  if (isBlob(payload)) return new KnownPayload(payload, payload.size, request, context);
  return new StreamedPayload(payload as Exclude<BodyInput, string>, request, context);
};

/** Bytes at rest: the transport takes them as they are, and they are hashed once the service has answered. */
class KnownPayload implements OutgoingPayload {
  readonly replayable: boolean = true;
  readonly consumed: boolean = false;
  readonly #payload: Uint8Array | BlobLike;
  readonly #context: PayloadContext;

  constructor(payload: Uint8Array | BlobLike, length: number, request: HttpRequest, context: PayloadContext) {
    const declared = request.headers["content-length"];
    if (declared !== undefined && Number(declared) !== length) {
      throw new ConfigError(
        `${context.subject}: ContentLength says ${declared} bytes, but Body has ${length}; leave ContentLength out`,
      );
    }
    request.headers["content-length"] = String(length);
    request.body = payload;
    this.#payload = payload;
    this.#context = context;
  }

  verify(response: HttpResponse): void | Promise<void> {
    const context = this.#context;
    const expected = response.headers[context.checksumHeader];
    if (!context.checksum || expected === undefined) return;
    const payload = this.#payload;
    const checksum = new context.checksum(context.initialChecksum);
    if (payload instanceof Uint8Array && payload.byteLength <= HASH_SLICE) {
      checksum.update(payload);
      compare(checksum, expected, context);
    } else return this.#verifySlices(checksum, expected);
  }

  async #verifySlices(checksum: Checksum, expected: string): Promise<void> {
    const payload = this.#payload;
    if (payload instanceof Uint8Array) {
      for (let at = 0; at < payload.byteLength; at += HASH_SLICE) {
        checksum.update(payload.subarray(at, at + HASH_SLICE));
        await new Promise<void>((resolve) => this.#context.clock.setTimeout(resolve, 0));
      }
    } else {
      for (let at = 0; at < payload.size; at += HASH_SLICE) {
        checksum.update(new Uint8Array(await payload.slice(at, at + HASH_SLICE).arrayBuffer()));
      }
    }
    compare(checksum, expected, this.#context);
  }
}

/** Bytes that come by and by: counted and hashed as the transport takes them. Each iteration is one attempt. */
class StreamedPayload implements OutgoingPayload, AsyncIterable<Uint8Array> {
  readonly replayable: boolean;
  consumed = false;
  failure: unknown;
  readonly #source: Exclude<BodyInput, string>;
  readonly #context: PayloadContext;
  readonly #declared: number | undefined;
  #checksum: Checksum | undefined;
  #open: ByteSource | undefined;
  #ended = false;

  constructor(source: Exclude<BodyInput, string>, request: HttpRequest, context: PayloadContext) {
    if (
      typeof source !== "function" &&
      typeof (source as { getReader?: unknown }).getReader !== "function" &&
      typeof (source as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator] !== "function"
    ) {
      throw new ConfigError(
        `${context.subject}: Body must be a string, bytes, a Blob, a ReadableStream, an async iterable (a Node stream is one), or a function that gives one of them`,
      );
    }
    const declared = request.headers["content-length"];
    this.#source = source;
    this.#context = context;
    this.#declared = declared === undefined ? undefined : Number(declared);
    this.replayable = typeof source === "function";
    // A Node stream may fail before it is read, or while it is let go; without a listener that would end the process.
    if (isNodeStream(source)) {
      source.on("error", this.#onError);
      source.on("close", this.#detach);
    }
    request.body = this;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    const { checksum, initialChecksum, subject } = this.#context;
    if (this.consumed && !this.replayable) {
      throw new ConfigError(`${subject}: Body is a stream that was read before; give a function that makes it anew`);
    }
    this.consumed = true;
    this.#checksum = checksum && new checksum(initialChecksum);
    let sent = 0;
    let over = false;
    const end = { done: true as const, value: undefined };
    const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      if (over) return end;
      this.#open ??= await this.#begin();
      for (;;) {
        const { done, value } = await this.#open.next();
        if (over) return end;
        if (done) {
          over = true;
          this.#open = undefined;
          this.#ended = true;
          this.#checkLength(sent, sent);
          return end;
        }
        const chunk = this.#toBytes(value);
        sent += chunk.byteLength;
        this.#checkLength(Math.max(sent, this.#declared ?? 0), sent);
        if (chunk.byteLength === 0) continue;
        this.#checksum?.update(chunk);
        return { done: false, value: chunk };
      }
    };
    return {
      next: () =>
        next().catch((error: unknown) => {
          over = true;
          this.failure = error;
          throw error;
        }),
      return: async () => {
        over = true;
        this.#cancel();
        return end;
      },
    };
  }

  release(): void {
    this.#cancel();
    const source = this.#source;
    if (isNodeStream(source)) {
      if (this.#ended) this.#detach();
      else source.destroy();
    } else if (!this.consumed && !this.replayable) discard(source);
  }

  verify(response: HttpResponse): void {
    const expected = response.headers[this.#context.checksumHeader];
    if (this.#checksum && expected !== undefined) compare(this.#checksum, expected, this.#context);
  }

  readonly #onError = (): void => {}; // Reading the stream gives the error again, to the right one.
  readonly #detach = (): void => {
    const source = this.#source as unknown as NodeSource;
    source.off("error", this.#onError);
    source.off("close", this.#detach);
  };

  #cancel(): void {
    this.#open?.cancel();
    this.#open = undefined;
  }

  async #begin(): Promise<ByteSource> {
    const source = typeof this.#source === "function" ? await this.#source() : this.#source;
    if (typeof source === "string" || source instanceof Uint8Array) return openSource(once(source));
    return openSource(isBlob(source) ? (source as unknown as { stream(): unknown }).stream() : source);
  }

  #toBytes(value: unknown): Uint8Array {
    if (value instanceof Uint8Array) return value;
    if (typeof value === "string") return new TextEncoder().encode(value);
    throw new ConfigError(
      `${this.#context.subject}: Body gave a piece that is neither bytes nor text; an object-mode stream cannot be sent`,
    );
  }

  #checkLength(length: number, sent: number): void {
    if (this.#declared === undefined || length === this.#declared) return;
    throw new IntegrityError(
      `${this.#context.subject}: ContentLength says ${this.#declared} bytes, but Body gave ${sent}; nothing is stored`,
      { algorithm: "length", expected: String(this.#declared), actual: String(sent) },
    );
  }
}

async function* once(piece: string | Uint8Array): AsyncGenerator<string | Uint8Array, void, undefined> {
  yield piece;
}

function compare(checksum: Checksum, expected: string, context: PayloadContext): void {
  const actual = checksum.digest();
  if (actual !== expected) {
    throw new IntegrityError(
      `${context.subject}: the service stored something else than was sent (CRC-64/ECMA-182 ${expected}, sent ${actual}); send it again`,
      { algorithm: "CRC-64/ECMA-182", expected: actual, actual: expected },
    );
  }
}
