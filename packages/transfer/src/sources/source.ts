import type { AbortSignalLike, BlobLike, ReadableStreamLike } from "@cosmoss/types";

/** What tells one state of a source from another, to see whether it is still the same when a transfer goes on. @public */
export interface Fingerprint {
  /** Bytes. */
  size: number;
  /** Milliseconds since the Unix epoch. */
  modifiedMs?: number;
  /** CRC-64 of samples from the beginning, the middle and the end. */
  sample?: string;
  /** CRC-64 of everything. */
  full?: string;
}

/** Bytes of a known number that can be read anywhere, any number of times. @public */
export interface OpenSource {
  /** Bytes. */
  readonly size: number;
  /** The type of a `Blob`. */
  readonly type?: string;
  /**
   * What it is now, always with `sample`. `full`: all of it is read, for the surest comparison. What has no time of its own,
   * like bytes, gives `full` in any case.
   */
  fingerprint(how: "sample" | "full", signal?: AbortSignalLike): Promise<Fingerprint>;
  /** Size and time as they are now; absent where the bytes cannot change while it is open. */
  state?(): Promise<Pick<Fingerprint, "size" | "modifiedMs">>;
  /** The bytes from `start` up to `end`, in pieces of at most 1 MiB. A piece is not written to again. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
  /**
   * The bytes from `start` up to `end` in one piece, where that is cheaper than many; in `memory` when that is long enough,
   * which is what an earlier call gave and nobody needs any more.
   */
  readPart?(start: number, end: number, memory?: Uint8Array): Promise<Uint8Array>;
  /** Releases what was opened. Reads that are under way may fail. */
  close(): Promise<void>;
}

/** Something that uploads read from, as `fromFile()` of `@cosmoss/transfer/fs` gives it. @public */
export interface TransferSource {
  /** Names it for checkpoints: the same source has the same name in the next process. */
  readonly name: string;
  open(): Promise<OpenSource>;
}

/**
 * What can be uploaded. Text is content, sent as UTF-8; for the file at a path there is `fromFile()`. Streams and async iterables, whose length nobody knows, are held in memory a part at a time and
 * cannot be resumed by another process. @public
 */
export type UploadSource =
  | TransferSource
  | BlobLike
  | ArrayBufferView
  | ArrayBuffer
  | string
  | ReadableStreamLike
  | AsyncIterable<Uint8Array | string>;
