import { createHash } from "node:crypto";
import { open, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { Crc64 } from "@cosmoss/checksum";
import { ConfigError } from "@cosmoss/errors";
import type { PortOptions } from "../ports/port.ts";
import { toFile } from "../files/file-sink.node.ts";
import { fromFile } from "../files/file-source.node.ts";
import { fileError, toPath } from "../files/open-file.node.ts";
import { DirectoryGuard, ignoresCase, RealParents } from "./directory-guard.node.ts";
import { codeOf, listDirectory } from "./directory-listing.node.ts";
import type { FilesEnd, SyncRemoval, SyncRemovalFailure } from "./sync-end.ts";

/** Bytes read at once. */
const PIECE = 1_048_576;

/** Options of {@link directory}. @public */
export interface DirectoryOptions {
  /**
   * Which keys may become files. `system` (default): those that the system at hand can have. `portable`: those that every
   * system can have, for a directory that goes elsewhere: none that Windows refuses, as `aux.c` and `a:b`, and none that
   * differ from another by case only. Those that lead out of the directory never may.
   */
  names?: "system" | "portable";
}

/**
 * The files below a directory, as one side of a `sync`. Needed as a source; as a target it is made when it is missing.
 *
 * Links to files are followed when they are read, and replaced when they are written to; links to directories are not
 * followed. Directories have no time and no attributes of their own: empty ones are not kept, and one that a deletion has
 * emptied is removed. Unfinished downloads, `.<name>.cosmoss-part`, are left alone. Files must be named in UTF-8.
 * @public
 *
 * @throws ConfigError if it is no path or `file:` URL
 */
export function directory(path: string | { readonly href: string }, options: DirectoryOptions = {}): FilesEnd {
  return filesEnd(path, options, process.platform);
}

/** {@link directory} as on another system, by the name that `process.platform` has there. */
export function filesEnd(
  path: string | { readonly href: string },
  { names = "system" }: DirectoryOptions,
  platform: string,
): FilesEnd {
  const root = toPath(path, "directory");
  const portable = names === "portable";
  return {
    kind: "files",
    name: root,
    list: (options) => listDirectory(root, options),
    hash: (file, algorithm, options) => hashFile(join(root, file), algorithm, options),
    source: (file) => fromFile(join(root, file)),
    sink: (file) => toFile(join(root, file)),
    async guard() {
      const rules = portable || platform === "win32" ? "windows" : "posix";
      return new DirectoryGuard(root, rules, { ignoresCase: portable || (await ignoresCase(root, platform)) });
    },
    remove: (removals) => removeFiles(root, removals),
  };
}

async function hashFile(path: string, algorithm: "md5" | "crc64", { signal }: PortOptions): Promise<string> {
  const hash = algorithm === "md5" ? md5() : new Crc64();
  try {
    const handle = await open(path);
    try {
      const piece = Buffer.allocUnsafeSlow(PIECE);
      for (;;) {
        if (signal?.aborted) throw signal.reason;
        const { bytesRead } = await handle.read(piece, 0, PIECE);
        if (bytesRead === 0) return hash.digest();
        hash.update(piece.subarray(0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(`${path} cannot be read`, error);
  }
}

function md5(): { update(bytes: Uint8Array): unknown; digest(): string } {
  const hash = createHash("md5");
  return { update: (bytes) => hash.update(bytes), digest: () => hash.digest("hex") };
}

/** Deletes files, and the directories that have nothing left in them. */
async function removeFiles(root: string, removals: readonly SyncRemoval[]): Promise<SyncRemovalFailure[]> {
  const parents = new RealParents(root);
  const failures: SyncRemovalFailure[] = [];
  for (const { path } of removals) {
    try {
      const reason = await parents.reason(path);
      if (reason !== undefined) throw new ConfigError(`${join(root, path)} was not deleted: ${reason}`);
      await unlink(join(root, path));
    } catch (error) {
      if (codeOf(error) !== "ENOENT") {
        failures.push({ path, error: fileError(`${join(root, path)} cannot be deleted`, error) });
      }
    }
  }
  for (const { path, within } of removals) {
    for (let end = path.lastIndexOf("/"); end >= within.length && end > 0; end = path.lastIndexOf("/", end - 1)) {
      try {
        await rmdir(join(root, path.slice(0, end)));
      } catch (error) {
        // Something else is in it, or another deletion was faster.
        if (codeOf(error) !== "ENOENT") break;
      }
    }
  }
  return failures;
}
