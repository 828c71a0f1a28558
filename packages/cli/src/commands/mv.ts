import { unlink } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import type { Context } from "../context.ts";
import { forEach } from "../each.ts";
import { during } from "../failure.ts";
import { type Location, textOf } from "../locations.ts";
import { planTransfers } from "../plan-transfers.ts";
import { UsageError } from "../problems.ts";
import { runJobs } from "../run-jobs.ts";
import { runTree } from "../run-tree.ts";
import { addDryRun, addExamples, addFilterOptions, type FilterOptions, type Start } from "../shared-options.ts";
import { deleteUnchanged, stateOfFile, stateOfObject } from "../source-states.ts";
import type { TransferJob } from "../transfer-job.ts";
import { addTransferOptions, type TransferOptions } from "../transfer-options.ts";

interface MvOptions extends TransferOptions, FilterOptions {
  readonly recursive?: boolean;
}

/** `cosmoss mv`. */
export function mvCommand(start: Start): Command {
  const command = new Command("mv")
    .summary("move files and objects: up, down, between clouds")
    .description(
      `Copies as cosmoss cp does, and deletes each source once its copy has arrived and is the same.
A source that changes meanwhile stays where it is, and is named.

A target that ends with a slash, is a whole bucket or an existing directory means: into it, under the same name.`,
    )
    .argument("<paths...>", "one or more sources, and the target")
    .option("-r, --recursive", "move directories");
  addDryRun(addTransferOptions(addFilterOptions(command)));
  addExamples(command, [
    ["cosmoss mv oss://photos/cat.jpg oss://photos/2024/", "within a bucket"],
    ["cosmoss mv -r ./logs oss://backup/logs/ --include '*.gz'", "up, and gone here"],
  ]);
  return command.action(start(mv));
}

async function mv(context: Context, options: MvOptions, paths: string[]): Promise<void> {
  const { jobs, trees } = await planTransfers(context, options, paths, { command: "mv" });
  for (const { from, to } of [...jobs, ...trees]) {
    if (from.kind === "stream" || to.kind === "stream") throw new UsageError("- cannot be moved", "use cp");
    if (textOf(from) === textOf(to)) throw new UsageError(`${textOf(from)} is there already`);
  }
  const places = trees.map(({ from, to }) => {
    const what = `mv ${textOf(from)} to ${textOf(to)}`;
    return () => during(what, () => runTree(context, { ...options, move: true }, from, to));
  });
  if (jobs.length > 0) places.push(() => moveFiles(context, options, jobs));
  await forEach(context, places, (work) => work());
}

async function moveFiles(context: Context, { dryRun = false }: MvOptions, jobs: readonly TransferJob[]): Promise<void> {
  const before = new Map<TransferJob, PromiseSettledResult<string | undefined>>();
  if (!dryRun) {
    const { pool } = context.clouds;
    const states = await Promise.allSettled(jobs.map(({ from }) => pool.run(() => stateOf(context, from))));
    for (const [index, state] of states.entries()) before.set(jobs[index]!, state);
  }
  await runJobs(context, jobs, {
    dryRun,
    async afterwards(job) {
      const { from } = job;
      const state = before.get(job)!;
      // Without knowing what it was, nobody can tell that it is still the same.
      if (state.status === "rejected") throw state.reason;
      const stateNow = (): Promise<string | undefined> => stateOf(context, from);
      await deleteUnchanged(textOf(from), state.value, stateNow, () => remove(context, from));
    },
  });
}

async function remove({ clouds, environment }: Context, from: Location): Promise<void> {
  if (from.kind === "remote") {
    const { port } = await clouds.service(from.provider, from.bucket);
    await port.delete({ Bucket: from.bucket, Key: from.key });
  } else if (from.kind === "local") await unlink(resolve(environment.cwd, from.path));
}

/** What changes when a file or object does; nothing where there is none. */
async function stateOf({ clouds, environment, interrupt }: Context, from: Location): Promise<string | undefined> {
  if (from.kind === "local") return stateOfFile(resolve(environment.cwd, from.path));
  if (from.kind === "stream") return undefined;
  const { port } = await clouds.service(from.provider, from.bucket);
  return stateOfObject(port, { Bucket: from.bucket, Key: from.key }, { signal: interrupt.signal });
}
