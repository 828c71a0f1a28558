import { open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ConfigError } from "@cosmoss/errors";
import type { PlaceContext, ProfileFile } from "./place.ts";

/** No file of settings is longer, in bytes. */
const MAX_BYTES = 1_048_576;

/** Reads a text file of at most 1 MiB; `undefined` if there is none. Throws a `ConfigError` for one that is no text. */
export async function readProfileFile(path: string): Promise<ProfileFile | undefined> {
  let bytes: Buffer;
  let mode: number;
  try {
    const handle = await open(path, "r");
    try {
      mode = (await handle.stat()).mode & 0o777;
      bytes = Buffer.alloc(0);
      // Not by its size: that of a pipe is 0.
      for await (const chunk of handle.createReadStream({ autoClose: false })) {
        bytes = Buffer.concat([bytes, chunk as Buffer]);
        if (bytes.length > MAX_BYTES)
          throw new ConfigError(`${path}: is longer than 1 MiB; this is no file of settings`);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (ConfigError.isInstance(error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new ConfigError(`${path}: cannot be read (${code}); check what it is and whose, or move it away`, {
      cause: error,
    });
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigError(`${path}: is not UTF-8 text; save it as UTF-8`);
  }
  return process.platform === "win32" ? { text } : { text, mode };
}

/** A path from a variable: `~/` is the home directory, and a relative one counts from the working directory. */
export function expandPath(path: string, home: string): string {
  return /^~[/\\]/.test(path) ? join(home, path.slice(2)) : resolve(path);
}

/** The file that `variable` names, else the one at `usual` in the home directory. */
export async function locateFile(
  { home, env, readFile }: Pick<PlaceContext, "home" | "env" | "readFile">,
  { variable, usual }: { variable?: string; usual: readonly string[] },
): Promise<{ readonly path: string; readonly file: ProfileFile | undefined }> {
  const named = variable && env[variable];
  const path = named ? expandPath(named, home) : join(home, ...usual);
  const file = await readFile(path);
  // Whoever names a file means that one: going on would quietly sign with somebody else's keys.
  if (named && !file) throw new ConfigError(`${path}: no such file, though ${variable} names it; correct or unset it`);
  return { path, file };
}

/** Says so if others than the owner can get at the secrets in the file. */
export function modeWarnings(path: string, { mode = 0 }: ProfileFile): string[] {
  if ((mode & 0o077) === 0) return [];
  const octal = mode.toString(8).padStart(4, "0");
  return [`${path} holds secrets and is open to other users (mode ${octal}); run: chmod 600 ${path}`];
}
