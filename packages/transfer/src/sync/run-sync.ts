import { ConfigError } from "@cosmoss/errors";
import { type AttemptLimits, attemptLimits } from "../task/attempts.ts";
import type { TaskControl } from "../task/task-control.ts";
import { Removals } from "./removals.ts";
import { contentReason, listedReason } from "./sync-reasons.ts";
import { JobQueue } from "./job-queue.ts";
import { isGap, mergeListings, type PathPair } from "./merge-listings.ts";
import { NestedProgress, nestedTask } from "./nested-task.ts";
import { Obstacles, type WaitingFile } from "./obstacles.ts";
import { type PathFilter, pathFilter } from "./path-filter.ts";
import { locate, type Side, sideOf } from "./sides.ts";
import type { FilesGuard, SyncEnd, SyncEntry, SyncGap } from "./sync-end.ts";
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
  readonly #removals: Removals;
  readonly #obstacles = new Obstacles();

  constructor(control: TaskControl, job: SyncJob, { limits, filter, guard }: Means) {
    this.#control = control.fork();
    this.#job = job;
    this.#filter = filter;
    this.#guard = guard;
    this.#source = sideOf(this.#control, job.from, limits);
    this.#target = sideOf(this.#control, job.to, limits);
    this.#report = new SyncReport(job.options);
    this.#removals = new Removals({
      target: this.#target,
      begin: (work) => this.#queue.add(this.#width, work),
      onEnd: ({ path, size }, failure) => {
        if (failure) this.#fail(path, size, failure.error);
        else this.#report.deleted(path, size);
      },
    });
  }

  async run(): Promise<{ result: SyncResult }> {
    const leavesOut = (directory: string): boolean => this.#filter.leavesOutAll(directory);
    const source = this.#source.list({ missing: "fail", leavesOut });
    const target = this.#target.list({ missing: "empty", leavesOut });
    try {
      for await (const pair of mergeListings(source, target)) await this.#visit(pair);
      for (const file of this.#obstacles.passed()) await this.#decide(file);
      this.#control.meter.grow(this.#total);
      await this.#removals.begin();
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
    if (!isNameless(source) && !isNameless(target)) {
      for (const file of this.#obstacles.passed(path)) await this.#decide(file);
    }
    if (source && isGap(source)) this.#visitGap(source);
    if (target && isGap(target)) {
      this.#obstacles.stays(path);
      // What the target has beside files is looked at when something is to be written there.
      if (target.error !== undefined) this.#fail(path, 0, target.error);
    }
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
    if (target) this.#obstacles.stays(path);
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
    this.#obstacles.stays(path);
    const { compare = "size-mtime" } = this.#job.options;
    const reason = listedReason(compare, source, target);
    if (reason === "same") return this.#report.skipped(path, size);
    if (guard && !(await this.#isWritable(guard, source, { found: target !== undefined }))) return;
    if (reason) return this.#begin(source, reason);
    await this.#queue.add(this.#width, async () => {
      if (compare !== "size-mtime" && target) await this.#compare(compare, source, target);
    });
  }

  async #visitExtra({ path, size }: SyncEntry, upcoming: string | undefined): Promise<void> {
    const isKept = this.#filter.leavesOut(path) || this.#isFolder(path, this.#source) || this.#isUnknown(path);
    const isGoing = this.#job.options.delete === true && !isKept;
    this.#guard?.visit(path, { wanted: false, going: isGoing });
    if (!isGoing) return this.#obstacles.stays(path);
    this.#obstacles.goes(path);
    if (this.#job.options.dryRun) return this.#report.deleted(path, size);
    await this.#removals.add({ path, size, within: sharedDirectory(path, this.#previous, upcoming) });
  }

  readonly #width = (): number => Math.max(this.#source.concurrency, this.#target.concurrency);

  /** Whether a file may be written now; one that a deletion could make room for may have to wait. */
  async #isWritable(guard: FilesGuard, source: SyncEntry, { found }: { found: boolean }): Promise<boolean> {
    const { path } = source;
    const reason = await this.#inspect(guard, source, { found });
    if (reason === undefined) return true;
    if (typeof reason !== "string") this.#fail(path, source.size, reason.error);
    else if (this.#job.options.delete && !found) this.#obstacles.wait(source, reason);
    else this.#refuse(source, reason);
    return false;
  }

  /** Why a file may not be written, after what is in its way is deleted; or with what the disk could not be looked at. */
  async #inspect(
    guard: FilesGuard,
    { path }: SyncEntry,
    { found }: { found: boolean },
  ): Promise<string | { error: unknown } | undefined> {
    const above = this.#obstacles.fileAbove(path);
    try {
      if (above === undefined) return await this.#control.step(() => guard.inspect(path, { found }));
      // Nothing can be below a file, so that the way to it is all there is to look at before it is deleted.
      if (this.#job.options.dryRun) return await this.#control.step(() => guard.inspect(above, { found: true }));
      await this.#delete();
      return await this.#control.step(() => guard.inspect(path, { found }));
    } catch (error) {
      return { error };
    }
  }

  /** Writes a file, or refuses it, now that what is to become of the directory of its name is known. */
  async #decide({ source, refusal, isCleared }: WaitingFile): Promise<void> {
    const guard = this.#guard;
    if (!guard || !isCleared) return this.#refuse(source, refusal);
    if (!this.#job.options.dryRun) {
      await this.#delete();
      const reason = await this.#inspect(guard, source, { found: false });
      if (typeof reason === "string") return this.#refuse(source, reason);
      if (reason) return this.#fail(source.path, source.size, reason.error);
    }
    await this.#begin(source, "missing");
  }

  async #begin(source: SyncEntry, reason: SyncReason): Promise<void> {
    const { transfer, options } = this.#job;
    if (options.dryRun) return this.#report.transferred(transfer.kind, source.path, source.size, reason);
    await this.#queue.add(this.#width, () => this.#transfer(source, reason));
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

  /** Deletes all that is to go so far. */
  async #delete(): Promise<void> {
    await this.#removals.finish();
    this.#obstacles.deleted();
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

function isNameless(item: SyncEntry | SyncGap | undefined): boolean {
  return item !== undefined && isGap(item) && item.nameless === true;
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
