import { ConfigError, DecodeError, IntegrityError } from "@cosmoss/errors";
import type {
  Checksum,
  HeaderBag,
  HttpResponse,
  PayloadContext,
  PayloadReader,
  ReadableStreamLike,
  ResponseBody,
} from "@cosmoss/types";
import { type ByteSource, discard, join, openSource, readAll } from "./byte-source.ts";
import { toFailure } from "./transport-failure.ts";

/** Turns an iteration into a Node `Readable`. */
export type ToReadable = (chunks: AsyncIterable<Uint8Array>) => NodeJS.ReadableStream;

/** How often a body is taken up again without a single byte having come in between. */
const MAX_BARREN_RESUMES = 3;

/** The body of a response that has none. */
const EMPTY: AsyncIterable<Uint8Array> = {
  async *[Symbol.asyncIterator]() {},
};

/** Makes a {@link PayloadReader} for a runtime. */
export function createPayloadReader(toReadable: ToReadable): PayloadReader {
  return (response, context) => new ResponseStream(response, context, toReadable);
}

/** The one body wrapper: counts, checks, and takes a broken response up again where it stopped. */
class ResponseStream implements ResponseBody {
  readonly #context: PayloadContext;
  readonly #toReadable: ToReadable;
  readonly #headers: HeaderBag;
  readonly #checksum: Checksum | undefined;
  readonly #expected: string | undefined;
  /** Of these bytes; unknown when the response does not say. */
  readonly #length: number | undefined;
  /** Place of the first byte within the object. */
  readonly #start: number;
  #source: unknown;
  #open: ByteSource | undefined;
  #received = 0;
  #used = false;

  constructor(response: HttpResponse, context: PayloadContext, toReadable: ToReadable) {
    const { headers, statusCode } = response;
    const decoded = context.decodesContent === true && headers["content-encoding"] !== undefined;
    this.#context = context;
    this.#toReadable = toReadable;
    this.#headers = headers;
    this.#source = response.body ?? EMPTY;
    this.#start = statusCode === 206 ? Number(/^bytes (\d+)-/.exec(headers["content-range"] ?? "")?.[1] ?? NaN) : 0;
    this.#length = decoded || headers["content-length"] === undefined ? undefined : Number(headers["content-length"]);
    this.#expected = statusCode === 200 && !decoded ? headers[context.checksumHeader] : undefined;
    this.#checksum = this.#expected !== undefined && context.checksum ? new context.checksum() : undefined;
  }

  async bytes(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    await this.#read((chunk) => {
      chunks.push(chunk);
    });
    return join(chunks, this.#received);
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    this.#use();
    let ended = false;
    try {
      for (let barren = 0; ;) {
        const before = this.#received;
        try {
          const open = (this.#open = openSource(this.#source));
          for (;;) {
            const { done, value } = await open.next();
            if (done) break;
            this.#count(value);
            yield value;
          }
          ended = true;
          return this.#end();
        } catch (error) {
          barren = this.#received > before ? 0 : barren + 1;
          await this.#resume(error, barren);
        }
      }
    } finally {
      if (!ended) this.#open?.cancel();
    }
  }

  stream(): ReadableStreamLike {
    const chunks = this[Symbol.asyncIterator]();
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: (reason) => this.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  toReadable(): NodeJS.ReadableStream {
    return this.#toReadable(this);
  }

  async cancel(reason?: unknown): Promise<void> {
    this.#used = true;
    if (this.#open) this.#open.cancel(reason);
    else discard(this.#source, reason);
    this.#source = undefined;
  }

  /** {@link readAll} with checking and resuming. */
  async #read(each: (chunk: Uint8Array) => void): Promise<void> {
    this.#use();
    for (let barren = 0; ;) {
      const before = this.#received;
      try {
        await readAll(this.#source, (chunk) => {
          this.#count(chunk);
          each(chunk);
        });
        return this.#end();
      } catch (error) {
        barren = this.#received > before ? 0 : barren + 1;
        await this.#resume(error, barren);
      }
    }
  }

  #use(): void {
    if (this.#used) {
      throw new ConfigError(
        `${this.#context.subject}: the body was read or cancelled before; it can be read once, so keep what you read`,
      );
    }
    this.#used = true;
  }

  #count(chunk: Uint8Array): void {
    this.#received += chunk.length;
    this.#checksum?.update(chunk);
  }

  #end(): void {
    const length = this.#length;
    if (length !== undefined && this.#received !== length) {
      throw this.#mismatch("length", String(length), String(this.#received));
    }
    const actual = this.#checksum?.digest();
    if (actual !== undefined && actual !== this.#expected) {
      throw this.#mismatch("CRC-64/ECMA-182", this.#expected as string, actual);
    }
  }

  #mismatch(algorithm: string, expected: string, actual: string): IntegrityError {
    return new IntegrityError(
      `${this.#context.subject}: what arrived is not what is stored (${algorithm} ${actual}, expected ${expected}); do not use it, and get it again`,
      { algorithm, expected, actual },
    );
  }

  /** Opens the rest of the object as a new source, or throws what the caller gets to see. */
  async #resume(error: unknown, barren: number): Promise<void> {
    const context = this.#context;
    const failure = toFailure(error, context.subject, "body", context.signal);
    const length = this.#length;
    const etag = this.#headers["etag"];
    const resumable =
      context.reopen &&
      (failure as { $cosmoss?: string }).$cosmoss?.startsWith("T") && // TransportError or TimeoutError
      length !== undefined &&
      etag !== undefined &&
      !Number.isNaN(this.#start) &&
      this.#received < length &&
      barren <= MAX_BARREN_RESUMES;
    if (!resumable) throw failure;
    const from = this.#start + this.#received;
    const range = `bytes=${from}-${this.#start + length - 1}`;
    const response = await context.reopen!({ range, "if-match": etag });
    if (response.statusCode !== 206 || !response.headers["content-range"]?.startsWith(`bytes ${from}-`)) {
      discard(response.body);
      throw new DecodeError(`${context.subject}: asked for ${range} to go on reading, and got something else`, {
        cause: failure,
      });
    }
    this.#source = response.body;
  }
}
