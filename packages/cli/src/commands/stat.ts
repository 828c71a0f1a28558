import { Command } from "commander";
import type { Context } from "../context.ts";
import { forEach } from "../each.ts";
import { during } from "../failure.ts";
import { parseInBucket, urlOf } from "../locations.ts";
import { detailLines } from "../output/text.ts";
import { addExamples, type Start } from "../shared-options.ts";
import { present } from "../services/service.ts";

/** `cosmoss stat`. */
export function statCommand(start: Start): Command {
  const command = new Command("stat")
    .summary("show what is known of objects and buckets")
    .description("Shows size, type, checksums, metadata and so on of objects, or the settings of buckets.")
    .argument("<urls...>", "oss://bucket, oss://bucket/key or the same with cos://");
  addExamples(command, [
    ["cosmoss stat oss://photos/cat.jpg", "everything about an object"],
    ["cosmoss stat cos://photos-1250000000", "about a bucket"],
    ["cosmoss stat --json oss://photos/cat.jpg", "for other programs"],
  ]);
  return command.action(start(stat));
}

async function stat(context: Context, _options: object, urls: string[]): Promise<void> {
  const { clouds, printer, interrupt } = context;
  const locations = urls.map(parseInBucket);
  await forEach(context, locations, async ({ provider, bucket, key }, index) => {
    const url = urlOf({ provider, bucket, key });
    const send = { signal: interrupt.signal };
    const details = await during(`stat ${url}`, async () => {
      const service = await clouds.service(provider, bucket);
      return key === "" ? service.statBucket(bucket, send) : service.stat(bucket, key, send);
    });
    const record = { url, ...details };
    await printer.answer(present(record), `${index > 0 ? "\n" : ""}${detailLines(record).join("\n")}`);
  });
}
