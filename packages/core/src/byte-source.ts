import type { Bytes, ByteSource } from "@cosmoss/types";

const ignore = (): void => {};

/** Begins to read a web stream, a Node stream or an async iterable. */
export function openSource(source: any): ByteSource {
  const reader = source.getReader?.();
  let iterator: any;
  const iterate = (): any => (iterator ??= source[Symbol.asyncIterator]());
  const open: ByteSource = {
    next: () => (reader ? reader.read() : iterate().next()),
    async readAll(each) {
      try {
        for (let piece; !(piece = await open.next()).done;) {
          const waiting = each(piece.value) as Promise<unknown> | undefined;
          if (waiting) await waiting;
        }
      } catch (error) {
        open.cancel();
        throw error;
      }
    },
    cancel() {
      // An async iterator's return() waits for a pending next(), which may never come; a stream can be ended at once.
      if (source.destroy) source.destroy();
      // Who lets go does not wait to hear how that went.
      else Promise.resolve(reader ? reader.cancel() : iterate().return?.()).catch(ignore);
    },
  };
  return open;
}

/** Lets go of a stream, whoever is reading it; anything else is left alone. */
export function discard(source: any): void {
  source?.on?.("error", ignore); // What a stream says while it is thrown away is of no use to anyone.
  if (source?.destroy) source.destroy();
  else if (!source?.locked && (source?.getReader || source?.[Symbol.asyncIterator])) openSource(source).cancel();
}

/** Joins pieces; a single one is given as it is. */
export function join(chunks: Uint8Array[], length: number): Bytes {
  if (chunks.length === 1) return chunks[0] as Bytes;
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
