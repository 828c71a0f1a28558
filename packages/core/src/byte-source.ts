import type { Bytes, ByteSource } from "@cosmoss/types";

const ignore = (): void => {};

/** Begins to read a web stream, a Node stream or an async iterable. */
export function openSource(source: any): ByteSource {
  const reader = source.getReader?.();
  const iterator = reader ?? source[Symbol.asyncIterator]();
  return {
    next: () => (reader ? reader.read() : iterator.next()),
    cancel() {
      // An async iterator's return() waits for a pending next(), which may never come; a stream can be ended at once.
      if (source.destroy) source.destroy();
      // Who lets go does not wait to hear how that went.
      else Promise.resolve(reader ? reader.cancel() : iterator.return?.()).catch(ignore);
    },
  };
}

/** Calls back for each piece of a transport's body until its end. */
export async function readAll(source: any, each: (chunk: Uint8Array) => void): Promise<void> {
  const open = openSource(source);
  try {
    for (let piece; !(piece = await open.next()).done;) each(piece.value);
  } catch (error) {
    open.cancel();
    throw error;
  }
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
