import { Buffer } from "node:buffer";
import { ConfigError } from "@cosmoss/errors";
import type { BlobLike, HttpRequest, ReadableStreamLike } from "@cosmoss/types";

/** Bytes up to this size go out in one write, with the head. */
const WHOLE = 262_144;
/** Larger ones go out in pieces of this size, so that progress can be seen. Smaller pieces cost CPU. */
const PIECE = 1_048_576;

/** The part of a Node `Readable` that is used here. */
interface NodeReadable {
  readonly destroyed: boolean;
  readonly closed: boolean;
  readonly readableEnded: boolean;
  readonly errored: unknown;
  on(event: string, listener: (value?: any) => void): unknown;
  off(event: string, listener: (value?: any) => void): unknown;
  read(): unknown;
  destroy(error?: Error): unknown;
}

/** Where the pieces come from: `undefined` is the end. */
interface Opened {
  pull(): unknown;
  close(): void;
}

const ignore = (): void => {};

/** A body that is read piece by piece, counted against its declared length, and let go of in any case. */
export class BodySource {
  /** Bytes that the whole has; unknown when the caller did not say and the source does not know. */
  readonly length: number | undefined;
  /** Bytes given out so far. */
  sent = 0;
  /** Whether the end has been seen, or all that was declared has been given out. */
  finished = false;
  readonly #opened: Opened;
  #rest: Uint8Array | undefined;
  #released = false;

  constructor(opened: Opened, length: number | undefined) {
    this.#opened = opened;
    this.length = length;
  }

  /** The next piece, never an empty one and at most 1 MiB; `undefined` at the end. Rejects with the source's own error. */
  async next(): Promise<Uint8Array | undefined> {
    let bytes = this.#rest;
    while (bytes === undefined) {
      const chunk = await this.#opened.pull();
      if (chunk === undefined) return this.#end();
      const whole = toBytes(chunk);
      if (whole.length > 0) bytes = whole;
    }
    if (bytes.length > PIECE) {
      this.#rest = bytes.subarray(PIECE);
      bytes = bytes.subarray(0, PIECE);
    } else this.#rest = undefined;
    this.sent += bytes.length;
    if (this.length !== undefined && this.sent > this.length) {
      throw new ConfigError(
        `The body is longer than the ${this.length} bytes that content-length says; correct the length, or leave it out.`,
      );
    }
    return bytes;
  }

  /** Lets go of the source: at once, whatever it is doing. Never throws. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    try {
      this.#opened.close();
    } catch {
      // Nobody is left who could do something about it.
    }
  }

  #end(): undefined {
    if (this.length !== undefined && this.sent !== this.length) {
      throw new ConfigError(
        `The body ended after ${this.sent} bytes but content-length says ${this.length}; correct the length, or leave it out.`,
      );
    }
    this.finished = true;
    this.release();
  }
}

/**
 * Looks at a request's body: small bytes as they are, anything else as a source, `undefined` when there is none.
 * Throws a `ConfigError` for a body of another type, one that was read before, and a wrong `content-length`.
 */
export function openBody(request: HttpRequest): Uint8Array | BodySource | undefined {
  const declared = declaredLength(request);
  const body: unknown = request.body;
  if (body === undefined || body === null) {
    if (declared) throw wrongLength(0, declared);
    return undefined;
  }
  if (typeof body === "string") return ofBytes(Buffer.from(body), declared);
  if (ArrayBuffer.isView(body)) return ofBytes(toBytes(body), declared);
  if (typeof body === "object") {
    if (typeof (body as BlobLike).arrayBuffer === "function" && typeof (body as BlobLike).slice === "function") {
      const { size } = body as BlobLike;
      if (declared !== undefined && declared !== size) throw wrongLength(size, declared);
      return size === 0 ? new Uint8Array(0) : new BodySource(ofIterator(pieces(body as BlobLike)), size);
    }
    if (typeof (body as ReadableStreamLike).getReader === "function") {
      return new BodySource(ofReader(body as ReadableStreamLike), declared);
    }
    if (Symbol.asyncIterator in body) {
      const opened = isNodeReadable(body)
        ? ofReadable(body)
        : ofIterator((body as AsyncIterable<unknown>)[Symbol.asyncIterator]());
      return new BodySource(opened, declared);
    }
  }
  throw new ConfigError(
    "The body is of no type that can be sent; give a string, a Uint8Array, a Blob, a ReadableStream or an AsyncIterable of Uint8Array.",
  );
}

function declaredLength(request: HttpRequest): number | undefined {
  const text = request.headers["content-length"];
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new ConfigError("The header content-length is not a number of bytes.");
  return Number(text);
}

function wrongLength(actual: number, declared: number): ConfigError {
  return new ConfigError(
    `The body has ${actual} bytes but content-length says ${declared}; correct the header, or leave it out.`,
  );
}

function ofBytes(bytes: Uint8Array, declared: number | undefined): Uint8Array | BodySource {
  const { length } = bytes;
  if (declared !== undefined && declared !== length) throw wrongLength(length, declared);
  if (length <= WHOLE) return bytes;
  let rest: Uint8Array | undefined = bytes;
  const pull = (): Uint8Array | undefined => {
    const all = rest;
    rest = undefined;
    return all;
  };
  return new BodySource({ pull, close: ignore }, length);
}

async function* pieces(blob: BlobLike): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < blob.size; at += PIECE) {
    yield new Uint8Array(await (blob.slice(at, at + PIECE) as BlobLike).arrayBuffer());
  }
}

function ofIterator(iterator: AsyncIterator<unknown>): Opened {
  // An iterator that has ended or thrown is not to be told to return.
  let open = true;
  return {
    async pull() {
      try {
        const { done, value } = await iterator.next();
        if (!done) return value ?? null;
      } catch (error) {
        open = false;
        throw error;
      }
      open = false;
      return undefined;
    },
    close() {
      if (open) Promise.resolve(iterator.return?.()).catch(ignore);
    },
  };
}

function ofReader(stream: ReadableStreamLike): Opened {
  let reader: ReturnType<ReadableStreamLike["getReader"]>;
  try {
    reader = stream.getReader();
  } catch (cause) {
    throw new ConfigError("The body is a ReadableStream that someone else reads; give one that is not locked.", {
      cause,
    });
  }
  return {
    async pull() {
      const { done, value } = await reader.read();
      return done ? undefined : (value ?? null);
    },
    close() {
      // A finished or failed stream takes the cancel as well, so nothing has to be remembered here.
      reader.cancel().catch(ignore);
      reader.releaseLock();
    },
  };
}

function isNodeReadable(body: object): body is NodeReadable {
  const { on, off, read, destroy } = body as Partial<NodeReadable>;
  return (
    typeof on === "function" && typeof off === "function" && typeof read === "function" && typeof destroy === "function"
  );
}

/**
 * A Node stream's own iterator leaves listeners on the stream and waits for a pending read when it is told to stop, so
 * this reads by hand. The listener for errors stays until the stream has closed: an error after the end would otherwise
 * have no listener and end the process.
 */
function ofReadable(stream: NodeReadable): Opened {
  if (stream.readableEnded && !stream.errored) {
    throw new ConfigError(
      "The body is a stream that has been read to its end; give a fresh one, or a function that makes one.",
    );
  }
  let ended = false;
  let failed = false;
  let failure: unknown;
  let wake = ignore;
  const fail = (error: unknown): void => {
    if (!failed && !ended) {
      failed = true;
      failure = error;
    }
    wake();
  };
  const onReadable = (): void => wake();
  const onEnd = (): void => {
    ended = true;
    wake();
  };
  const onClose = (): void => {
    fail(new Error("The body stream was closed before its end."));
    stream.off("error", fail);
    stream.off("close", onClose);
  };
  const detach = (): void => {
    stream.off("readable", onReadable);
    stream.off("end", onEnd);
  };
  if (stream.errored) fail(stream.errored);
  else if (stream.destroyed) fail(new Error("The body stream was destroyed before it was read."));
  stream.on("error", fail);
  stream.on("close", onClose);
  // The events of a stream that calls itself closed may still be on their way.
  if (stream.closed) setImmediate(onClose);
  if (!failed) {
    stream.on("end", onEnd);
    stream.on("readable", onReadable);
  }
  return {
    async pull() {
      for (;;) {
        if (failed) throw failure;
        if (ended) return undefined;
        const chunk = stream.read();
        if (chunk !== null && !failed) return chunk;
        // Reading may itself have ended the stream in a failure.
        if (!failed) await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    close() {
      detach();
      if (!ended && !stream.destroyed) stream.destroy();
    },
  };
}

function toBytes(chunk: unknown): Uint8Array {
  if (typeof chunk === "string") return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new ConfigError("The body stream gave something that is neither bytes nor text; let it give Uint8Array.");
}
