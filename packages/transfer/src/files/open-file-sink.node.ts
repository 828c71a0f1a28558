import { constants } from "node:fs";
import type * as promises from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { crc64 } from "@cosmoss/checksum";
import { ConfigError } from "@cosmoss/errors";
import { fileError, OpenFile } from "./open-file.node.ts";
import type { OpenSink } from "../sinks/sink.ts";

/** How the names of unfinished files end. */
export const PART_SUFFIX = ".cosmoss-part";
/** Bytes that a name may have on all usual file systems. */
const MAX_NAME = 255;

/** The unfinished files that are being written in this process. */
let busy: Set<string> | undefined;

/** Where a file is to come. */
export interface FilePlace {
  /** An absolute path. */
  readonly target: string;
  readonly overwrite: boolean;
  /** What is used of `node:fs/promises`. */
  readonly fs: Pick<
    typeof promises,
    "link" | "lstat" | "mkdir" | "open" | "realpath" | "rename" | "rm" | "stat" | "statfs"
  >;
}

/** Opens the unfinished file of a target: what an earlier try has left of it, when it is to be resumed, or a new one. */
export async function openFileSink(
  place: FilePlace,
  { size, resume }: { size: number; resume: boolean },
): Promise<OpenSink> {
  const { target, fs } = place;
  const part = await partPath(place);
  busy ??= new Set();
  if (busy.has(part))
    throw new ConfigError(`${target} is being downloaded to already; wait for that, or give another path`);
  busy.add(part);
  try {
    const mode = await checkTarget(place);
    const kept = resume ? await openKept(part, size, fs) : undefined;
    const file = kept ?? (await openNew(part, mode, fs));
    try {
      const stats = await file.run("examined", (handle) => handle.stat());
      await checkRoom(place, size - 512 * stats.blocks);
      if (!kept) await file.run(`made ${size} bytes long`, (handle) => handle.truncate(size));
      return new FileSink(place, file, { id: fileId(stats), kept: kept !== undefined });
    } catch (error) {
      await file.close();
      if (!kept) await fs.rm(part, { force: true });
      throw error;
    }
  } catch (error) {
    busy.delete(part);
    throw fileError(`${target} cannot be downloaded to`, error);
  }
}

/** Where the unfinished file is: beside the target, so that it is on the same disk. */
async function partPath({ target, fs }: FilePlace): Promise<string> {
  const name = basename(target);
  const fits = Buffer.byteLength(name) + 1 + PART_SUFFIX.length <= MAX_NAME;
  try {
    await fs.mkdir(dirname(target), { recursive: true });
    return join(await fs.realpath(dirname(target)), `.${fits ? name : crc64(Buffer.from(name))}${PART_SUFFIX}`);
  } catch (error) {
    throw fileError(`The directory of ${target} cannot be made`, error);
  }
}

/** Gives the permissions that a new file is to have: no more than the one that it replaces. */
async function checkTarget({ target, overwrite, fs }: FilePlace): Promise<number> {
  const found = await orUndefined(fs.stat(target));
  if (!found) return 0o666;
  if (!found.isFile()) {
    const kind = found.isDirectory() ? "a directory" : "no regular file";
    throw new ConfigError(`${target} is ${kind}; give the path of a file, or download to a stream`);
  }
  if (!overwrite) throw new ConfigError(`${target} is there already; give another path, or allow to overwrite it`);
  return (found.mode & 0o777) | 0o600;
}

async function openNew(part: string, mode: number, fs: FilePlace["fs"]): Promise<OpenFile> {
  // Removed, not emptied: who is still writing to what was there must not reach the new one.
  await fs.rm(part, { force: true });
  return new OpenFile(part, await fs.open(part, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, mode));
}

/** What an earlier run has left, if it can be gone on with. */
async function openKept(part: string, size: number, fs: FilePlace["fs"]): Promise<OpenFile | undefined> {
  // A link there was made by somebody else, perhaps to have a file elsewhere overwritten.
  const found = await orUndefined(fs.lstat(part));
  if (!found?.isFile() || found.size !== size) return undefined;
  return new OpenFile(part, await fs.open(part, constants.O_RDWR | constants.O_NOFOLLOW));
}

/** Before a byte is fetched, rather than after hours. `needed`: bytes that are not on the disk yet. */
async function checkRoom({ target, fs }: FilePlace, needed: number): Promise<void> {
  let room: { blocks: number; bavail: number; bsize: number };
  try {
    room = await fs.statfs(dirname(target));
  } catch {
    return; // Not every system can tell; writing will show.
  }
  const free = room.bavail * room.bsize;
  // Some file systems without a size say that they have none.
  if (room.blocks === 0 || free >= needed) return;
  throw new ConfigError(
    `${target} needs ${needed} bytes, but only ${free} are free on its disk; make room, or download to another one`,
  );
}

function fileId({ dev, ino }: { dev: number; ino: number }): string {
  return `${dev}:${ino}`;
}

async function orUndefined<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

class FileSink implements OpenSink {
  readonly read?: NonNullable<OpenSink["read"]>;
  readonly #place: FilePlace;
  readonly #file: OpenFile;
  readonly #id: string;

  constructor(place: FilePlace, file: OpenFile, { id, kept }: { id: string; kept: boolean }) {
    this.#place = place;
    this.#file = file;
    this.#id = id;
    if (kept) this.read = (start, end) => file.read(start, end);
  }

  write(bytes: Uint8Array, at: number): Promise<void> {
    return this.#file.write(bytes, at);
  }

  writev(chunks: readonly Uint8Array[], at: number): Promise<void> {
    return this.#file.writev(chunks, at);
  }

  async commit({ LastModified, durable = false }: { LastModified?: Date; durable?: boolean }): Promise<void> {
    const file = this.#file;
    try {
      if (LastModified) await file.run("given a time", (handle) => handle.utimes(LastModified, LastModified));
      if (durable) await file.run("written to the disk", (handle) => handle.sync());
      if (!(await this.#isThere())) {
        throw new ConfigError(`${file.path} was removed or replaced meanwhile; let only one process download to it`);
      }
      await file.close();
      await publish(this.#place, file.path);
    } catch (error) {
      throw fileError(`${this.#place.target} cannot be finished`, error);
    } finally {
      await this.#release();
    }
    if (durable) await syncDirectory(dirname(file.path), this.#place.fs);
  }

  async abandon({ keep = false }: { keep?: boolean } = {}): Promise<void> {
    try {
      // What is there by now may be the file of another process.
      if (!keep && (await this.#isThere())) await this.#place.fs.rm(this.#file.path, { force: true });
    } finally {
      await this.#release();
    }
  }

  async #isThere(): Promise<boolean> {
    const found = await orUndefined(this.#place.fs.lstat(this.#file.path));
    return found !== undefined && fileId(found) === this.#id;
  }

  async #release(): Promise<void> {
    // Whether closing fails is of interest only where it is the last word about the bytes, in commit().
    await this.#file.close().catch(() => {});
    busy?.delete(this.#file.path);
  }
}

async function publish({ target, overwrite, fs }: FilePlace, part: string): Promise<void> {
  if (!overwrite) {
    try {
      // Unlike a rename it fails when somebody has made the file meanwhile.
      await fs.link(part, target);
      await fs.rm(part);
      return;
    } catch (error) {
      // Some file systems have no links.
      if ((await orUndefined(fs.lstat(target))) || (error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    }
  }
  await fs.rename(part, target);
}

/** So that the new name outlives a power cut as well. Not every system can. */
async function syncDirectory(directory: string, fs: FilePlace["fs"]): Promise<void> {
  try {
    const handle = await fs.open(directory, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The bytes are safe all the same.
  }
}
