import { DecodeError } from "@cosmoss/errors";
import type { ReadableStreamLike } from "@cosmoss/types";

/** The part of a Node `Readable` that is used here, so that no Node type is named. */
export interface NodeSource {
  on(event: string, listener: (value: any) => void): unknown;
  off(event: string, listener: (value: any) => void): unknown;
  destroy(error?: Error): unknown;
  readonly destroyed?: boolean;
  readonly readableEnded?: boolean;
}

/** Pieces of bytes, one at a time. */
export interface ByteSource {
  next(): Promise<{ done?: boolean; value?: any }>;
  /** Lets go, even while a `next` is waiting. */
  cancel(reason?: unknown): void;
}

/** Whether a body is a Node stream. */
export const isNodeStream = (source: unknown): source is NodeSource =>
  typeof (source as NodeSource).on === "function" && typeof (source as NodeSource).destroy === "function";

const isWebStream = (source: unknown): source is ReadableStreamLike =>
  typeof (source as ReadableStreamLike).getReader === "function";

const ignore = (): void => {};

/** Begins to read a stream of any kind. */
export function openSource(source: unknown): ByteSource {
  if (isWebStream(source)) {
    const reader = source.getReader();
    // Who lets go does not wait to hear how that went.
    return { next: () => reader.read(), cancel: (reason) => void reader.cancel(reason).catch(ignore) };
  }
  const iterator = (source as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    cancel() {
      // An async iterator's return() waits for a pending next(), which may never come; a stream can be ended at once.
      if (isNodeStream(source)) source.destroy();
      else Promise.resolve(iterator.return?.()).catch(ignore);
    },
  };
}

/** Calls back for each piece until the end. On Node by events, which cost a third of an iteration. */
export async function readAll(source: unknown, each: (chunk: Uint8Array) => void): Promise<void> {
  if (!source) return;
  if (source instanceof Uint8Array) return each(source);
  if (isNodeStream(source)) return readNodeStream(source, each);
  const open = openSource(source);
  try {
    for (;;) {
      const { done, value } = await open.next();
      if (done) return;
      each(value);
    }
  } catch (error) {
    open.cancel(error);
    throw error;
  }
}

function readNodeStream(source: NodeSource, each: (chunk: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      source.off("data", onData);
      source.off("end", onEnd);
      source.off("close", onClose);
    };
    const onData = (chunk: Uint8Array): void => {
      try {
        each(chunk);
      } catch (error) {
        done();
        source.destroy();
        reject(error);
      }
    };
    const onEnd = (): void => {
      done();
      resolve();
    };
    const onClose = (): void => {
      done();
      reject(new Error("it was closed before its end"));
    };
    source.on("data", onData);
    source.on("end", onEnd);
    source.on("close", onClose);
    // This listener stays: an error after the end has no one else to go to.
    source.on("error", (error) => {
      done();
      reject(error);
    });
    if (source.destroyed && !source.readableEnded) onClose();
  });
}

/** Lets go of a body that nobody has begun to read. */
export function discard(source: unknown, reason?: unknown): void {
  if (!source || source instanceof Uint8Array) return;
  if (isNodeStream(source)) {
    source.on("error", ignore); // What a stream says while it is thrown away is of no use to anyone.
    source.destroy();
  } else if (isWebStream(source)) void source.cancel(reason).catch(ignore);
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
export async function readText(source: unknown, limit: number, each?: () => void): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  await readAll(source, (chunk) => {
    each?.();
    length += chunk.length;
    if (length > limit) {
      throw new DecodeError(`the response is longer than ${limit} bytes, which no document of the service is`);
    }
    chunks.push(chunk);
  });
  return length === 0 ? "" : new TextDecoder().decode(join(chunks, length));
}
