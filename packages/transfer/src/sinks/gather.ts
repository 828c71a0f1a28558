import type { OpenSink } from "./sink.ts";

/** Bytes written at once: single chunks of a socket cost twice the CPU. */
const ENOUGH = 1_048_576;
/** So many chunks go out before there is enough, since each takes memory of its own. */
const MANY = 1024;

/** Gathers the chunks of one range, which come in order, to write many at once where the sink gains from that. */
export class Gather {
  readonly #sink: OpenSink;
  #at: number;
  #chunks: Uint8Array[] = [];
  #length = 0;

  /** `at`: where the first byte belongs. */
  constructor(sink: OpenSink, at: number) {
    this.#sink = sink;
    this.#at = at;
  }

  /** Takes a chunk. Gives a promise when something is written; wait for it before the next one. */
  add(chunk: Uint8Array): Promise<void> | undefined {
    if (chunk.length === 0) return undefined;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const wait = this.#sink.writev && this.#length < ENOUGH && this.#chunks.length < MANY;
    return wait ? undefined : this.flush();
  }

  /** Writes what is left. Until it has resolved the bytes may not be in the sink. */
  async flush(): Promise<void> {
    const chunks = this.#chunks;
    const at = this.#at;
    this.#chunks = [];
    this.#at += this.#length;
    this.#length = 0;
    if (chunks.length > 1) await this.#sink.writev!(chunks, at);
    else if (chunks[0]) await this.#sink.write(chunks[0], at);
  }
}
