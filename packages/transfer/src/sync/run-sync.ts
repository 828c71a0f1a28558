import { ConfigError } from "@cosmoss/errors";
import { type AttemptLimits, attemptLimits } from "../task/attempts.ts";
import type { TaskControl } from "../task/task-control.ts";
import { contentReason, listedReason } from "./sync-reasons.ts";
import { JobQueue } from "./job-queue.ts";
import { isGap, mergeListings, type PathPair } from "./merge-listings.ts";
import { NestedProgress, nestedTask } from "./nested-task.ts";
import { type PathFilter, pathFilter } from "./path-filter.ts";
import { locate, type Side, sideOf } from "./sides.ts";
import type { FilesGuard, SyncEnd, SyncEntry, SyncGap, SyncRemoval } from "./sync-end.ts";
import { SyncError } from "./sync-error.ts";
import type { SyncOptions, SyncReason, SyncResult } from "./sync-options.ts";
import { SyncReport } from "./sync-report.ts";
import type { PathTransfer } from "./path-transfer.ts";

/** What a sync works on. */
export interface SyncJob {
  readonly from: SyncEnd;
  readonly to: SyncEnd;
  readonly transfer: PathTransfer;
  readonly options: SyncOptions;
}

/** Brings the target up to date. */
export async function runSync(control: TaskControl, job: SyncJob): Promise<SyncResult> {
  const { options, to } = job;
  const limits = attemptLimits(options);
  const filter = await pathFilter(options);
  const { compare = "size-mtime" } = options;
  if (!["size-mtime", "etag", "crc64"].includes(compare)) {
    throw new ConfigError(`compare is ${JSON.stringify(compare)}; give "size-mtime", "etag" or "crc64"`);
  }
  control.meter.begin(undefined, 0);
  const guard = to.kind === "files" ? await control.step(() => to.guard()) : undefined;
  const { result } = await new SyncRun(control, job, { limits, filter, guard }).run();
  const [first] = result.failures;
  if (!first) return result;
  const why = first.error instanceof Error ? first.error.message : String(first.error);
  throw new SyncError(
    `${result.failedCount} failed, ${result.transferred} transferred; ${JSON.stringify(first.path)}: ${why}; sync again for what is missing`,
    { result, cause: first.error },
  );
}

interface Means {
  readonly limits: AttemptLimits;
  readonly filter: PathFilter;
  readonly guard: FilesGuard | undefined;
}

class SyncRun {
  readonly #control: TaskControl;
  readonly #job: SyncJob;
  readonly #filter: PathFilter;
  readonly #guard: FilesGuard | undefined;
  readonly #source: Side;
  readonly #target: Side;
  readonly #report: SyncReport;
  readonly #queue = new JobQueue((error) => this.#stop(error));
  #stopped = false;
  #total = 0;
  /** The last path of the source. */
  #previous: string | undefined;
  /** What the source has here could not be read, so nothing is known to be missing. */
  #unknown: string | undefined;
  #removals: (SyncRemoval & { size: number })[] = [];

  constructor(control: TaskControl, job: SyncJob, { limits, filter, guard }: Means) {
    this.#control = control.fork();
    this.#job = job;
    this.#filter = filter;
    this.#guard = guard;
    this.#source = sideOf(this.#control, job.from, limits);
    this.#target = sideOf(this.#control, job.to, limits);
    this.#report = new SyncReport(job.options);
  }

  async run(): Promise<{ result: SyncResult }> {
    const leavesOut = (directory: string): boolean => this.#filter.leavesOutAll(directory);
    const source = this.#source.list({ missing: "fail", leavesOut });
    const target = this.#target.list({ missing: "empty", leavesOut });
    try {
      for await (const pair of mergeListings(source, target)) await this.#visit(pair);
      this.#control.meter.grow(this.#total);
      await this.#remove();
      await this.#queue.end();
    } catch (error) {
      this.#stop(error);
      await this.#queue.end().catch(() => {});
      throw error;
    } finally {
      await Promise.allSettled([source.close(), target.close()]);
    }
    return this.#report;
  }

  #stop(error: unknown): void {
    this.#stopped = true;
    this.#control.stop(error);
  }

  async #visit({ path, source, target, upcoming }: PathPair): Promise<void> {
    if (source && isGap(source)) this.#visitGap(source);
    // What the target has beside files is looked at when something is to be written there.
    if (target && isGap(target) && target.error !== undefined) this.#fail(path, 0, target.error);
    const found = target && !isGap(target) ? target : undefined;
    if (source && !isGap(source)) await this.#visitSource(source, found);
    else if (found) await this.#visitExtra(found, upcoming);
  }

  #visitGap({ path, reason, error, nameless }: SyncGap): void {
    if (!nameless) this.#unknown = this.#previous = path;
    if (path.endsWith("/") ? this.#filter.leavesOutAll(path) : this.#filter.leavesOut(path)) return;
    if (error === undefined) this.#report.ignored(path, reason);
    else this.#fail(path, 0, error);
  }

  async #visitSource(source: SyncEntry, target: SyncEntry | undefined): Promise<void> {
    const { path, size } = source;
    this.#previous = path;
    const guard = this.#guard;
    if (this.#filter.leavesOut(path)) {
      this.#report.result.excluded++;
      if (target) guard?.visit(path, { wanted: false });
      return;
    }
    if (size === 0 && this.#isFolder(path, this.#target)) {
      this.#report.result.folders++;
      return;
    }
    const refusal = guard?.visit(path, { wanted: true });
    if (refusal !== undefined) return this.#refuse(source, refusal);
    const { compare = "size-mtime", dryRun } = this.#job.options;
    const reason = listedReason(compare, source, target);
    if (reason === "same") return this.#report.skipped(path, size);
    if (guard && !(await this.#isWritable(guard, source, { found: target !== undefined }))) return;
    if (reason && dryRun) return this.#report.transferred(this.#job.transfer.kind, path, size, reason);
    await this.#queue.add(this.#width, async () => {
      if (reason) await this.#transfer(source, reason);
      else if (compare !== "size-mtime" && target) await this.#compare(compare, source, target);
    });
  }

  async #visitExtra({ path, size }: SyncEntry, upcoming: string | undefined): Promise<void> {
    this.#guard?.visit(path, { wanted: false });
    if (!this.#job.options.delete || this.#filter.leavesOut(path)) return;
    if (this.#isFolder(path, this.#source) || this.#isUnknown(path)) return;
    if (this.#job.options.dryRun) return this.#report.deleted(path, size);
    this.#removals.push({ path, size, within: sharedDirectory(path, this.#previous, upcoming) });
    if (this.#removals.length >= this.#target.removalBatch) await this.#remove();
  }

  readonly #width = (): number => Math.max(this.#source.concurrency, this.#target.concurrency);

  async #isWritable(guard: FilesGuard, source: SyncEntry, options: { found: boolean }): Promise<boolean> {
    try {
      const reason = await this.#control.step(() => guard.inspect(source.path, options));
      if (reason !== undefined) this.#refuse(source, reason);
      return reason === undefined;
    } catch (error) {
      this.#fail(source.path, source.size, error);
      return false;
    }
  }

  async #compare(compare: "etag" | "crc64", source: SyncEntry, target: SyncEntry): Promise<void> {
    let reason: SyncReason;
    try {
      const compared = { side: this.#source, entry: source };
      reason = await contentReason(compare, compared, { side: this.#target, entry: target });
    } catch (error) {
      return this.#fail(source.path, source.size, error);
    }
    if (reason === "same") this.#report.skipped(source.path, source.size);
    else await this.#transfer(source, reason);
  }

  async #transfer(source: SyncEntry, reason: SyncReason): Promise<void> {
    const { path, size } = source;
    const { transfer, options } = this.#job;
    let done: { dropped?: readonly string[] } | undefined;
    if (!options.dryRun) {
      this.#total += size;
      const progress = new NestedProgress(this.#control.meter);
      try {
        done = (await nestedTask(this.#control, () =>
          transfer.start(source, (now) => {
            progress.update(now);
            options.onFileProgress?.(path, now);
          }),
        )) as typeof done;
      } catch (error) {
        progress.fail();
        return this.#fail(path, size, error);
      }
    }
    this.#report.transferred(transfer.kind, path, size, reason, done?.dropped);
  }

  /** Deletes what was gathered. */
  async #remove(): Promise<void> {
    const removals = this.#removals;
    this.#removals = [];
    if (removals.length === 0) return;
    await this.#queue.add(this.#width, async () => {
      let failures: Map<string, unknown>;
      try {
        failures = new Map((await this.#target.remove(removals)).map(({ path, error }) => [path, error]));
      } catch (error) {
        failures = new Map(removals.map(({ path }) => [path, error]));
      }
      for (const { path, size } of removals) {
        if (failures.has(path)) this.#fail(path, size, failures.get(path));
        else this.#report.deleted(path, size);
      }
    });
  }

  #refuse({ path, size }: SyncEntry, reason: string): void {
    const { from } = this.#job;
    this.#report.refused(path, size, from.kind === "objects" ? locate(from, path).Key : path, reason);
  }

  /** One file that fails does not stop the others, unless that is asked for. */
  #fail(path: string, size: number, error: unknown): void {
    if (this.#stopped || this.#control.signal.aborted) throw error;
    this.#report.failed(path, size, error);
    if (this.#job.options.stopOnError) throw error;
  }

  /** Whether `side` cannot have it because it stands for a folder. */
  #isFolder(path: string, side: Side): boolean {
    return path === "" || (path.endsWith("/") && !side.hasFolders);
  }

  #isUnknown(path: string): boolean {
    const unknown = this.#unknown;
    return unknown !== undefined && (path === unknown || (unknown.endsWith("/") && path.startsWith(unknown)));
  }
}

/** The innermost directory of a path that is also one of its neighbours' in the source: it is needed further on. */
function sharedDirectory(path: string, previous: string | undefined, upcoming: string | undefined): string {
  let shared = "";
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    const directory = path.slice(0, at + 1);
    if (!previous?.startsWith(directory) && !upcoming?.startsWith(directory)) break;
    shared = directory;
  }
  return shared;
}
