import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { copy, download, type TaskOptions, type TransferTask, upload } from "@cosmoss/transfer";
import { fromFile, toFile } from "@cosmoss/transfer/fs";
import type { Context } from "./context.ts";
import { type LocalLocation, type Location, type RemoteLocation, textOf } from "./locations.ts";
import { UsageError } from "./problems.ts";
import { attributesFor, type TransferOptions, transferSettings } from "./transfer-options.ts";

/** What a transfer gives that people want to know. */
export interface Transferred {
  /** Bytes. */
  readonly Size: number;
  readonly verified: boolean;
  readonly resumedBytes: number;
  readonly HashCrc64ecma?: string;
  /** What the other cloud has no place for. */
  readonly dropped?: readonly string[];
}

/** One file or object on its way. */
export interface TransferJob {
  readonly kind: "upload" | "download" | "copy";
  readonly from: Location;
  readonly to: Location;
  /** Whether it can be gone on with in another run. */
  readonly resumable: boolean;
  start(options: TaskOptions): TransferTask<Transferred>;
}

/** Prepares to transfer one file or object to this very place. */
export async function transferJob(
  context: Context,
  options: TransferOptions,
  from: Location,
  to: Location,
): Promise<TransferJob> {
  if (to.kind === "remote") {
    if (from.kind === "remote") return copyJob(context, options, from, to);
    return uploadJob(context, options, from, to);
  }
  if (from.kind === "remote") return downloadJob(context, options, from, to);
  throw new UsageError(
    `neither ${textOf(from)} nor ${textOf(to)} is in a cloud`,
    "for local files use the commands of your shell",
  );
}

async function uploadJob(
  { environment, clouds }: Context,
  options: TransferOptions,
  from: Exclude<Location, RemoteLocation>,
  to: RemoteLocation,
): Promise<TransferJob> {
  const isFile = from.kind === "local" && (await isRegular(from, environment.cwd));
  const service = await clouds.service(to.provider, to.bucket);
  // Of what is piped in, the name of the object tells the type.
  const attributes = attributesFor(options, service, { isCopy: false })!(from.kind === "local" ? from.path : to.key);
  const { checkpoints, ...settings } = transferSettings(options, environment);
  return {
    kind: "upload",
    from,
    to,
    resumable: isFile && checkpoints !== undefined,
    start(task) {
      const path = from.kind === "local" ? resolve(environment.cwd, from.path) : undefined;
      const source = path === undefined ? environment.stdin : isFile ? fromFile(path) : createReadStream(path);
      return upload(service.port, source, locate(to), {
        ...task,
        attributes,
        ...settings,
        ...(isFile && checkpoints && { checkpoints }),
      });
    },
  };
}

async function isRegular(from: LocalLocation, cwd: string): Promise<boolean> {
  const found = await stat(resolve(cwd, from.path));
  if (found.isDirectory()) throw new UsageError(`${from.path} is a directory`, "add --recursive");
  return found.isFile();
}

async function downloadJob(
  { environment, clouds, printer }: Context,
  options: TransferOptions,
  from: RemoteLocation,
  to: Exclude<Location, RemoteLocation>,
): Promise<TransferJob> {
  const service = await clouds.service(from.provider, from.bucket);
  const { checkpoints, ...settings } = transferSettings(options, environment);
  const isFile = to.kind === "local";
  if (isFile && from.key.endsWith("/")) throw new UsageError(`${textOf(from)} is a directory`, "add --recursive");
  return {
    kind: "download",
    from,
    to,
    resumable: isFile && checkpoints !== undefined,
    start(task) {
      const sink = isFile
        ? toFile(resolve(environment.cwd, to.path))
        : new WritableStream<Uint8Array>({ write: (chunk) => printer.bytes(chunk) });
      return download(service.port, locate(from), sink, {
        ...task,
        ...settings,
        ...(isFile && checkpoints && { checkpoints }),
      });
    },
  };
}

async function copyJob(
  { environment, clouds }: Context,
  options: TransferOptions,
  from: RemoteLocation,
  to: RemoteLocation,
): Promise<TransferJob> {
  const source = await clouds.service(from.provider, from.bucket);
  const target = await clouds.service(to.provider, to.bucket);
  const attributes = attributesFor(options, target, { isCopy: true })?.(to.key);
  const settings = transferSettings(options, environment);
  return {
    kind: "copy",
    from,
    to,
    resumable: settings.checkpoints !== undefined,
    start: (task) =>
      copy(source.port, locate(from), target.port, locate(to), {
        ...task,
        ...settings,
        ...(attributes && { attributes }),
      }),
  };
}

function locate({ bucket, key }: RemoteLocation): { Bucket: string; Key: string } {
  if (key === "") throw new UsageError(`${bucket} is a bucket`, "add --recursive");
  return { Bucket: bucket, Key: key };
}
