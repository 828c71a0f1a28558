import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Context } from "./context.ts";
import { during } from "./failure.ts";
import { type Location, parseLocation, textOf } from "./locations.ts";
import { UsageError } from "./problems.ts";
import type { FilterOptions } from "./shared-options.ts";
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
  const plan: Plan = { jobs: [], trees: [] };
  for (const from of sources) {
    await during(`${command} ${textOf(from)}`, async () => {
      if (await isTree(context, from, options)) {
        // The content of one directory; several directories keep their names.
        const to =
          sources.length === 1 ? target.location : within(target.location, treeName(from, environment), environment);
        plan.trees.push({ from, to });
      } else {
        const to = target.isDirectory
          ? within(target.location, nameOf(from, environment), environment)
          : target.location;
        plan.jobs.push(await transferJob(context, options, from, to));
      }
    });
  }
  return plan;
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
