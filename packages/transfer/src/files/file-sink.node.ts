import * as fs from "node:fs/promises";
import { sep } from "node:path";
import { ConfigError } from "@cosmoss/errors";
import { toPath } from "./open-file.node.ts";
import { openFileSink } from "./open-file-sink.node.ts";
import type { TransferSink } from "../sinks/sink.ts";

/** Options of {@link toFile}. @public */
export interface FileSinkOptions {
  /** Whether a file that is there already is replaced (default), or the download rejects with a `ConfigError`. */
  overwrite?: boolean;
}

/**
 * A file to download to, at a path or `file:` URL. Directories that are missing are made.
 *
 * The bytes go to a file beside it, `.<name>.cosmoss-part`, which takes its place in one step when all of them are there:
 * until then a file that was there stays as it was. With checkpoints, they are flushed to the disk before. It then gets the object's time. A link is replaced by the
 * file, not followed. What a run that was killed has left there, the next one goes on with.
 *
 * Opening rejects with a `ConfigError` when the disk has not room enough, when the path is a directory, pipe or device, and
 * when this process writes to it already. That another process does is noticed at the end at the latest, by the one that
 * comes later: it rejects with a `ConfigError`. @public
 *
 * @throws ConfigError if it is no path, or one that ends with a slash
 */
export function toFile(path: string | { readonly href: string }, options: FileSinkOptions = {}): TransferSink {
  const target = toPath(path, "toFile");
  const given = typeof path === "string" ? path : path.href;
  if (given.endsWith("/") || given.endsWith(sep)) {
    throw new ConfigError(`toFile: ${given} ends as the path of a directory; add the name of a file`);
  }
  const { overwrite = true } = options;
  return { name: target, open: (opening) => openFileSink({ target, overwrite, fs }, opening) };
}
