import type { SyncAction, SyncOptions, SyncReason, SyncResult } from "./sync-options.ts";

/** How much of each list a result holds. */
const MAX_LISTED = 1000;

/** Counts what a sync does, and tells of it. */
export class SyncReport {
  readonly #onAction: (action: SyncAction) => void;
  readonly result: SyncResult = {
    transferred: 0,
    bytes: 0,
    deleted: 0,
    skipped: 0,
    excluded: 0,
    folders: 0,
    failedCount: 0,
    failures: [],
    refusedCount: 0,
    refused: [],
    ignoredCount: 0,
    ignored: [],
  };

  constructor({ onAction }: SyncOptions) {
    this.#onAction = (action) => onAction?.(action);
  }

  transferred(
    kind: "upload" | "download" | "copy",
    path: string,
    size: number,
    reason: SyncReason,
    dropped: readonly string[] = [],
  ): void {
    this.result.transferred++;
    this.result.bytes += size;
    this.#onAction({ kind, path, size, reason, ...(dropped.length > 0 && { dropped }) });
  }

  skipped(path: string, size: number): void {
    this.result.skipped++;
    this.#onAction({ kind: "skip", path, size, reason: "same" });
  }

  deleted(path: string, size: number): void {
    this.result.deleted++;
    this.#onAction({ kind: "delete", path, size, reason: "extra" });
  }

  /** `Key`: of the object that may not become a file. */
  refused(path: string, size: number, Key: string, reason: string): void {
    if (this.result.refusedCount++ < MAX_LISTED) this.result.refused.push({ Key, reason });
    this.#onAction({ kind: "refuse", path, size, reason });
  }

  failed(path: string, size: number, error: unknown): void {
    if (this.result.failedCount++ < MAX_LISTED) this.result.failures.push({ path, error });
    this.#onAction({ kind: "fail", path, size, reason: error instanceof Error ? error.message : String(error), error });
  }

  ignored(path: string, reason: string): void {
    if (this.result.ignoredCount++ < MAX_LISTED) this.result.ignored.push({ path, reason });
  }
}
