import type { PortOptions, TransferPort } from "../ports/port.ts";
import type { TransferSink } from "../sinks/sink.ts";
import type { TransferSource } from "../sources/source.ts";

/** A file or an object that a sync finds. @public */
export interface SyncEntry {
  /** Below the directory or the prefix, with `/` between names. */
  path: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since the Unix epoch. */
  modifiedMs: number;
  /** Of an object. */
  ETag?: string;
}

/** What a sync comes across and cannot transfer. @public */
export interface SyncGap {
  /** As of a {@link SyncEntry}; one that ends in `/` stands for everything below. */
  path: string;
  /** In words. */
  reason: string;
  /** That it could not be looked at; absent where it just is nothing to transfer, as a socket. */
  error?: unknown;
  /** Its name cannot be that of an object, so that it has no place in the order; `path` shows it as well as can be. */
  nameless?: true;
}

/** A file or an object to delete. @public */
export interface SyncRemoval {
  path: string;
  /** The directory, `""` or ending in `/`, that stays even if it is empty afterwards. */
  within: string;
}

/** What happened to a {@link SyncRemoval}. @public */
export interface SyncRemovalFailure {
  path: string;
  error: unknown;
}

/** What one run of a sync asks before it writes a file. @public */
export interface FilesGuard {
  /**
   * Is told of every path on either side, in their order. Gives the reason why there may be no file of this name.
   * `wanted`: whether it is one to write; else it is there already. `going`: whether that is deleted before anything is
   * written below it.
   */
  visit(path: string, options: { wanted: boolean; going?: boolean }): string | undefined;
  /** Looks at the disk. `found`: whether the listing had a file there. Gives the reason why it may not be written to. */
  inspect(path: string, options: { found: boolean }): Promise<string | undefined>;
}

/** Objects of a bucket. Made by {@link prefix}. @public */
export interface ObjectsEnd {
  readonly kind: "objects";
  /** What messages call it. */
  readonly name: string;
  readonly port: TransferPort<any>;
  readonly Bucket: string;
  /** Empty, or ending in `/`. */
  readonly Prefix: string;
  /** What an object written there is stored with. */
  readonly attributes?: (Key: string) => object;
}

/** Files below a directory. Made by `directory()` of `@cosmoss/transfer/fs`. @public */
export interface FilesEnd {
  readonly kind: "files";
  /** What messages call it. */
  readonly name: string;
  /**
   * Everything there, in the order of the UTF-8 bytes of the paths. `missing`: whether a directory that does not exist is
   * an error, or taken as empty. `leavesOut`: whether a directory, with a `/` at the end, need not be looked into.
   */
  list(options: {
    missing: "fail" | "empty";
    leavesOut?: (directory: string) => boolean;
  }): AsyncIterable<SyncEntry | SyncGap>;
  /** MD5 in lower-case hexadecimal digits, or CRC-64/ECMA-182 as a decimal number. */
  hash(path: string, algorithm: "md5" | "crc64", options: PortOptions): Promise<string>;
  source(path: string): TransferSource;
  sink(path: string): TransferSink;
  guard(): Promise<FilesGuard>;
  remove(removals: readonly SyncRemoval[]): Promise<SyncRemovalFailure[]>;
}

/** One of the two sides of a sync. @public */
export type SyncEnd = ObjectsEnd | FilesEnd;
