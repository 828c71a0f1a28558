/**
 * Where transfers keep what they need to go on later: the contract of a store. No runtime code; the stores are at
 * `@cosmoss/checkpoint/memory` and `@cosmoss/checkpoint/fs`.
 * @packageDocumentation
 */

/** A checkpoint that a store has. @public */
export interface CheckpointEntry {
  id: string;
  /** When it was saved, in milliseconds since the Unix epoch. */
  savedMs: number;
}

/**
 * Keeps checkpoints, plain JSON objects, by ids of any text. A store of your own, over a database for instance, has to
 * keep what is said here; one store may serve any number of transfers at once. @public
 */
export interface CheckpointStore {
  /**
   * The checkpoint that was saved last under `id`: the caller's own copy, or `undefined` where there is none.
   * Rejects with a `DecodeError` if what is there cannot be read, so that damage is seen; its message says what to remove.
   */
  load(id: string): Promise<object | undefined>;
  /**
   * Keeps `checkpoint` in place of an earlier one, as it is at the time of the call. Once resolved it is kept for good,
   * as far as the store can keep anything. Whoever loads meanwhile, or after a crash midway, finds the old or the new one
   * whole. Calls for the same id, `remove` included, take effect in the order in which they were made. Rejects with a
   * `ConfigError` if it is not an object that JSON can hold.
   */
  save(id: string, checkpoint: object): Promise<void>;
  /** Forgets the checkpoint, a damaged one as well. Resolves where there is none. */
  remove(id: string): Promise<void>;
  /**
   * What is there, in no particular order, without what cannot be read. Checkpoints that are saved or removed meanwhile
   * may be among them or not.
   */
  entries(): AsyncIterable<CheckpointEntry>;
}
