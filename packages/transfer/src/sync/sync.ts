import { systemClock } from "@cosmoss/core";
import { copy } from "../copy/copy.ts";
import { download } from "../download/download.ts";
import { RunningTask, type TransferTask } from "../task/task.ts";
import { upload } from "../upload/upload.ts";
import { limitedPort } from "./limited-port.ts";
import { pathTransfer, type Transfers } from "./path-transfer.ts";
import { runSync } from "./run-sync.ts";
import type { SyncEnd } from "./sync-end.ts";
import type { SyncOptions, SyncResult } from "./sync-options.ts";

/**
 * Makes `to` have what `from` has: uploads, downloads or copies the files that are missing, older or different there, and
 * with `delete` removes what `from` does not have. One side is a directory and the other a {@link prefix}, or both are
 * prefixes, of the same or of different providers. Called again, it transfers what has changed since, which is nothing if
 * nothing has.
 *
 * Both sides are read in step, in the order of their keys, so that any number of them takes the same memory; as many files
 * are on their way as the pools have places. `progress.total` is known when both sides have been read.
 *
 * A file that cannot be transferred does not stop the others; the task then rejects with a {@link SyncError} that has the
 * result. Objects whose names are not safe as file names are reported in the result, and are no failure: see
 * {@link SyncResult.refused}. Rejects with a `ConfigError` for two directories, prefixes of one bucket that lie in each
 * other, patterns that are none and numbers out of range, and as `client.send` does when a side cannot be listed.
 * @public
 */
export function sync(from: SyncEnd, to: SyncEnd, options: SyncOptions = {}): TransferTask<SyncResult> {
  return syncBy({ upload, download, copy }, from, to, options);
}

/** {@link sync}, with other means to move the bytes. */
export function syncBy(
  transfers: Transfers,
  from: SyncEnd,
  to: SyncEnd,
  options: SyncOptions,
): TransferTask<SyncResult> {
  const clock = from.kind === "objects" ? from.port.clock : to.kind === "objects" ? to.port.clock : systemClock;
  return new RunningTask(clock, options, async (control) => {
    const [source, target] = [limited(from, options), limited(to, options)];
    const transfer = pathTransfer(transfers, source, target, options);
    return runSync(control, { from: source, to: target, transfer, options });
  });
}

function limited(end: SyncEnd, { maxBytesPerSecond }: SyncOptions): SyncEnd {
  if (maxBytesPerSecond === undefined || end.kind === "files") return end;
  return { ...end, port: limitedPort(end.port, maxBytesPerSecond) };
}
