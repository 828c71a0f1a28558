import type { Dirent, Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileError } from "../files/open-file.node.ts";
import { PART_SUFFIX } from "../files/open-file-sink.node.ts";
import type { FilesEnd, SyncEntry, SyncGap } from "./sync-end.ts";

/** Files looked at side by side. */
const STATS_AT_ONCE = 64;
const SLASH = /* @__PURE__ */ Buffer.from("/");

/** Whether a name is that of an unfinished download. */
export function isPartName(name: string): boolean {
  return name.startsWith(".") && name.endsWith(PART_SUFFIX);
}

/**
 * The files below a directory, in the order of the UTF-8 bytes of their paths. Holds the names of one directory, and of
 * those that it lies in. Links to files are followed, those to directories are gaps, and so is what is no file.
 */
export async function* listDirectory(
  root: string,
  { missing, leavesOut = () => false }: Parameters<FilesEnd["list"]>[0],
): AsyncGenerator<SyncEntry | SyncGap, void, undefined> {
  let names: Named[];
  try {
    names = await readNames(root);
  } catch (error) {
    if (missing === "empty" && codeOf(error) === "ENOENT") return;
    throw fileError(`The directory ${root} cannot be listed`, error);
  }
  yield* walk({ root, leavesOut }, "", names);
}

export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

interface Named {
  readonly dirent: Dirent<Buffer>;
  /** Where its path comes in the order; those below a directory begin with a slash after its name. */
  readonly order: Buffer;
  /** Of a link, what it leads to. */
  readonly led: Stats | { readonly error: unknown } | undefined;
}

interface Walk {
  readonly root: string;
  readonly leavesOut: (directory: string) => boolean;
}

async function* walk(
  { root, leavesOut }: Walk,
  directory: string,
  names: readonly Named[],
): AsyncGenerator<SyncEntry | SyncGap, void, undefined> {
  for (let at = 0; at < names.length; at += STATS_AT_ONCE) {
    const some = names.slice(at, at + STATS_AT_ONCE);
    const items = await Promise.all(some.map((named) => itemOf(root, directory, named)));
    for (const item of items) {
      if (typeof item !== "string") {
        if (item) yield item;
        continue;
      }
      if (leavesOut(item)) continue;
      let inner: Named[];
      try {
        inner = await readNames(join(root, item));
      } catch (error) {
        if (codeOf(error) !== "ENOENT") yield { path: item, reason: "the directory cannot be listed", error };
        continue;
      }
      yield* walk({ root, leavesOut }, item, inner);
    }
  }
}

async function readNames(directory: string): Promise<Named[]> {
  const dirents = await readdir(directory, { withFileTypes: true, encoding: "buffer" });
  const names: Named[] = [];
  for (let at = 0; at < dirents.length; at += STATS_AT_ONCE) {
    const some = dirents.slice(at, at + STATS_AT_ONCE);
    names.push(...(await Promise.all(some.map((dirent) => nameOf(directory, dirent)))));
  }
  return names.sort((a, b) => Buffer.compare(a.order, b.order));
}

async function nameOf(directory: string, dirent: Dirent<Buffer>): Promise<Named> {
  const name = utf8(dirent.name);
  const isLink = name !== undefined && dirent.isSymbolicLink();
  const led = isLink ? await stat(join(directory, name)).catch((error: unknown) => ({ error })) : undefined;
  const isDirectory = dirent.isDirectory() || (led && !("error" in led) && led.isDirectory());
  return { dirent, led, order: isDirectory ? Buffer.concat([dirent.name, SLASH]) : dirent.name };
}

/** An entry or a gap; the path of a directory, with a slash at the end; nothing for what is none of a sync's business. */
async function itemOf(
  root: string,
  directory: string,
  { dirent, led }: Named,
): Promise<SyncEntry | SyncGap | string | undefined> {
  const name = utf8(dirent.name);
  if (name === undefined) {
    return { path: directory + dirent.name.toString(), reason: "its name is no UTF-8", nameless: true };
  }
  const path = directory + name;
  if (dirent.isDirectory()) return `${path}/`;
  if (isPartName(name)) return undefined;
  try {
    if (led && "error" in led) throw led.error;
    const stats = led ?? (dirent.isFile() ? await stat(join(root, path)) : undefined);
    if (stats?.isDirectory()) return { path: `${path}/`, reason: "links to directories are not followed" };
    if (!stats?.isFile()) return { path, reason: `it is ${kindOf(stats ?? dirent)}, not a file` };
    return { path, size: stats.size, modifiedMs: stats.mtimeMs };
  } catch (error) {
    const code = codeOf(error);
    if (led && (code === "ENOENT" || code === "ELOOP")) return { path, reason: "it is a link that leads nowhere" };
    // A file that is not there any more is as one that was not there before.
    return code === "ENOENT" ? undefined : { path, reason: "it cannot be looked at", error };
  }
}

function kindOf(found: Dirent<Buffer> | Stats): string {
  if (found.isSocket()) return "a socket";
  return found.isFIFO() ? "a pipe" : "a device";
}

/** The text of a name; `undefined` where it is none. */
function utf8(name: Buffer): string | undefined {
  const text = name.toString();
  return Buffer.compare(Buffer.from(text), name) === 0 ? text : undefined;
}
