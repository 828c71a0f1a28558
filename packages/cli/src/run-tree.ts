import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  type FilesEnd,
  type ObjectsEnd,
  prefix,
  sync,
  type SyncAction,
  type SyncCompare,
  type SyncEnd,
  SyncError,
  type SyncResult,
} from "@cosmoss/transfer";
import { directory } from "@cosmoss/transfer/fs";
import { adviceOn } from "./again.ts";
import { Chain } from "./chain.ts";
import { confirm } from "./confirm.ts";
import type { Context } from "./context.ts";
import { someFailed } from "./exit-codes.ts";
import { Failure } from "./failure.ts";
import { directoryPrefix, type LocalLocation, type Location, type RemoteLocation, textOf, urlOf } from "./locations.ts";
import { createDisplay } from "./output/create-display.ts";
import { reportFailure, reportSums, reportTransfer, type TransferKind } from "./output/reports.ts";
import { count, printable } from "./output/text.ts";
import { NotFound, Refused, UsageError } from "./problems.ts";
import { runTask } from "./run-task.ts";
import type { FilterOptions } from "./shared-options.ts";
import { attributesFor, type TransferOptions, transferSettings } from "./transfer-options.ts";
import { TreeRemoval } from "./tree-removal.ts";

/** Options of {@link runTree}. */
export interface TreeOptions extends TransferOptions, FilterOptions {
  /** How to see what is the same on both sides; absent: everything is transferred, whatever is there. */
  readonly compare?: SyncCompare;
  /** Delete at the target what the source does not have. */
  readonly delete?: boolean;
  /** Do not ask. */
  readonly yes?: boolean;
  /** Delete from the source what was transferred. */
  readonly move?: boolean;
}

/** So many failures are looked at for the exit code. */
const MAX_KEPT = 1000;

type Place = LocalLocation | RemoteLocation;

/** Transfers everything below one place to below another. Throws when something failed, after the rest is done. */
export async function runTree(context: Context, options: TreeOptions, from: Location, to: Location): Promise<void> {
  if (from.kind === "stream" || to.kind === "stream")
    throw new UsageError("- is no directory", "leave out --recursive");
  if (from.kind === "local" && to.kind === "local") {
    throw new UsageError("both are directories of this machine", "use the commands of your shell");
  }
  await transferTree(context, options, from, to);
}

async function transferTree(context: Context, options: TreeOptions, from: Place, to: Place): Promise<void> {
  const { printer, clouds, environment, interrupt } = context;
  const { clock } = environment;
  const kind: TransferKind = to.kind === "local" ? "download" : from.kind === "local" ? "upload" : "copy";
  if (from.kind === "local" && !(await stat(resolve(environment.cwd, from.path))).isDirectory()) {
    throw new UsageError(`${from.path} is no directory`, "copy it with cosmoss cp");
  }
  if (to.kind === "local") await checkTarget(resolve(environment.cwd, to.path), to.path);
  const source = await endOf(context, from, undefined);
  const target = await endOf(context, to, { options, isCopy: kind === "copy" });
  if (options.delete && !options.dryRun && !options.yes && (await isEmpty(source))) {
    await confirm(context, `there is nothing in the source; delete everything in ${textOf(to)}?`);
  }
  const { checkpoints, ...settings } = transferSettings(options, environment);
  const { dryRun = false, compare, include, exclude, move = false } = options;

  clouds.triesAgain = true;
  if (!dryRun) {
    const done = compare === undefined && !move ? "copied" : "skipped";
    interrupt.advice = adviceOn({ resumes: checkpoints !== undefined, done });
  }
  const display = createDisplay(context, { several: true });
  const root = from.kind === "local" ? resolve(environment.cwd, from.path) : "";
  const removal = move && !dryRun ? new TreeRemoval(context, source, root) : undefined;
  const failures: unknown[] = [];
  let failed = 0;
  const begun = clock.now();
  const chain = new Chain((error) => void task.cancel({ reason: error }));
  const task = sync(removal?.source ?? source, compare === undefined ? asEmpty(target) : target, {
    ...settings,
    ...(checkpoints && { checkpoints }),
    ...(compare !== undefined && { compare }),
    ...(include && { include }),
    ...(exclude && { exclude }),
    delete: options.delete ?? false,
    dryRun,
    onProgress: (progress) => display.total(progress),
    onFileProgress: (path, progress) => display.file(below(from, path), progress),
    onAction(action) {
      display.ended(below(from, action.path));
      if (action.kind === "skip") return;
      chain.add(() => report(action));
    },
  });

  async function report(action: SyncAction): Promise<void> {
    const { path, size } = action;
    if (action.kind === "skip") return;
    if (action.kind === "fail" || action.kind === "refuse") {
      // What Ctrl-C stopped has not failed.
      if (interrupt.requested) return;
      const reason =
        action.kind === "fail" ? action.error : new Refused(action.reason, "copy it by itself, to another name");
      const name = `${kind} ${below(from, path)}`;
      const failure = new Failure(name, reason);
      failed++;
      if (failures.length < MAX_KEPT) failures.push(failure);
      return reportFailure(printer, failure, { name });
    }
    const url = below(to, path);
    if (action.kind === "delete") {
      if (dryRun) return printer.answer({ event: "would-delete", url }, `would delete ${printable(url)}`);
      return printer.event({ event: "deleted", url }, `deleted ${printable(url)}`);
    }
    const stays = removal !== undefined && !(await removal.remove(path, below(from, path)));
    if (stays) failed++;
    await reportTransfer(
      printer,
      {
        kind,
        from: below(from, path),
        to: url,
        size,
        moved: move && !stays,
        more: compare && { reason: action.reason },
      },
      { dryRun },
    );
  }

  let result: SyncResult;
  try {
    result = await runTask(interrupt, task, { keep: checkpoints !== undefined });
    await chain.settled;
  } catch (error) {
    await chain.settled;
    if (!SyncError.isInstance(error)) throw error;
    result = error.result;
  } finally {
    display.close();
  }
  if (removal && failed === 0) await removal.removeFolders(options);
  for (const { path, reason } of result.ignored)
    printer.note(`cosmoss: warning: ${printable(path)} is left out: ${reason}`);
  const { transferred, bytes, deleted, skipped: same } = result;
  const seconds = (clock.now() - begun) / 1000;
  if (
    from.kind === "remote" &&
    compare === undefined &&
    transferred + same + failed + result.excluded + result.folders === 0
  ) {
    throw new NotFound(
      `nothing is in ${urlOf({ ...from, key: directoryPrefix(from.key) })}`,
      "see what is there with cosmoss ls",
    );
  }
  await reportSums(printer, { transferred, bytes, deleted, same, failed, seconds }, { dryRun });
  if (failed > 0) throw someFailed(`${count(failed, "file")} failed`, failures, transferred + deleted);
}

async function endOf(
  { environment, clouds }: Context,
  location: Place,
  target: { options: TreeOptions; isCopy: boolean } | undefined,
): Promise<SyncEnd> {
  if (location.kind === "local") return directory(resolve(environment.cwd, location.path));
  const service = await clouds.service(location.provider, location.bucket);
  const attributes = target && attributesFor(target.options, service, target);
  const place = { Bucket: location.bucket, Prefix: directoryPrefix(location.key) };
  return prefix(service.port, place, attributes ? { attributes } : {});
}

/** Otherwise every file would fail for this same reason, after it was fetched. */
async function checkTarget(path: string, shown: string): Promise<void> {
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    (error: NodeJS.ErrnoException) => error.code !== "ENOTDIR",
  );
  if (!isDirectory) throw new UsageError(`${shown} is no directory`, "give another target");
}

/** A slip of the pen in the name of the source looks just like this. */
async function isEmpty(end: SyncEnd): Promise<boolean> {
  const entries = end.kind === "objects" ? end.port.list(end) : end.list({ missing: "fail" });
  for await (const _entry of entries) return false;
  return true;
}

/** The target, looking as if nothing were there, so that everything is transferred. */
function asEmpty(target: SyncEnd): SyncEnd {
  async function* list(): AsyncGenerator<never> {}
  if (target.kind === "objects") return { ...target, port: { ...target.port, list } } satisfies ObjectsEnd;
  return {
    ...target,
    list,
    async guard() {
      const guard = await target.guard();
      return {
        visit: (path, options) => guard.visit(path, options),
        // A file that is there is to be replaced.
        inspect: (path) => guard.inspect(path, { found: true }),
      };
    },
  } satisfies FilesEnd;
}

function below(location: Place, path: string): string {
  if (location.kind === "local") return join(location.path, path);
  return urlOf({ ...location, key: `${directoryPrefix(location.key)}${path}` });
}
