import { ConfigError } from "@cosmoss/errors";
import { asBytes } from "./as-bytes.ts";

/** Pieces of a stream as it gives them. */
interface Pieces {
  next(): Promise<{ done?: boolean; value?: unknown }>;
  /** Lets the stream end early. */
  cancel(reason: unknown): unknown;
}

const ignore = (): void => {};

/** A web stream, Node stream or async iterable while it is read. */
export class ByteStream {
  readonly #pieces: Pieces;
  /** The first half of a character that two pieces of text share. */
  #half = "";
  #over = false;
  #failure: { reason: unknown } | undefined;
  #interrupt: ((reason: unknown) => void) | undefined;

  /** Takes the stream, so that nobody else can read it. Throws a `ConfigError` when somebody has done so before. */
  constructor(stream: any) {
    this.#pieces = stream.getReader ? ofWebStream(stream) : ofIterable(stream);
  }

  /** The next bytes, never an empty piece; `undefined` at the end. Rejects with the stream's own error. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#failure) throw this.#failure.reason;
      if (this.#over) return undefined;
      const { done, value } = await this.#pull();
      if (done) this.#over = true;
      const bytes = done ? this.#encode("", { last: true }) : this.#toBytes(value);
      if (bytes.length > 0) return bytes;
    }
  }

  /** Lets go of the stream, at once, also while a `next()` is waiting, which rejects with `reason`. Never throws. */
  cancel(reason: unknown): void {
    if (this.#over || this.#failure) return;
    this.#failure = { reason };
    this.#interrupt?.(reason);
    // Who lets go does not wait to hear how that went.
    try {
      Promise.resolve(this.#pieces.cancel(reason)).catch(ignore);
    } catch {
      // Nobody is left who could do something about it.
    }
  }

  async #pull(): Promise<{ done?: boolean; value?: unknown }> {
    try {
      return await new Promise((resolve, reject) => {
        this.#interrupt = reject;
        this.#pieces.next().then(resolve, reject);
      });
    } catch (reason) {
      this.#failure ??= { reason };
      throw reason;
    } finally {
      this.#interrupt = undefined;
    }
  }

  #toBytes(value: unknown): Uint8Array {
    if (typeof value === "string") return this.#encode(value, { last: false });
    const bytes = asBytes(value);
    if (bytes && this.#half === "") return bytes;
    const error = new ConfigError(
      bytes
        ? "The stream to be uploaded gave bytes in the middle of a character of text; let it give only bytes"
        : `The stream to be uploaded gave ${describe(value)}; let it give bytes or text`,
    );
    this.cancel(error);
    throw error;
  }

  #encode(text: string, { last }: { last: boolean }): Uint8Array {
    const all = this.#half + text;
    const cut = !last && /[\ud800-\udbff]$/.test(all) ? all.length - 1 : all.length;
    this.#half = all.slice(cut);
    return new TextEncoder().encode(all.slice(0, cut));
  }
}

/** For error messages. */
export function describe(value: unknown): string {
  if (value === null || typeof value !== "object") return String(value === null ? null : typeof value);
  return `an object of class ${value.constructor?.name || "Object"}`;
}

function ofWebStream(stream: any): Pieces {
  if (stream.locked) {
    throw new ConfigError("The stream to be uploaded is being read by someone else; give one that is not locked");
  }
  const reader = stream.getReader();
  return { next: () => reader.read(), cancel: (reason) => reader.cancel(reason) };
}

function ofIterable(stream: any): Pieces {
  const isNodeStream = typeof stream.on === "function" && typeof stream.destroy === "function";
  if (isNodeStream && stream.readableEnded) {
    throw new ConfigError("The stream to be uploaded was read to its end before; give a fresh one");
  }
  // An error while nobody reads would end the process; whoever reads next gets it.
  if (isNodeStream) stream.on("error", ignore);
  const iterator = stream[Symbol.asyncIterator]();
  return {
    next: () => Promise.resolve(iterator.next()),
    // An iterator's return() waits for a next() that may never come; a Node stream can be ended at once.
    cancel: () => (isNodeStream ? stream.destroy() : iterator.return?.()),
  };
}
