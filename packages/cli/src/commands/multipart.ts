import { Command } from "commander";
import { confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import { during } from "../failure.ts";
import { parseInBucket, type RemoteLocation, urlOf } from "../locations.ts";
import { count, formatTime, printable } from "../output/text.ts";
import { NotFound, UsageError } from "../problems.ts";
import { addDryRun, addExamples, addYes, type Start } from "../shared-options.ts";
import { parseDuration } from "../sizes.ts";

interface LsOptions {
  readonly olderThan?: string;
}

interface AbortOptions extends LsOptions {
  readonly uploadId?: string;
  readonly recursive?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** `cosmoss multipart`. */
export function multipartCommand(start: Start): Command {
  const command = new Command("multipart")
    .summary("list and abort unfinished uploads")
    .description(
      "Uploads in parts that were neither completed nor aborted. Their parts are stored, and paid for, until then. An upload that cosmoss is to resume is one of them.",
    );
  const ls = new Command("ls")
    .summary("list unfinished uploads")
    .description("Lists unfinished uploads: when they began (UTC), their id, and where to.")
    .argument("<url>", "oss://bucket/prefix or cos://bucket-appid/prefix")
    .option("--older-than <time>", "only those begun longer ago, as 12h or 7d");
  addExamples(ls, [["cosmoss multipart ls oss://photos", "all in a bucket"]]);
  const abort = new Command("abort")
    .summary("abort unfinished uploads")
    .description(
      "Aborts the unfinished uploads of an object, or with --recursive of all whose keys begin with what is given.",
    )
    .argument("<url>", "oss://bucket/key or cos://bucket-appid/key")
    .option("--upload-id <id>", "only this one")
    .option("-r, --recursive", "of all keys that begin with this")
    .option("--older-than <time>", "only those begun longer ago, as 12h or 7d");
  addDryRun(addYes(abort));
  addExamples(abort, [
    ["cosmoss multipart abort oss://photos/big.iso", "of one object"],
    ["cosmoss multipart abort -r --older-than 7d oss://photos", "clear up a bucket"],
  ]);
  return command.addCommand(ls.action(start(list))).addCommand(abort.action(start(abortUploads)));
}

interface Found {
  readonly Key: string;
  readonly UploadId: string;
  readonly Initiated: Date;
}

async function* find(
  { clouds, interrupt, environment }: Context,
  { provider, bucket, key }: RemoteLocation,
  { olderThan }: LsOptions,
): AsyncGenerator<Found> {
  const age = olderThan === undefined ? undefined : parseDuration("--older-than", olderThan);
  const { port } = await clouds.service(provider, bucket);
  const before = age === undefined ? Infinity : environment.clock.now() - age * 1000;
  for await (const found of port.listUploads({ Bucket: bucket, Prefix: key }, { signal: interrupt.signal })) {
    if (found.Initiated.getTime() <= before) yield found;
  }
}

async function list(context: Context, options: LsOptions, [url = ""]: string[]): Promise<void> {
  const location = parseInBucket(url);
  await during(`multipart ls ${url}`, async () => {
    for await (const { Key, UploadId, Initiated } of find(context, location, options)) {
      const object = urlOf({ ...location, key: Key });
      await context.printer.answer(
        { url: object, uploadId: UploadId, initiated: Initiated },
        `${formatTime(Initiated)}  ${UploadId}  ${printable(object)}`,
      );
    }
  });
}

async function abortUploads(context: Context, options: AbortOptions, [url = ""]: string[]): Promise<void> {
  const { clouds, printer, interrupt } = context;
  const location = parseInBucket(url);
  const { recursive, uploadId, yes, dryRun } = options;
  if (recursive && uploadId !== undefined) throw new UsageError("--upload-id and --recursive exclude each other");
  if (!recursive && location.key === "") {
    throw new UsageError("this is a bucket", "add --recursive to abort all uploads in it, or name an object");
  }
  if (recursive && !yes && !dryRun) await confirm(context, `abort all unfinished uploads to ${url}?`);
  await during(`multipart abort ${url}`, async () => {
    const { port } = await clouds.service(location.provider, location.bucket);
    let aborted = 0;
    for await (const { Key, UploadId } of find(context, location, options)) {
      if (!recursive && (Key !== location.key || (uploadId !== undefined && UploadId !== uploadId))) continue;
      const object = urlOf({ ...location, key: Key });
      const shown = `${printable(object)} (${UploadId})`;
      if (dryRun) {
        await printer.answer({ event: "would-abort", url: object, uploadId: UploadId }, `would abort ${shown}`);
      } else {
        await port.abort({ Bucket: location.bucket, Key, UploadId }, { signal: interrupt.signal });
        await printer.event({ event: "aborted", url: object, uploadId: UploadId }, `aborted ${shown}`);
      }
      aborted++;
    }
    if (aborted === 0 && !recursive) {
      throw new NotFound("no such upload is under way", "see what is with cosmoss multipart ls");
    }
    if (recursive) printer.note(`${dryRun ? "would abort" : "aborted"} ${count(aborted, "upload")}`);
  });
}
