/** What pieces are taken from: a web stream's reader or an async iterator. */
export interface Reader {
  read?(): Promise<{ done: boolean; value?: any }>;
  next?(): Promise<{ done?: boolean; value?: any }>;
  cancel?(reason?: unknown): unknown;
  return?(): unknown;
}

/**
 * A stream that takes a piece from `reader` whenever one is taken from it. `onPiece` answers `true` to pass nothing on;
 * `onError` answers what readers are told.
 */
export function relay(
  reader: Reader,
  onPiece: (done: boolean | undefined) => true | void,
  onError: (error: unknown) => unknown,
  cancel: (reason: unknown) => Promise<void>,
  onPull?: () => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        onPull?.();
        try {
          const { done, value } = await (reader.read?.() ?? reader.next!());
          if (onPiece(done)) return;
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(onError(error));
        }
      },
      cancel,
    },
    { highWaterMark: 0 },
  );
}
