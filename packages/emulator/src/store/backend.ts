import type { _Change, _Segment } from "./state.ts";

/** The blob number of bytes that lie in the change log itself. @internal */
export const _IN_LOG = 0;

/** Where the bytes of bodies and the log of changes go: all in which the kinds of store differ. @internal */
export interface _Backend {
  /** Bodies of at most so many bytes travel with their change instead of in a blob. */
  readonly inlineLimit: number;
  createBlob(): Promise<_BlobWriter>;
  /** The bytes of a segment. */
  read(segment: _Segment): AsyncIterable<Uint8Array>;
  removeBlob(blob: number): Promise<void>;
  /**
   * Puts a change in the log. `build` runs before this returns, with the place of the inline bytes; the promise resolves
   * when the change, and all before it, is durable.
   */
  log(inline: Uint8Array | undefined, build: (place: _Segment | undefined) => _Change): Promise<void>;
  close(): Promise<void>;
}

/** A blob on its way in. @internal */
export interface _BlobWriter {
  readonly id: number;
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves when the bytes are durable. */
  finish(): Promise<void>;
  /** Stops writing and removes what was written. */
  discard(): Promise<void>;
}
