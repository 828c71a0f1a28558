import { Command } from "commander";
import type { Context } from "../context.ts";
import { during } from "../failure.ts";
import { parseBucket, urlOf } from "../locations.ts";
import { addDryRun, addExamples, type Start } from "../shared-options.ts";

interface MbOptions {
  readonly acl?: string;
  readonly storageClass?: string;
  readonly dryRun?: boolean;
}

/** `cosmoss mb`. */
export function mbCommand(start: Start): Command {
  const command = new Command("mb")
    .summary("make a bucket")
    .description("Makes a bucket, in the region of --region or of the profile.")
    .argument("<url>", "oss://bucket or cos://bucket-appid")
    .option("--acl <acl>", "private (default), public-read or public-read-write")
    .option("--storage-class <class>", "of what is stored in it, as the provider calls it");
  addDryRun(command);
  addExamples(command, [
    ["cosmoss mb oss://photos --region cn-hangzhou", "a bucket of OSS"],
    ["cosmoss mb cos://photos-1250000000", "a bucket of COS: its name ends in your AppID"],
  ]);
  return command.action(start(mb));
}

async function mb({ clouds, printer, interrupt }: Context, options: MbOptions, [url = ""]: string[]): Promise<void> {
  const location = parseBucket(url);
  const { acl, storageClass, dryRun } = options;
  const name = urlOf(location);
  if (dryRun) return printer.answer({ event: "would-make", url: name }, `would make ${name}`);
  await during(`mb ${name}`, async () => {
    const service = await clouds.service(location.provider, location.bucket);
    await service.makeBucket(location.bucket, { acl, storageClass }, { signal: interrupt.signal });
  });
  await printer.event({ event: "made", url: name }, `made ${name}`);
}
