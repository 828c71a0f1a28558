/** Whether fetch takes a stream as a body. A runtime that does not would send its name as text. */
export function sendsStreams(): boolean {
  let asked = false;
  const { headers } = new Request("https://a.invalid", {
    method: "POST",
    body: new ReadableStream(),
    get duplex() {
      asked = true;
      return "half";
    },
  } as RequestInit);
  return asked && !headers.has("content-type");
}

/** A stream of any kind, read piece by piece. */
export interface RequestSource {
  readonly stream: ReadableStream<Uint8Array>;
  /** Lets go of it at once. Never throws. */
  release(): void;
}

/** `onPiece` hears of every piece that is taken, `onError` of the source's own error. */
export function openSource(body: any, onPiece: () => void, onError: (error: unknown) => void): RequestSource {
  // A Node stream may fail before fetch begins to read it; whoever reads gets to see that error, nobody else needs to.
  body.on?.("error", () => {});
  const reader = body.getReader?.() ?? body[Symbol.asyncIterator]();
  let over = false;
  const release = async (): Promise<void> => {
    if (over) return;
    over = true;
    try {
      // An iterator's return() would wait for a read that may never come; a Node stream ends at once.
      await (body.destroy?.() ?? reader.cancel?.() ?? reader.return?.());
    } catch {}
  };
  const stream = new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await (reader.read?.() ?? reader.next());
          // Let go of: to close would end the request as if it were whole.
          if (over) return;
          onPiece();
          if (!done) return controller.enqueue(value);
          over = true;
          controller.close();
        } catch (error) {
          onError(error);
          controller.error(error);
        }
      },
      cancel: release,
    },
    { highWaterMark: 0 },
  );
  return { stream, release: () => void release() };
}
