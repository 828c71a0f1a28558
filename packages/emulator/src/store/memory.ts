import type { _Backend, _BlobWriter } from "./backend.ts";
import { _Engine } from "./engine.ts";
import { _StoreState, type _Change, type _Segment } from "./state.ts";
import type { Store } from "./store.ts";

/** A store that lives and dies with the process. @public */
export function memoryStore(): Store {
  return new _Engine(new MemoryBackend(), new _StoreState());
}

class MemoryBackend implements _Backend {
  readonly inlineLimit = 0;
  readonly #blobs: Map<number, Uint8Array[]> = new Map();
  #last = 0;

  async createBlob(): Promise<_BlobWriter> {
    const id = ++this.#last;
    const chunks: Uint8Array[] = [];
    this.#blobs.set(id, chunks);
    return {
      id,
      write: async (chunk) => {
        // A small view can hold a large buffer in memory (a socket's read buffer, say): keep only what is looked at.
        chunks.push(chunk.length * 2 < chunk.buffer.byteLength ? chunk.slice() : chunk);
      },
      finish: () => Promise.resolve(),
      discard: () => this.removeBlob(id),
    };
  }

  async *read([blob, offset, length]: _Segment): AsyncGenerator<Uint8Array, void, undefined> {
    const end = offset + length;
    let position = 0;
    for (const chunk of this.#blobs.get(blob) ?? []) {
      const from = Math.max(offset - position, 0);
      const to = Math.min(end - position, chunk.length);
      if (from < to) yield chunk.subarray(from, to);
      position += chunk.length;
      if (position >= end) return;
    }
  }

  async removeBlob(blob: number): Promise<void> {
    this.#blobs.delete(blob);
  }

  async log(_inline: Uint8Array | undefined, build: (place: undefined) => _Change): Promise<void> {
    build(undefined);
  }

  async close(): Promise<void> {
    this.#blobs.clear();
  }
}
