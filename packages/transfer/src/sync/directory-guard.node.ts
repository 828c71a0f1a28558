import type { BigIntStats } from "node:fs";
import { lstat, readdir, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codeOf, isPartName } from "./directory-listing.node.ts";
import { NameConflicts } from "./name-conflicts.ts";
import { type NameRules, unsafePathReason } from "./safe-path.ts";
import type { FilesGuard } from "./sync-end.ts";

/** Keeps what is downloaded inside a directory, and names from standing in each other's way. */
export class DirectoryGuard implements FilesGuard {
  readonly #root: string;
  readonly #rules: NameRules;
  readonly #conflicts: NameConflicts;
  readonly #parents: RealParents;

  constructor(root: string, rules: NameRules, options: { ignoresCase: boolean }) {
    this.#root = root;
    this.#rules = rules;
    this.#conflicts = new NameConflicts(options);
    this.#parents = new RealParents(root);
  }

  visit(path: string, { wanted, going = false }: { wanted: boolean; going?: boolean }): string | undefined {
    const unsafe = wanted ? (unsafePathReason(path, this.#rules) ?? partReason(path)) : undefined;
    const reason = unsafe ?? this.#conflicts.visit(path);
    if (going) this.#conflicts.leave(path);
    return reason;
  }

  async inspect(path: string, { found }: { found: boolean }): Promise<string | undefined> {
    const reason = (await this.#parents.reason(path)) ?? (await this.#occupied(path, found));
    // Nothing is written, so it is in nobody's way.
    if (reason !== undefined) this.#conflicts.leave(path);
    return reason;
  }

  async #occupied(path: string, found: boolean): Promise<string | undefined> {
    const stats = await lstatOf(join(this.#root, path));
    if (!stats) return undefined;
    if (stats.isDirectory()) return "there is a directory of this name";
    if (found) return undefined;
    if (stats.isSymbolicLink()) return "there is a link of this name, which leads to no file";
    if (!stats.isFile()) return "what has this name is no file";
    return "there is a file that goes by this name as well, as one in other case, or it has just been made";
  }
}

/** Sees that the directories of a path are what they look like: no links, and of these very names. */
export class RealParents {
  readonly #root: string;
  /** The directory seen last: most paths share it with the one before. */
  #seen: string | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** Why a file of this path would lie elsewhere, or nowhere. */
  async reason(path: string): Promise<string | undefined> {
    const directory = path.slice(0, path.lastIndexOf("/") + 1);
    if (directory === this.#seen) return undefined;
    let existing = "";
    for (let at = directory.indexOf("/"); at >= 0; at = directory.indexOf("/", at + 1)) {
      const parent = directory.slice(0, at);
      const stats = await lstatOf(join(this.#root, parent));
      if (!stats) break;
      const quoted = JSON.stringify(parent);
      if (stats.isSymbolicLink()) return `${quoted} is a link, which could lead out of the directory`;
      if (!stats.isDirectory()) return `${quoted} is no directory, so that nothing can be below it`;
      existing = parent;
    }
    if (
      existing !== "" &&
      (await realpath(join(this.#root, existing))) !== join(await realpath(this.#root), existing)
    ) {
      return `${JSON.stringify(existing)} is another name of a directory, as one in other case`;
    }
    this.#seen = directory;
    return undefined;
  }
}

/** Whether names in a directory, which need not exist, differ by case. Writes nothing. */
export async function ignoresCase(root: string, platform: string): Promise<boolean> {
  const names = await readdir(root).catch((): string[] => []);
  for (const name of names) {
    const other = otherCase(name);
    if (other === name) continue;
    return !names.includes(other) && (await isOneFile(join(root, name), join(root, other)));
  }
  // Its own name, or that of a directory it lies in, tells as much of the same file system.
  for (let path = root; dirname(path) !== path; path = dirname(path)) {
    const other = otherCase(basename(path));
    if (other === basename(path) || !(await lstatOf(path))) continue;
    return isOneFile(path, join(dirname(path), other));
  }
  return platform === "win32" || platform === "darwin";
}

function otherCase(name: string): string {
  const lower = name.toLowerCase();
  return lower === name ? name.toUpperCase() : lower;
}

async function isOneFile(path: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([lstatOf(path), lstatOf(other)]);
  return one !== undefined && two !== undefined && one.ino === two.ino && one.dev === two.dev;
}

async function lstatOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function partReason(path: string): string | undefined {
  return isPartName(path.slice(path.lastIndexOf("/") + 1)) ? "unfinished downloads have such names" : undefined;
}
