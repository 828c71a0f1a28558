import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Context } from "./context.ts";
import { during } from "./failure.ts";
import { type Location, parseLocation, textOf } from "./locations.ts";
import { UsageError } from "./problems.ts";
import type { FilterOptions } from "./shared-options.ts";
import { ignoresCase, TakenNames } from "./taken-names.ts";
import { nameOf, readTarget, within } from "./targets.ts";
import { type TransferJob, transferJob } from "./transfer-job.ts";
import type { TransferOptions } from "./transfer-options.ts";

/** What a command line of `cp` or `mv` means. */
export interface Plan {
  /** Single files and objects. */
  readonly jobs: TransferJob[];
  /** Directories. */
  readonly trees: { readonly from: Location; readonly to: Location }[];
}

/** Reads the operands: sources, and at the end the target. Looks at files of this machine, and at nothing else. */
export async function planTransfers(
  context: Context,
  options: TransferOptions & FilterOptions & { recursive?: boolean },
  paths: readonly string[],
  { command }: { command: string },
): Promise<Plan> {
  const { environment } = context;
  if (paths.length < 2) throw new UsageError(`${command}: a target is missing`, `see cosmoss ${command} --help`);
  if (!options.recursive && (options.include ?? options.exclude)) {
    throw new UsageError(`${command}: --include and --exclude need --recursive`);
  }
  const sources = paths.slice(0, -1).map(parseLocation);
  const target = await readTarget(parseLocation(paths.at(-1)!), environment);
  if (sources.length > 1 && !target.isDirectory) {
    throw new UsageError(`${command}: several sources need a directory as target`, "end it with a slash");
  }
  const several = sources.length > 1;
  const taken = new TakenNames({ ignoresCase: several && (await ignoresCase(target.location, environment)) });
  const plan: Plan = { jobs: [], trees: [] };
  for (const from of sources) {
    await during(`${command} ${textOf(from)}`, async () => {
      // A dry run starts no job, so it could not tell what fails later.
      const failure = several && !options.dryRun ? await failureOf(context, from, target.location) : undefined;
      const tree = failure === undefined && (await isTree(context, from, options));
      // The content of one directory; several directories keep their names.
      const to =
        several || (target.isDirectory && !tree)
          ? within(target.location, tree ? treeName(from, environment) : nameOf(from, environment), environment)
          : target.location;
      const other = taken.take({ from, to, tree });
      if (other) {
        throw new UsageError(
          `${textOf(other)} and ${textOf(from)} would both become ${textOf(to)}`,
          "one of them needs another target",
        );
      }
      if (tree) plan.trees.push({ from, to });
      else if (failure === undefined) plan.jobs.push(await transferJob(context, options, from, to));
      else plan.jobs.push(failedJob(from, to, failure));
    });
  }
  return plan;
}

/** Why one of several files for a cloud cannot be looked at. */
async function failureOf({ environment }: Context, from: Location, target: Location): Promise<Error | undefined> {
  if (from.kind !== "local" || target.kind !== "remote") return undefined;
  return stat(resolve(environment.cwd, from.path)).then(
    () => undefined,
    (error: Error) => error,
  );
}

/** One that fails when its turn comes, and stops none of the others. */
function failedJob(from: Location, to: Location, failure: Error): TransferJob {
  return {
    kind: "upload",
    from,
    to,
    resumable: false,
    start() {
      throw failure;
    },
  };
}

async function isTree(
  { environment }: Context,
  from: Location,
  { recursive }: { recursive?: boolean },
): Promise<boolean> {
  if (!recursive) return false;
  if (from.kind !== "local") return from.kind === "remote";
  return (await stat(resolve(environment.cwd, from.path))).isDirectory();
}

function treeName(from: Location, environment: Context["environment"]): string {
  return nameOf(
    from.kind === "remote" ? { ...from, key: from.key.replace(/\/$/, "") || from.bucket } : from,
    environment,
  );
}
