import { CosmossError } from "@cosmoss/errors";
import type { SyncResult } from "./sync-options.ts";

/** Some files of a sync failed; the others are done. Call {@link sync} again to transfer what is missing. @public */
export class SyncError extends CosmossError {
  declare readonly name: "SyncError";
  /** What was done all the same, and what failed. Not printed. */
  declare readonly result: SyncResult;

  constructor(message: string, options: { result: SyncResult; cause?: unknown }) {
    const { result, ...members } = options;
    super("SyncError", message, members, { result });
  }

  /** Whether `error` is a `SyncError`, of this copy of the package or another. */
  static override isInstance(error: unknown): error is SyncError {
    return CosmossError.isInstance(error) && error.$cosmoss === "SyncError";
  }
}
