/** A web `ReadableStream` of bytes, the platform's own or a look-alike. @public */
export interface ReadableStreamLike {
  getReader(): {
    read(): Promise<{ done: boolean; value?: any }>;
    cancel(reason?: any): Promise<void>;
    releaseLock(): void;
  };
  cancel(reason?: any): Promise<void>;
}

/** A `Blob` or `File`, the platform's own or a look-alike. @public */
export interface BlobLike {
  /** Bytes. */
  readonly size: number;
  readonly type: string;
  slice(start?: number, end?: number, contentType?: string): any;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Bytes to send. Text is sent as UTF-8. A Node `Readable` is an `AsyncIterable`. @public */
export type RequestBody = string | Uint8Array | ArrayBuffer | BlobLike | ReadableStreamLike | AsyncIterable<Uint8Array>;

/** Bytes to send, or a function that gives them afresh for every attempt, which makes a stream replayable. @public */
export type BodyInput = RequestBody | (() => RequestBody | Promise<RequestBody>);

/** The `ReadableStream` of the platform whose types are there; else a look-alike. @public */
export type PlatformStream = typeof globalThis extends { ReadableStream: { prototype: infer Stream } }
  ? Stream
  : ReadableStreamLike;

/** Bytes of their own memory; what `Uint8Array` means where TypeScript does not tell kinds of memory apart. @public */
export type Bytes = ReturnType<Uint8ArrayConstructor["of"]>;

/** The body of a response, the same on every runtime; read it once, whole or in pieces, or `cancel()` it. @public */
export interface ResponseBody extends AsyncIterable<Uint8Array> {
  /** All of it. */
  bytes(): Promise<Bytes>;
  /** All of it as UTF-8. */
  text(): Promise<string>;
  /**
   * Calls `each` for every piece, and reads on when what it gives has resolved: less work than an iteration. Rejects
   * with what `each` fails with.
   */
  forEach(each: (chunk: Uint8Array) => unknown): Promise<void>;
  /** A web `ReadableStream` of the platform. */
  stream(): PlatformStream;
  /** A Node `Readable`; only on Node, elsewhere a `ConfigError`. */
  toReadable(): NodeJS.ReadableStream;
  /** Gives the connection back without reading on. */
  cancel(reason?: unknown): Promise<void>;
}

declare global {
  // Merges with @types/node where it is present, and is an empty shape where it is not.
  // oxlint-disable-next-line typescript/no-namespace
  namespace NodeJS {
    interface ReadableStream {}
  }
}
