import { Command } from "commander";
import type { Context } from "../context.ts";
import { forEach } from "../each.ts";
import { during } from "../failure.ts";
import { keyFilter } from "../key-filter.ts";
import { parseInBucket, type RemoteLocation, urlOf } from "../locations.ts";
import { count, printable, sizeText } from "../output/text.ts";
import { addExamples, addFilterOptions, type FilterOptions, type Start } from "../shared-options.ts";
import { parseCount } from "../sizes.ts";

interface DuOptions extends FilterOptions {
  readonly bytes?: boolean;
  readonly depth?: string;
}

interface Sum {
  bytes: number;
  objects: number;
}

/** `cosmoss du`. */
export function duCommand(start: Start): Command {
  const command = new Command("du")
    .summary("add up the sizes of objects")
    .description(
      "Adds up the sizes of all objects whose keys begin with what is given. Versions and unfinished uploads do not count.",
    )
    .argument("<urls...>", "oss://bucket/prefix or cos://bucket-appid/prefix")
    .option("-d, --depth <number>", "also directories, so many levels down", "0")
    .option("-b, --bytes", "sizes in bytes");
  addFilterOptions(command);
  addExamples(command, [
    ["cosmoss du oss://photos", "the whole bucket"],
    ["cosmoss du --depth 1 oss://photos/2024/", "and each directory in it"],
  ]);
  return command.action(start(du));
}

async function du(context: Context, options: DuOptions, urls: string[]): Promise<void> {
  const depth = parseCount("--depth", options.depth ?? "0", 0, 100);
  const locations = urls.map(parseInBucket);
  await forEach(context, locations, (one) => during(`du ${urlOf(one)}`, () => addUp(context, options, one, depth)));
}

async function addUp(
  { clouds, printer, interrupt }: Context,
  options: DuOptions,
  { provider, bucket, key: prefix }: RemoteLocation,
  depth: number,
): Promise<void> {
  const service = await clouds.service(provider, bucket);
  const chosen = await keyFilter(options);
  const directory = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const total: Sum = { bytes: 0, objects: 0 };
  const sums = new Map<string, Sum>();
  for await (const page of service.list(bucket, prefix, { signal: interrupt.signal })) {
    for (const entry of page) {
      if ("prefix" in entry) continue;
      const relative = entry.key.slice(directory.length);
      if (!chosen(relative)) continue;
      add(total, entry.size);
      const parts = relative.split("/").slice(0, -1);
      for (let level = 1; level <= Math.min(depth, parts.length); level++) {
        const name = `${directory}${parts.slice(0, level).join("/")}/`;
        let sum = sums.get(name);
        if (!sum) sums.set(name, (sum = { bytes: 0, objects: 0 }));
        add(sum, entry.size);
      }
    }
  }
  for (const [key, sum] of [...sums, [prefix, total] as const]) {
    const url = urlOf({ provider, bucket, key });
    await printer.answer(
      { url, ...sum },
      `${sizeText(sum.bytes, { exact: options.bytes }).padStart(10)}  ${count(sum.objects, "object").padStart(14)}  ${printable(url)}`,
    );
  }
}

function add(sum: Sum, bytes: number): void {
  sum.bytes += bytes;
  sum.objects++;
}
