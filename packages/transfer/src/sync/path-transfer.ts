import { ConfigError } from "@cosmoss/errors";
import type { ObjectLocation, TransferPort } from "../ports/port.ts";
import type { DownloadOptions } from "../download/download.ts";
import type { TransferProgress } from "../task/progress.ts";
import type { ResumeOptions } from "../checkpoints/checkpoints.ts";
import type { TransferSink } from "../sinks/sink.ts";
import type { TransferSource } from "../sources/source.ts";
import type { TransferTask } from "../task/task.ts";
import type { PartOptions, TaskOptions } from "../task/task-options.ts";
import { locate } from "./sides.ts";
import type { SyncEnd, SyncEntry } from "./sync-end.ts";
import type { SyncOptions } from "./sync-options.ts";

type FileOptions = TaskOptions & PartOptions & ResumeOptions;
type ObjectOptions = FileOptions & { attributes?: object };

/** What moves the bytes. */
export interface Transfers {
  upload(
    port: TransferPort<any>,
    source: TransferSource,
    target: ObjectLocation,
    options: ObjectOptions,
  ): TransferTask<unknown>;
  download(
    port: TransferPort<any>,
    source: ObjectLocation,
    sink: TransferSink,
    options: FileOptions & Pick<DownloadOptions, "listed">,
  ): TransferTask<unknown>;
  copy(
    sourcePort: TransferPort<any>,
    source: ObjectLocation,
    targetPort: TransferPort<any>,
    target: ObjectLocation,
    options: ObjectOptions,
  ): TransferTask<unknown>;
}

/** What brings one path from one end of a sync to the other. A result may say what was lost: `dropped` of `CopyResult`. */
export interface PathTransfer {
  readonly kind: "upload" | "download" | "copy";
  /** `entry`: what the listing of the source says. */
  start(entry: SyncEntry, onProgress: (progress: TransferProgress) => void): TransferTask<unknown>;
}

/** Throws a `ConfigError` for two ends that cannot be synced. */
export function pathTransfer(transfers: Transfers, from: SyncEnd, to: SyncEnd, options: SyncOptions): PathTransfer {
  const passed = passedOn(options);
  if (to.kind === "files") {
    if (from.kind === "files") {
      throw new ConfigError("sync: both sides are directories; give a prefix() of a bucket as one of them");
    }
    return {
      kind: "download",
      start: ({ path, size, modifiedMs, ETag }, onProgress) =>
        transfers.download(from.port, locate(from, path), to.sink(path), {
          ...passed,
          ...(ETag !== undefined && { listed: { Size: size, ETag, LastModified: new Date(modifiedMs) } }),
          onProgress,
        }),
    };
  }
  const objectOptions = (path: string): ObjectOptions =>
    to.attributes ? { ...passed, attributes: to.attributes(locate(to, path).Key) } : passed;
  if (from.kind === "files") {
    return {
      kind: "upload",
      start: ({ path }, onProgress) =>
        transfers.upload(to.port, from.source(path), locate(to, path), { ...objectOptions(path), onProgress }),
    };
  }
  if (
    from.port.address(from.Bucket) === to.port.address(to.Bucket) &&
    (from.Prefix.startsWith(to.Prefix) || to.Prefix.startsWith(from.Prefix))
  ) {
    throw new ConfigError(`sync: ${from.name} and ${to.name} lie in each other; give prefixes that do not`);
  }
  return {
    kind: "copy",
    start: ({ path }, onProgress) =>
      transfers.copy(from.port, locate(from, path), to.port, locate(to, path), { ...objectOptions(path), onProgress }),
  };
}

/** The options that each file is transferred with. */
function passedOn({ priority, partSize, stallTimeoutMs, patienceMs, checkpoints }: SyncOptions): FileOptions {
  return {
    ...(priority !== undefined && { priority }),
    ...(partSize !== undefined && { partSize }),
    ...(stallTimeoutMs !== undefined && { stallTimeoutMs }),
    ...(patienceMs !== undefined && { patienceMs }),
    ...(checkpoints !== undefined && { checkpoints }),
  };
}
