/** Somewhere to write an object to, in any order. @public */
export interface OpenSink {
  /** Writes have to come in order: each where the one before ended, and not before that has resolved. Default: anyhow. */
  readonly ordered?: boolean;
  /** What was written before, when it was kept: bytes from `start` up to `end`, or nothing where they are not there. */
  read?(start: number, end: number): AsyncIterable<Uint8Array>;
  /** Writes all of the bytes. Resolves when more may come. Whoever gave the bytes does not change them any more. */
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** The same for bytes in a row that lie in several pieces of memory; only where that costs less than several writes. */
  writev?(chunks: readonly Uint8Array[], at: number): Promise<void>;
  /**
   * Makes everything visible at once. Called once, last; `abandon` may follow when it fails. `durable`: it is to outlast a
   * loss of power from then on, since the checkpoint to go on from is about to be removed.
   */
  commit(object: { LastModified?: Date; durable?: boolean }): Promise<void>;
  /**
   * Throws away what was written; with `keep` it stays for the next try, where that is possible. `reason`: why, for a stream's
   * other end. Called once, last.
   */
  abandon(options?: { keep?: boolean; reason?: unknown }): Promise<void>;
}

/** Something that downloads write to, as `toFile()` of `@cosmoss/transfer/fs` gives it. @public */
export interface TransferSink {
  /** Names it for checkpoints: the same sink has the same name in the next process. */
  readonly name: string;
  /** `resume`: keep what is there of an earlier try. `size`: bytes that will be written. */
  open(options: { size: number; resume: boolean }): Promise<OpenSink>;
}

/** A web `WritableStream` of bytes, the platform's own or a look-alike. @public */
export interface WritableStreamLike {
  getWriter(): {
    readonly ready: Promise<any>;
    write(chunk: any): Promise<any>;
    close(): Promise<any>;
    abort(reason?: any): Promise<any>;
    releaseLock(): void;
  };
}
