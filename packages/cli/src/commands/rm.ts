import { ServiceError } from "@cosmoss/errors";
import { Command } from "commander";
import { confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import { forEach } from "../each.ts";
import { during } from "../failure.ts";
import { keyFilter } from "../key-filter.ts";
import { directoryPrefix, parseInBucket, type RemoteLocation, urlOf } from "../locations.ts";
import { count } from "../output/text.ts";
import { NotFound, SomeFailed, UsageError } from "../problems.ts";
import { removeObjects } from "../remove-objects.ts";
import { addDryRun, addExamples, addFilterOptions, addYes, type FilterOptions, type Start } from "../shared-options.ts";

interface RmOptions extends FilterOptions {
  readonly recursive?: boolean;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** `cosmoss rm`. */
export function rmCommand(start: Start): Command {
  const command = new Command("rm")
    .summary("delete objects")
    .description(
      "Deletes objects. With --recursive a URL means a directory: oss://photos/2024 stands for the keys that begin with 2024/, and oss://photos for all.",
    )
    .argument("<urls...>", "oss://bucket/key or cos://bucket-appid/key")
    .option("-r, --recursive", "all objects in these directories");
  addFilterOptions(command);
  addYes(command).option("-f, --force", "neither ask nor mind what is not there");
  addDryRun(command);
  addExamples(command, [
    ["cosmoss rm oss://photos/cat.jpg", "one object"],
    ["cosmoss rm -r oss://photos/2023/", "a directory, after a question"],
    ["cosmoss rm -r --yes oss://photos --include '*.tmp'", "without one"],
    ["cosmoss rm -r --dry-run oss://photos/2023/", "only say what would go"],
  ]);
  return command.action(start(rm));
}

async function rm(context: Context, options: RmOptions, urls: string[]): Promise<void> {
  const locations = urls.map(parseInBucket);
  const { recursive, yes, force, dryRun } = options;
  if (!recursive) {
    for (const { key } of locations) {
      if (key === "") throw new UsageError("rm deletes objects, and this is a bucket", "add --recursive, or use rb");
    }
    if (options.include ?? options.exclude) throw new UsageError("--include and --exclude need --recursive");
    return forEach(context, locations, (one) => during(`rm ${urlOf(one)}`, () => removeOne(context, options, one)));
  }
  const places = locations.map((one) => ({ ...one, key: directoryPrefix(one.key) }));
  if (!yes && !force && !dryRun) {
    await confirm(context, `delete everything in ${places.map(urlOf).join(", ")}?`);
  }
  await forEach(context, places, (one) => during(`rm ${urlOf(one)}`, () => removeAll(context, options, one)));
}

async function removeOne(
  { clouds, printer, interrupt }: Context,
  { force, dryRun }: RmOptions,
  location: RemoteLocation,
): Promise<void> {
  const { provider, bucket: Bucket, key: Key } = location;
  const { port } = await clouds.service(provider, Bucket);
  const { signal } = interrupt;
  // Services say yes to deleting what is not there, which hides a slip of the pen.
  if (!force) {
    await port.head({ Bucket, Key }, { signal }).catch((error: unknown) => {
      // Who may delete may not be allowed to look.
      if (!ServiceError.isInstance(error) || error.statusCode !== 403) throw error;
    });
  }
  const url = urlOf(location);
  if (dryRun) return printer.answer({ event: "would-delete", url }, `would delete ${url}`);
  await port.delete({ Bucket, Key }, { signal });
  await printer.event({ event: "deleted", url }, `deleted ${url}`);
}

async function removeAll(context: Context, options: RmOptions, place: RemoteLocation): Promise<void> {
  const { deleted, failed } = await removeObjects(context, place, {
    chosen: await keyFilter(options),
    dryRun: options.dryRun ?? false,
  });
  if (deleted + failed === 0 && !options.force) throw new NotFound("nothing is there", "see what is with cosmoss ls");
  context.printer.note(`${options.dryRun ? "would delete" : "deleted"} ${count(deleted, "object")}`);
  if (failed > 0) throw new SomeFailed(`${count(failed, "object")} could not be deleted`);
}
