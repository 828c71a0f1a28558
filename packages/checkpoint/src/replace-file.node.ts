import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

const TEMPORARY_NAME = /^[0-9a-f]{64}\.json\.[0-9a-f-]{36}\.tmp$/;
/** So often a file is written when it vanishes before it can take its place. */
const MAX_TRIES = 20;
/** How systems say that a directory cannot be opened or flushed. */
const CANNOT_FLUSH: ReadonlySet<unknown> = /* @__PURE__ */ new Set(["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP"]);

/** Whether a file is one that {@link replaceFile} writes before it takes the place of another. */
export function isTemporary(name: string): boolean {
  return TEMPORARY_NAME.test(name);
}

/** Writes a file of that name and time at once: after a crash, too, there is the old one or the new one. */
export async function replaceFile(folder: string, name: string, text: string, modifiedMs: number): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  for (let tries = 1; !(await tryReplace(folder, name, text, modifiedMs, { isLast: tries === MAX_TRIES })); tries++);
  await flush(folder);
  if (made === undefined) return;
  for (let path = folder; path.length >= made.length; path = dirname(path)) await flush(dirname(path));
}

/** Whether it was done; it is not when another process took the temporary file for what a crash left behind. */
async function tryReplace(
  folder: string,
  name: string,
  text: string,
  modifiedMs: number,
  { isLast }: { isLast: boolean },
): Promise<boolean> {
  const temporary = join(folder, `${name}.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(text);
      const modified = new Date(modifiedMs);
      await handle.utimes(modified, modified);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  try {
    await rename(temporary, join(folder, name));
    return true;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    if (!isLast && (error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** Makes the names in a directory last, where the system can. */
async function flush(folder: string): Promise<void> {
  try {
    const handle = await open(folder);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!CANNOT_FLUSH.has((error as NodeJS.ErrnoException).code)) throw error;
  }
}
