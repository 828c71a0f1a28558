import type { ByteStream } from "./byte-stream.ts";

/** Pieces from here on are kept as they are; smaller ones are copied together, since each costs more than its bytes. */
const SMALL = 16_384;
/** Where small pieces are collected. */
const TILE = 65_536;

/** Bytes of a stream that are sent in one request. */
export interface StreamPart {
  readonly PartNumber: number;
  /** The bytes, in order. */
  readonly chunks: readonly Uint8Array[];
  /** Bytes in all. */
  readonly length: number;
  /** Whether the stream ends here. */
  readonly last: boolean;
}

/**
 * Cuts a stream into parts of `partSize` bytes, the last one excepted. One part and one piece of the stream are in memory,
 * beside what the caller keeps. An empty stream is one empty part.
 *
 * The stream is let go of when the caller stops, and when the signal aborts, even while the stream gives nothing; `next()`
 * then rejects with the signal's reason.
 */
export async function* cutStream(
  stream: ByteStream,
  partSize: number | ((PartNumber: number) => number),
  signal?: AbortSignal,
): AsyncGenerator<StreamPart, void, undefined> {
  const sizeOf = typeof partSize === "number" ? () => partSize : partSize;
  const stop = (): void => stream.cancel(signal!.reason);
  signal?.addEventListener("abort", stop);
  try {
    if (signal?.aborted) stop();
    let rest = await stream.next();
    for (let PartNumber = 1; ; PartNumber++) {
      const part = new Collected();
      for (const size = sizeOf(PartNumber); rest && part.length < size;) {
        const free = size - part.length;
        part.add(rest.subarray(0, free));
        rest = rest.length > free ? rest.subarray(free) : await stream.next();
      }
      const { chunks, length } = part;
      yield { PartNumber, chunks, length, last: rest === undefined };
      if (!rest) return;
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    stream.cancel(new Error("The rest of the stream is not wanted"));
  }
}

class Collected {
  readonly chunks: Uint8Array[] = [];
  length = 0;
  /** The last chunk's memory, while there is room in it. */
  #tile: Uint8Array | undefined;
  #filled = 0;

  add(bytes: Uint8Array): void {
    this.length += bytes.length;
    if (bytes.length >= SMALL) {
      this.#tile = undefined;
      this.chunks.push(bytes);
      return;
    }
    if (!this.#tile || this.#filled + bytes.length > TILE) {
      this.#tile = new Uint8Array(TILE);
      this.#filled = 0;
      this.chunks.push(this.#tile);
    }
    this.#tile.set(bytes, this.#filled);
    this.#filled += bytes.length;
    this.chunks[this.chunks.length - 1] = this.#tile.subarray(0, this.#filled);
  }
}
