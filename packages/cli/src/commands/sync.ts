import type { SyncCompare } from "@cosmoss/transfer";
import { Command, Option } from "commander";
import type { Context } from "../context.ts";
import { during } from "../failure.ts";
import { parseLocation } from "../locations.ts";
import { runTree } from "../run-tree.ts";
import { addDryRun, addExamples, addFilterOptions, type FilterOptions, type Start } from "../shared-options.ts";
import { addTransferOptions, type TransferOptions } from "../transfer-options.ts";

interface CommandOptions extends TransferOptions, FilterOptions {
  readonly compare: SyncCompare;
  readonly delete?: boolean;
  readonly yes?: boolean;
}

/** `cosmoss sync`. */
export function syncCommand(start: Start): Command {
  const command = new Command("sync")
    .summary("make a directory or bucket the same as another")
    .description(
      `Makes the target have what the source has: transfers what is missing, newer or different. Either may be a directory, or a
directory of a bucket; not both on this machine. Run again, it transfers what changed since.

Objects whose names cannot be files here (as ../x, or two that differ in case only where that does not count) are
reported and left out; the exit code is then 1.`,
    )
    .argument("<source>", "a directory, oss://bucket/directory or cos://bucket-appid/directory")
    .argument("<target>", "the same")
    .addOption(
      new Option("--compare <how>", "what tells that files differ, beside their sizes")
        .choices(["size-mtime", "etag", "crc64"])
        .default("size-mtime"),
    )
    .option("--delete", "delete at the target what the source does not have; asks when that is everything")
    .option("-y, --yes", "do not ask whether you are sure");
  addDryRun(addTransferOptions(addFilterOptions(command)));
  addExamples(command, [
    ["cosmoss sync ./site oss://www --delete", "publish a directory"],
    ["cosmoss sync oss://photos cos://photos-1250000000", "from cloud to cloud"],
    ["cosmoss sync oss://photos/2024/ ./2024 --dry-run", "only say what would be done"],
    ["cosmoss sync ./data oss://backup/data/ --compare crc64", "by content"],
  ]);
  return command.action(start(syncAll));
}

async function syncAll(context: Context, options: CommandOptions, [source = "", target = ""]: string[]): Promise<void> {
  const from = parseLocation(source);
  const to = parseLocation(target);
  await during(`sync ${source} to ${target}`, () => runTree(context, options, from, to));
}
