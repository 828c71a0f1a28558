import { ConfigError } from "@cosmoss/errors";
import { type AttemptLimits, attemptLimits, tryPart } from "../task/attempts.ts";
import { ListingBatches } from "../listing/listing-batches.ts";
import type { DeleteFailure, ListedObject, PrefixLocation, TransferPort } from "../ports/port.ts";
import { RunningTask, type TransferTask } from "../task/task.ts";
import { inParallel, type TaskControl } from "../task/task-control.ts";
import type { TaskOptions } from "../task/task-options.ts";

/** How many failures are named; the rest is counted. */
const MAX_NAMED = 1000;
/** So often a key is tried for which the service had no time. */
const MAX_ATTEMPTS = 4;
const FIRST_DELAY_MS = 250;

/** Options of {@link deleteAll}. @public */
export interface DeleteAllOptions extends TaskOptions {
  /** Only lists what would be deleted; default `false`. */
  dryRun?: boolean;
  /** Is told of each key once it is deleted; with `dryRun`, of each that would be. */
  onDeleted?: (Key: string) => void;
}

/** What {@link deleteAll} gives. @public */
export interface DeleteAllResult {
  /** Keys that were deleted; with `dryRun`, that would be. */
  deleted: number;
  /** Keys that were not, or that the listing gave a second time. */
  failed: number;
  /** The first 1,000 of those that failed. */
  failures: DeleteFailure[];
}

/**
 * Deletes every object whose key begins with `Prefix`, 1,000 at a time, in the places of the port's pool. What others
 * store meanwhile may be deleted as well, or not. A key that the service refuses to delete is reported and does not stop
 * the rest; progress counts the bytes of the objects.
 *
 * `Prefix` must be given; `""` means the whole bucket. The task rejects with a `ConfigError` without it, and as
 * `client.send` does when the bucket cannot be listed or nothing can be deleted from it. OSS and COS
 * `DeleteMultipleObjects`. @public
 */
export function deleteAll(
  port: TransferPort<any>,
  prefix: PrefixLocation,
  options: DeleteAllOptions = {},
): TransferTask<DeleteAllResult> {
  return new RunningTask(port.clock, options, (control) => run(control, port, prefix, options));
}

async function run(
  control: TaskControl,
  port: TransferPort<any>,
  { Bucket, Prefix }: PrefixLocation,
  { dryRun, onDeleted }: DeleteAllOptions,
): Promise<DeleteAllResult> {
  // Where it is forgotten, everything would go.
  if (typeof Prefix !== "string") {
    throw new ConfigError(`deleteAll: give Prefix as a string; "" stands for everything in ${Bucket}`);
  }
  const limits = attemptLimits({});
  const result: DeleteAllResult = { deleted: 0, failed: 0, failures: [] };
  const fail = (failure: DeleteFailure): void => {
    result.failed++;
    if (result.failures.length < MAX_NAMED) result.failures.push(failure);
  };
  const succeed = (Key: string): void => {
    result.deleted++;
    onDeleted?.(Key);
  };
  const listing = new ListingBatches(port, { Bucket, Prefix }, limits, (Key) =>
    fail({ Key, Code: "ListedTwice", Message: "listed after a later key; delete it by itself if it is still there" }),
  );
  control.meter.begin(undefined, 0);
  // One worker lists at a time while the others delete, so there are never more keys than workers hold batches.
  const width = (): number => port.pool.concurrency;
  await inParallel(control, width, async (own, grow) => {
    for (let batch; (batch = await listing.next(own)).length > 0;) {
      grow();
      if (dryRun) for (const { Key } of batch) succeed(Key);
      else await deleteBatch(own, port, Bucket, batch, limits, succeed, fail);
    }
  });
  return result;
}

/** Deletes objects, and again those for which the service had no time. */
async function deleteBatch(
  control: TaskControl,
  port: TransferPort<any>,
  Bucket: string,
  batch: ListedObject[],
  limits: AttemptLimits,
  succeed: (Key: string) => void,
  fail: (failure: DeleteFailure) => void,
): Promise<void> {
  let left = batch;
  for (let attempt = 1; ; attempt++) {
    const Keys = left.map(({ Key }) => Key);
    const refused = await tryPart(control, port, limits, (signal) => port.deleteMany(Bucket, Keys, { signal }));
    const failures = new Map(refused.map((failure) => [failure.Key, failure]));
    const again: ListedObject[] = [];
    let bytes = 0;
    for (const object of left) {
      const failure = failures.get(object.Key);
      failures.delete(object.Key);
      if (!failure) {
        bytes += object.Size;
        succeed(object.Key);
      } else if (attempt < MAX_ATTEMPTS && isPassing(failure)) again.push(object);
      else fail(failure);
    }
    // Should the service name a key otherwise than it listed it.
    failures.forEach(fail);
    control.meter.sent(bytes);
    control.acknowledge(bytes);
    if (again.length === 0) return;
    left = again;
    await control.wait(port.random() * FIRST_DELAY_MS * 2 ** attempt);
  }
}

/** OSS gives no reason for what it does not delete. */
function isPassing({ Code }: DeleteFailure): boolean {
  return /Internal|Unavailable|SlowDown|Busy|Timeout|Throttl|^NotDeleted$/.test(Code);
}
