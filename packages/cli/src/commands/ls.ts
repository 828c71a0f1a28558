import { Command } from "commander";
import { CredentialsProblem } from "../problems.ts";
import type { Context } from "../context.ts";
import { during } from "../failure.ts";
import { keyFilter } from "../key-filter.ts";
import { parseRemote, type ProviderName, type RemoteLocation, urlOf } from "../locations.ts";
import { formatTime, printable, sizeText, TIME_WIDTH } from "../output/text.ts";
import { addExamples, addFilterOptions, type FilterOptions, type Start } from "../shared-options.ts";

interface LsOptions extends FilterOptions {
  readonly recursive?: boolean;
  readonly bytes?: boolean;
}

/** `cosmoss ls`. */
export function lsCommand(start: Start): Command {
  const command = new Command("ls")
    .summary("list buckets, objects and directories")
    .description(
      "Lists buckets, or what is in one: objects and directories (keys folded at the next slash) that begin with what is given. Times are UTC.",
    )
    .argument(
      "[url]",
      "oss:// or cos:// for buckets; oss://bucket/prefix for objects; default: all buckets of both clouds",
    )
    .option("-r, --recursive", "list all keys instead of directories")
    .option("-b, --bytes", "sizes in bytes");
  addFilterOptions(command);
  addExamples(command, [
    ["cosmoss ls", "your buckets, in both clouds"],
    ["cosmoss ls oss://photos/2024/", "what is in that directory"],
    ["cosmoss ls -r oss://photos --include '*.jpg'", "all pictures in the bucket"],
    ["cosmoss ls -r --json cos://logs-1250000000", "for other programs"],
  ]);
  return command.action(start(ls));
}

async function ls(context: Context, options: LsOptions, [url]: string[]): Promise<void> {
  if (url === undefined) return listBothClouds(context);
  const location = parseRemote(url);
  await during(`ls ${url}`, () =>
    location.bucket === "" ? listBuckets(context, location.provider) : listObjects(context, options, location),
  );
}

/** A cloud for which there are no credentials is left out, unless there are none at all. */
async function listBothClouds(context: Context): Promise<void> {
  const problems: unknown[] = [];
  for (const provider of ["oss", "cos"] as const) {
    try {
      await during(`ls ${provider}://`, () => listBuckets(context, provider));
    } catch (error) {
      if (!(error instanceof Error && error.cause instanceof CredentialsProblem)) throw error;
      problems.push(error);
    }
  }
  if (problems.length === 2) throw problems[0];
}

async function listBuckets({ clouds, printer, interrupt }: Context, provider: ProviderName): Promise<void> {
  const service = await clouds.service(provider);
  for await (const page of service.buckets({ signal: interrupt.signal })) {
    for (const { name, location, created } of page) {
      const url = urlOf({ provider, bucket: name, key: "" });
      await printer.answer(
        { type: "bucket", url, name, location, created },
        `${formatTime(created)}  ${location.padEnd(18)}  ${url}`,
      );
    }
    await printer.flush();
  }
}

async function listObjects(
  { clouds, printer, interrupt }: Context,
  options: LsOptions,
  { provider, bucket, key: prefix }: RemoteLocation,
): Promise<void> {
  const service = await clouds.service(provider, bucket);
  const chosen = await keyFilter(options);
  const directory = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const send = { signal: interrupt.signal, ...(!options.recursive && { delimiter: "/" }) };
  const width = options.bytes ? 13 : 10;
  for await (const page of service.list(bucket, prefix, send)) {
    for (const entry of page) {
      if ("prefix" in entry) {
        const url = urlOf({ provider, bucket, key: entry.prefix });
        await printer.answer(
          { type: "directory", url, prefix: entry.prefix },
          `${"".padEnd(TIME_WIDTH)}  ${"dir".padStart(width)}  ${printable(url)}`,
        );
        continue;
      }
      const { key, size, modified, etag, storageClass } = entry;
      if (!chosen(key.slice(directory.length))) continue;
      const url = urlOf({ provider, bucket, key });
      await printer.answer(
        { type: "object", url, key, size, lastModified: modified, etag, storageClass },
        `${formatTime(modified)}  ${sizeText(size, { exact: options.bytes }).padStart(width)}  ${printable(url)}`,
      );
    }
    await printer.flush();
  }
}
