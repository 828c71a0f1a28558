import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { ConfigError } from "@cosmoss/errors";
import { timedFingerprint } from "../sources/fingerprint.ts";
import { fileError, OpenFile, toPath } from "./open-file.node.ts";
import type { OpenSource, TransferSource } from "../sources/source.ts";

/**
 * A file to be uploaded, at a path or `file:` URL. It must be a regular file (a link to one will do) and stay unchanged while
 * it is uploaded: what is opened is read up to the size that it has then.
 *
 * Opening and reading reject with a `ConfigError` that names the file: when it is missing, unreadable, no regular file, or
 * has become shorter. For data from a pipe pass a stream. @public
 *
 * @throws ConfigError if it is no path
 */
export function fromFile(path: string | { readonly href: string }): TransferSource {
  const name = toPath(path, "fromFile");
  return { name, open: () => openSource(name) };
}

async function openSource(path: string): Promise<OpenSource> {
  const file = await openFile(path);
  try {
    const { size } = await regularStats(file);
    const read: OpenSource["read"] = (start, end) => file.read(start, end);
    const state = async (): Promise<{ size: number; modifiedMs: number }> => {
      const now = await regularStats(file);
      return { size: now.size, modifiedMs: now.mtimeMs };
    };
    return {
      size,
      state,
      async fingerprint(how, signal) {
        const now = await state();
        return timedFingerprint({ size: now.size, read }, now.modifiedMs, how, { signal });
      },
      read,
      readPart: (start, end, memory) => file.readPart(start, end, memory),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(path: string): Promise<OpenFile> {
  try {
    // A pipe that nobody writes to would block for ever.
    return new OpenFile(path, await open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  } catch (error) {
    throw fileError(`${path} cannot be opened`, error);
  }
}

async function regularStats(file: OpenFile): Promise<{ size: number; mtimeMs: number }> {
  const stats = await file.run("examined", (handle) => handle.stat());
  if (stats.isFile()) return stats;
  const kind = stats.isDirectory() ? "a directory" : "no regular file";
  throw new ConfigError(`${file.path} is ${kind}; give a file, or a stream for data from elsewhere`);
}
