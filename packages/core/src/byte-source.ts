import { DecodeError } from "@cosmoss/errors";
import type { StreamPlatform } from "@cosmoss/types";

/** Pieces of bytes, one at a time. */
export interface ByteSource {
  next(): Promise<{ done?: boolean; value?: any }>;
  /** Lets go, even while a `next` is waiting. */
  cancel(): void;
}

const ignore = (): void => {};

/** Begins to read a web stream, a Node stream or an async iterable. */
export function openSource(source: any): ByteSource {
  if (source.getReader) {
    const reader = source.getReader();
    // Who lets go does not wait to hear how that went.
    return { next: () => reader.read(), cancel: () => reader.cancel().catch(ignore) };
  }
  const iterator = source[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    cancel() {
      // An async iterator's return() waits for a pending next(), which may never come; a stream can be ended at once.
      if (source.destroy) source.destroy();
      else Promise.resolve(iterator.return?.()).catch(ignore);
    },
  };
}

/** Calls back for each piece of a transport's body until its end. */
export async function readAll(
  source: any,
  streams: StreamPlatform | undefined,
  each: (chunk: Uint8Array) => void,
): Promise<void> {
  if (!source) return;
  const reading = streams?.readAll(source, each);
  if (reading) return reading;
  const open = openSource(source);
  try {
    for (;;) {
      const { done, value } = await open.next();
      if (done) return;
      each(value);
    }
  } catch (error) {
    open.cancel();
    throw error;
  }
}

/** Lets go of a body that nobody has begun to read. */
export function discard(source: any): void {
  source?.on?.("error", ignore); // What a stream says while it is thrown away is of no use to anyone.
  if (source?.destroy) source.destroy();
  else source?.cancel?.().catch(ignore);
}

/** Joins pieces; a single one is given as it is. */
export function join(chunks: Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** A whole document of at most `limit` bytes as text; `each` is called before every piece. */
export async function readText(
  source: unknown,
  streams: StreamPlatform | undefined,
  limit: number,
  each: () => void,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  await readAll(source, streams, (chunk) => {
    each();
    length += chunk.length;
    if (length > limit)
      throw new DecodeError(`the response is longer than ${limit} bytes, as no document of the service is`);
    chunks.push(chunk);
  });
  return new TextDecoder().decode(join(chunks, length));
}
