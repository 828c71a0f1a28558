import type { OpenSink } from "./sink.ts";

/** Bytes written at once: single chunks of a socket cost twice the CPU. */
const ENOUGH = 1_048_576;
/** So many chunks go out before there is enough, since each takes memory of its own. */
const MANY = 1024;

/**
 * Gathers the chunks of one part, which come in order, to write many at once where the sink gains from that. More are
 * gathered while one write is under way.
 */
export class Gather {
  readonly #sink: OpenSink;
  #at: number;
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** Resolves when nothing is being written, whether or not that has failed. Absent when nothing is. */
  #writing: Promise<void> | undefined;
  #failure: { readonly reason: unknown } | undefined;

  /** `at`: where the first byte belongs. */
  constructor(sink: OpenSink, at: number) {
    this.#sink = sink;
    this.#at = at;
  }

  /** Takes a chunk. Gives a promise when more has come than can be written; wait for it before the next one. */
  add(chunk: Uint8Array): Promise<void> | undefined {
    if (chunk.length === 0) return undefined;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#sink.writev && this.#length < ENOUGH && this.#chunks.length < MANY) return undefined;
    if (this.#writing || this.#failure) return this.#writeNext();
    this.#write();
    return undefined;
  }

  /** Writes what is left. Until it has resolved the bytes may not be in the sink. Rejects with what a write failed with. */
  async flush(): Promise<void> {
    await this.#writeNext();
    await this.settled();
    this.#check();
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #writeNext(): Promise<void> {
    await this.settled();
    this.#check();
    this.#write();
  }

  #check(): void {
    if (this.#failure) throw this.#failure.reason;
  }

  #write(): void {
    const chunks = this.#chunks;
    if (chunks.length === 0) return;
    const at = this.#at;
    this.#chunks = [];
    this.#at += this.#length;
    this.#length = 0;
    const writing = chunks.length > 1 ? this.#sink.writev!(chunks, at) : this.#sink.write(chunks[0]!, at);
    this.#writing = writing
      .catch((reason: unknown) => {
        this.#failure = { reason };
      })
      .finally(() => {
        this.#writing = undefined;
      });
  }
}
