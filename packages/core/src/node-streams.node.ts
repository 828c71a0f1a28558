/**
 * What the streams of Node need.
 * @packageDocumentation
 */
import { setMaxListeners } from "node:events";
import { Readable, type Writable } from "node:stream";
import type { StreamPlatform } from "@cosmoss/types";
import { openSource } from "./byte-source.ts";

/** Node's streams: read by events, which cost less than an iteration, and made by `Readable.from`. @public */
export const nodeStreams: StreamPlatform = {
  openSource(source) {
    const open = openSource(source);
    if (source instanceof Readable) open.readAll = (each) => readEvents(source, each);
    return open;
  },
  toReadable(chunks) {
    // A generator gives a response to its reader. Anything else is a body for a handler that wants a Node stream.
    if ("next" in chunks) return Readable.from(chunks, { objectMode: false });
    const { stream } = chunks as Partial<Blob>;
    return failTogether(Readable.from(stream?.call(chunks) ?? chunks, { objectMode: false }));
  },
  adapt(request, handler) {
    const { body } = request;
    if ((handler as { takesIterables?: boolean }).takesIterables) return request;
    return body?.[Symbol.asyncIterator] || body?.stream ? { ...request, body: this.toReadable(body) } : request;
  },
  shareSignal(signal) {
    if (signal instanceof AbortSignal) setMaxListeners(0, signal);
  },
  guard(source) {
    if (!(source instanceof Readable)) return ignore;
    const detach = (): void => {
      source.off("error", ignore); // Whoever reads the stream gets its error from there.
      source.off("close", detach);
    };
    source.on("error", ignore);
    source.on("close", detach);
    return detach;
  },
};

/** Handlers pipe a body into their request, and a pipe passes no error on: the request would wait for the rest for ever. */
function failTogether(body: Readable): Readable {
  body.on("error", ignore);
  body.pipe = (target, options) => {
    body.on("error", (error) => (target as unknown as Writable).destroy(error));
    return Readable.prototype.pipe.call(body, target, options) as typeof target;
  };
  return body;
}

const ignore = (): void => {};

/** The stream is the transport's, so that the listeners may stay; what comes after the end or the failure is of no account. */
function readEvents(source: Readable, each: (chunk: Uint8Array) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    let waiting: Promise<unknown> | undefined;
    const refuse = (error: unknown): void => {
      reject(error);
      source.destroy();
    };
    const goOn = (): void => {
      waiting = undefined;
      source.resume();
    };
    // The stream ends and fails whether or not it is paused. What `each` fails with counts first.
    const settle = (how: () => void): void => {
      if (waiting) waiting.then(how, ignore);
      else how();
    };
    const fail = (error: unknown): void => settle(() => reject(error));
    const onClose = (): void => {
      if (!source.readableEnded) fail(source.errored ?? new Error("it was closed before its end"));
    };
    source.on("data", (chunk: Uint8Array) => {
      try {
        const result = each(chunk);
        if (!result) return;
        source.pause();
        waiting = Promise.resolve(result);
        waiting.then(goOn, refuse);
      } catch (error) {
        refuse(error);
      }
    });
    source.on("end", () => settle(resolve));
    source.on("error", fail);
    source.on("close", onClose);
    if (source.destroyed) onClose();
  });
}
