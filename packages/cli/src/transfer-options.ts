import type { CheckpointStore } from "@cosmoss/checkpoint";
import type { PartOptions } from "@cosmoss/transfer";
import type { Command } from "commander";
import mime from "mime";
import type { Environment } from "./environment.ts";
import { UsageError } from "./problems.ts";
import { resumeDirectory } from "./resume-directory.ts";
import type { ObjectAttributes, Service } from "./services/service.ts";
import { repeatable } from "./shared-options.ts";
import { parseDuration, parseSize } from "./sizes.ts";

/** Options of what transfers. */
export interface TransferOptions {
  readonly parallel?: string;
  readonly partSize?: string;
  readonly limitRate?: string;
  readonly resume?: boolean;
  readonly dryRun?: boolean;
  readonly retryFor?: string;
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly storageClass?: string;
  readonly acl?: string;
  readonly meta?: string[];
}

/** Adds {@link TransferOptions}. */
export function addTransferOptions(command: Command): Command {
  return command
    .option("--parallel <number>", "how many requests at a time (default: 6)")
    .option("--part-size <size>", "of large files, as 8MiB or 512k (default: 8MiB or more, by the size)")
    .option("--limit-rate <size>", "bytes per second for everything together, as 5MB or 1MiB")
    .option("--resume", "go on where the same command was interrupted", true)
    .option("--no-resume", "begin anew, and leave nothing behind when interrupted")
    .option("--retry-for <time>", "how long to try again while nothing gets through, as 90, 10m or 2h (default: 2m)")
    .option("--content-type <type>", "default: by the extension of the name")
    .option("--cache-control <text>", "how long browsers may keep it")
    .option("--content-disposition <text>", "whether browsers show or save it")
    .option("--content-encoding <text>", "as gzip, when the content is compressed")
    .option("--storage-class <class>", "as the provider calls it: IA, STANDARD_IA ...")
    .option("--acl <acl>", "private, public-read ...; default: the bucket's")
    .option("--meta <name=value>", "user metadata; may be repeated", repeatable);
}

/** How large parts are, how long they are tried, and whether transfers can be resumed. */
export function transferSettings(
  { partSize, retryFor, resume }: TransferOptions,
  environment: Pick<Environment, "home" | "platform">,
): PartOptions & { checkpoints?: CheckpointStore } {
  return {
    ...(retryFor !== undefined && { patienceMs: parseDuration("--retry-for", retryFor) * 1000 }),
    ...(partSize !== undefined && { partSize: parseSize("--part-size", partSize) }),
    ...(resume !== false && { checkpoints: resumeDirectory(environment) }),
  };
}

/**
 * What to store with the objects that are written. Copies keep what their sources have, unless an option says something:
 * then they get what the options say instead, as uploads do.
 */
export function attributesFor(
  options: TransferOptions,
  service: Pick<Service, "attributes">,
  { isCopy }: { isCopy: boolean },
): ((key: string) => object) | undefined {
  const { contentType, cacheControl, contentDisposition, contentEncoding, storageClass, acl, meta } = options;
  const metadata = meta && Object.fromEntries(meta.map(parseMeta));
  const given: ObjectAttributes = { cacheControl, contentDisposition, contentEncoding, storageClass, acl, metadata };
  if (isCopy && contentType === undefined && Object.values(given).every((value) => value === undefined))
    return undefined;
  return (key) => service.attributes({ ...given, contentType: contentType ?? mime.getType(key) ?? undefined });
}

function parseMeta(text: string): [name: string, value: string] {
  const [, name, value] = /^([A-Za-z0-9-]+)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name.toLowerCase(), value];
  throw new UsageError(
    `--meta: ${JSON.stringify(text)} is not of the form name=value`,
    "names have letters, digits and -",
  );
}
