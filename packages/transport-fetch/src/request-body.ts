import { ConfigError } from "@cosmoss/errors";

let streams: boolean | undefined;

/** Whether fetch takes a stream as a body; looked up once. A runtime that does not would send its name as text. */
export function supportsRequestStreams(): boolean {
  if (streams === undefined) {
    let asked = false;
    const init = {
      method: "POST",
      body: new ReadableStream(),
      get duplex() {
        asked = true;
        return "half";
      },
    };
    try {
      streams = !new Request("https://a.invalid", init).headers.has("content-type") && asked;
    } catch {
      streams = false;
    }
  }
  return streams;
}

/** Throws unless `bytes`, all of a body or as far as it has come, agree with the declared length. */
export function checkLength(declared: string | undefined, bytes: number, ended: boolean): void {
  if (declared && (ended ? bytes !== +declared : bytes > +declared)) {
    throw new ConfigError(`body of ${bytes} bytes, content-length ${declared}: correct it or leave it out`);
  }
}

/** A stream of any kind, read piece by piece. */
export interface RequestSource {
  readonly stream: ReadableStream<Uint8Array>;
  /** Whether its end has been reached. */
  ended: boolean;
  /** Lets go of it at once. Never throws. */
  release(): void;
}

/** `onPiece` hears of every piece that is taken, `onError` of the source's own error. */
export function openSource(
  body: any,
  declared: string | undefined,
  onPiece: () => void,
  onError: (error: unknown) => void,
): RequestSource {
  // A Node stream may fail before fetch begins to read it; whoever reads gets to see that error, nobody else needs to.
  body.on?.("error", () => {});
  let reader: any;
  try {
    reader = body.getReader ? body.getReader() : body[Symbol.asyncIterator]();
  } catch (cause) {
    throw new ConfigError("body is no string, bytes, Blob, stream or AsyncIterable, or locked", { cause });
  }
  let bytes = 0;
  const source: RequestSource = {
    ended: false,
    async release() {
      if (source.ended) return;
      source.ended = true;
      try {
        // An iterator's return() would wait for a read that may never come; a Node stream ends at once.
        await (body.destroy ? body.destroy() : reader.cancel ? reader.cancel() : reader.return?.());
      } catch {}
    },
    stream: new ReadableStream(
      {
        async pull(controller) {
          try {
            const { done, value } = await (reader.read ? reader.read() : reader.next());
            // Let go of: to close would end the request as if it were whole.
            if (source.ended) return;
            onPiece();
            bytes += done ? 0 : value.length;
            checkLength(declared, bytes, done);
            if (done) {
              source.ended = true;
              controller.close();
            } else controller.enqueue(value);
          } catch (error) {
            onError(error);
            controller.error(error);
          }
        },
        cancel: () => source.release(),
      },
      { highWaterMark: 0 },
    ),
  };
  return source;
}
