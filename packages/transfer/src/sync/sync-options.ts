import type { CheckpointStore } from "@cosmoss/checkpoint";
import type { TransferProgress } from "../task/progress.ts";
import type { PartOptions, TaskOptions } from "../task/task-options.ts";

/** How a sync sees that a file is the same on both sides. See {@link SyncOptions.compare}. @public */
export type SyncCompare = "size-mtime" | "etag" | "crc64";

/**
 * Why a sync does what it does: the target does not have it (`missing`), has another size (`size`), is older (`newer`
 * source) or has other content by the compared value (`etag`, `crc64`); is the same (`same`); is not in the source
 * (`extra`). @public
 */
export type SyncReason = "missing" | "size" | "newer" | "etag" | "crc64" | "same" | "extra";

/** Something a sync did, or would do in a dry run. @public */
export type SyncAction =
  | {
      /** `skip`: nothing was to be done. */
      kind: "upload" | "download" | "copy" | "delete" | "skip";
      path: string;
      /** Bytes. */
      size: number;
      reason: SyncReason;
      /** Of a copy to another provider: what the object carried and there is no place for; absent if nothing. */
      dropped?: readonly string[];
    }
  | {
      /** `refuse`: it may not be written, see {@link SyncResult.refused}; `fail`: see {@link SyncResult.failures}. */
      kind: "refuse" | "fail";
      path: string;
      size: number;
      /** In words. */
      reason: string;
      /** Of a failure. */
      error?: unknown;
    };

/** Options of {@link sync}. @public */
export interface SyncOptions extends TaskOptions, PartOptions {
  /**
   * When a file that both sides have is transferred. Always when the sizes differ, otherwise:
   *
   * - `size-mtime` (default): when the source was modified later, by whole seconds, as listings do not tell more. The time
   *   of an object is when it was stored, by the service's clock; a file that was downloaded has the time of its object.
   * - `etag`: when the ETags differ. The ETag of a file is its MD5, so every file of equal size is read. An ETag that is no
   *   MD5, as that of an object stored in parts (`…-3`), tells nothing unless it is equal: then as `size-mtime`. Objects
   *   that were appended to, or encrypted with keys of your own, have ETags that look like an MD5 and are none: they are
   *   transferred every time.
   * - `crc64`: when the CRC-64 differ. Costs a HeadObject for each pair of equal size, and every such file is read. Objects
   *   without a CRC-64 are compared as with `size-mtime`.
   */
  compare?: SyncCompare;
  /**
   * Deletes at the target what the source does not have; default `false`. Stays: what is excluded, what the source has but
   * cannot be read or transferred, unfinished downloads, and, when the source is a directory, keys that end in `/`. A file
   * that is in the way of a directory is deleted first, and so are all files of a directory that is in the way of a file;
   * where something stays, what it is in the way of is refused.
   */
  delete?: boolean;
  /** Decides everything, and does nothing; default `false`. Reads what it compares. */
  dryRun?: boolean;
  /**
   * Glob patterns: only paths that match one of them take part; default all. `*` and `?` stop at `/`, `**` does not;
   * `{a,b}`, `[a-z]` and `!(a)` work as in a shell, and `*` matches names with a leading dot as well. A pattern without `/`
   * is matched with the last name, wherever it is: `*.jpg`. One that begins with `/` is bound to the top, one that ends
   * with `/` stands for everything below: `/build/`, and `node_modules/` at any depth.
   */
  include?: readonly string[];
  /** Glob patterns of paths that do not take part, even if they match `include`. */
  exclude?: readonly string[];
  /** Bytes a second that this sync sends or receives at most; the limit of the pool holds as well. */
  maxBytesPerSecond?: number;
  /**
   * Rejects with the first failure of a file, and cancels what is under way; default `false`: the others go on, and the
   * sync rejects with a {@link SyncError} at the end.
   */
  stopOnError?: boolean;
  /** Where large files keep their checkpoints, so that an interrupted sync goes on inside them. Default: nowhere. */
  checkpoints?: CheckpointStore;
  /** Is told of each action when it is done; in a dry run, when it is decided. What it throws, the sync rejects with. */
  onAction?: (action: SyncAction) => void;
  /** Is told how far each file is; the last time with the phase `done`, unless it fails. */
  onFileProgress?: (path: string, progress: TransferProgress) => void;
}

/** Result of {@link sync}. Lists end after 1,000; the counts are of all. @public */
export interface SyncResult {
  /** Files and objects uploaded, downloaded or copied; in a dry run those that would be, and so on below. */
  transferred: number;
  /** Bytes of those. */
  bytes: number;
  deleted: number;
  /** Those that were the same on both sides. */
  skipped: number;
  /** Those of the source that `include` and `exclude` left out. */
  excluded: number;
  /** Empty objects whose key ends in `/`, which directories do not keep. */
  folders: number;
  failedCount: number;
  failures: { path: string; error: unknown }[];
  refusedCount: number;
  /** Objects that may not become files, and why: their names would lead out of the directory, or stand in each other's way. */
  refused: { Key: string; reason: string }[];
  ignoredCount: number;
  /** What the source has beside files: links to directories, sockets, names that are no UTF-8 and the like. */
  ignored: { path: string; reason: string }[];
}
