import { Command } from "commander";
import { confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import { during } from "../failure.ts";
import { parseBucket, urlOf } from "../locations.ts";
import { count } from "../output/text.ts";
import { SomeFailed } from "../problems.ts";
import { removeObjects } from "../remove-objects.ts";
import { addDryRun, addExamples, addYes, type Start } from "../shared-options.ts";

interface RbOptions {
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** `cosmoss rb`. */
export function rbCommand(start: Start): Command {
  const command = new Command("rb")
    .summary("remove a bucket")
    .description("Removes a bucket, which must be empty unless --force is given.")
    .argument("<url>", "oss://bucket or cos://bucket-appid")
    .option("-f, --force", "delete all objects and abort all uploads in it first; asks, unless with --yes");
  addDryRun(addYes(command));
  addExamples(command, [
    ["cosmoss rb oss://photos", "an empty bucket"],
    ["cosmoss rb --force --yes cos://scratch-1250000000", "with everything in it, without a question"],
  ]);
  return command.action(start(rb));
}

async function rb(context: Context, options: RbOptions, [url = ""]: string[]): Promise<void> {
  const { clouds, printer, interrupt } = context;
  const location = parseBucket(url);
  const { force, yes, dryRun = false } = options;
  const name = urlOf(location);
  if (force && !yes && !dryRun) await confirm(context, `delete ${name} and everything in it?`);
  await during(`rb ${name}`, async () => {
    const service = await clouds.service(location.provider, location.bucket);
    const { signal } = interrupt;
    if (force) {
      const { failed } = await removeObjects(context, location, { chosen: () => true, dryRun });
      if (failed > 0) throw new SomeFailed(`${count(failed, "object")} could not be deleted`);
      for await (const { Key, UploadId } of service.port.listUploads({ Bucket: location.bucket }, { signal })) {
        if (!dryRun) await service.port.abort({ Bucket: location.bucket, Key, UploadId }, { signal });
      }
    }
    if (dryRun) return printer.answer({ event: "would-remove", url: name }, `would remove ${name}`);
    await service.removeBucket(location.bucket, { signal });
    await printer.event({ event: "removed", url: name }, `removed ${name}`);
  });
}
