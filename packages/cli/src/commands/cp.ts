import { Command } from "commander";
import type { Context } from "../context.ts";
import { planTransfers } from "../plan-transfers.ts";
import { runJobs } from "../run-jobs.ts";
import { runTree } from "../run-tree.ts";
import { forEach } from "../each.ts";
import { during } from "../failure.ts";
import { textOf } from "../locations.ts";
import { addDryRun, addExamples, addFilterOptions, type FilterOptions, type Start } from "../shared-options.ts";
import { addTransferOptions, type TransferOptions } from "../transfer-options.ts";

interface CpOptions extends TransferOptions, FilterOptions {
  readonly recursive?: boolean;
}

/** `cosmoss cp`. */
export function cpCommand(start: Start): Command {
  const command = new Command("cp")
    .summary("copy files and objects: up, down, between clouds")
    .description(
      `Copies files to a cloud, objects to this machine, or objects within and between clouds; - is standard input or output.

A target that ends with a slash, is a whole bucket or an existing directory means: into it, under the same name.
With --recursive the content of a directory goes into the target. What is there is replaced.
Interrupted copies of large files go on where they ended when the same command is run again.
What arrives is compared with what was sent, by CRC-64.`,
    )
    .argument("<paths...>", "one or more sources, and the target")
    .option("-r, --recursive", "copy directories");
  addDryRun(addTransferOptions(addFilterOptions(command)));
  addExamples(command, [
    ["cosmoss cp big.iso oss://backup/", "to oss://backup/big.iso"],
    ["cosmoss cp *.jpg oss://photos/2024/", "several files"],
    ["cosmoss cp -r ./site oss://www --exclude '*.map'", "a directory"],
    ["cosmoss cp -r oss://photos/2024/ ./2024", "and back"],
    ["cosmoss cp oss://photos/cat.jpg cos://photos-1250000000/", "from cloud to cloud"],
    ["tar cz data | cosmoss cp - oss://backup/data.tgz", "from standard input, of any length"],
    ["cosmoss cp oss://backup/data.tgz - | tar tz", "to standard output"],
    ["cosmoss cp --limit-rate 5MB --parallel 2 big.iso oss://backup/", "gently"],
  ]);
  return command.action(start(cp));
}

async function cp(context: Context, options: CpOptions, paths: string[]): Promise<void> {
  const { jobs, trees } = await planTransfers(context, options, paths, { command: "cp" });
  const places = trees.map(({ from, to }) => {
    const what = `cp ${textOf(from)} to ${textOf(to)}`;
    return () => during(what, () => runTree(context, options, from, to));
  });
  if (jobs.length > 0) places.push(() => runJobs(context, jobs, { dryRun: options.dryRun ?? false }));
  await forEach(context, places, (work) => work());
}
