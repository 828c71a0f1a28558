/**
 * Sees that two paths cannot be files of one directory at the same time. Is told of all paths in the order of their UTF-8
 * bytes, and remembers only what can still come into conflict: the paths that the current one begins with, and, where case
 * does not count, the names in the directories that it lies in.
 */
export class NameConflicts {
  readonly #ignoresCase: boolean;
  /** Files whose path, as a text, the current one begins with. */
  readonly #files: string[] = [];
  /** For each directory of the current path: its name and, by what the file system takes for equal, the names in it. */
  readonly #levels: { readonly directory: string; readonly names: Map<string, string> }[] = [
    { directory: "", names: new Map() },
  ];

  constructor(options: { ignoresCase: boolean }) {
    this.#ignoresCase = options.ignoresCase;
  }

  /** Why there cannot be a file at `path`; `undefined` when there can, and then it counts as one from now on. */
  visit(path: string): string | undefined {
    const reason = this.#fileAbove(path) ?? (this.#ignoresCase ? this.#sameButForCase(path) : undefined);
    if (reason === undefined) this.#files.push(path);
    return reason;
  }

  /** There will be no file at `path` after all; it was the last one visited. */
  leave(path: string): void {
    if (this.#files.at(-1) === path) this.#files.pop();
  }

  #fileAbove(path: string): string | undefined {
    while (this.#files.length > 0 && !path.startsWith(this.#files.at(-1)!)) this.#files.pop();
    const above = this.#files.find((file) => path[file.length] === "/");
    return above === undefined ? undefined : `${JSON.stringify(above)} is a file, so that nothing can be below it`;
  }

  #sameButForCase(path: string): string | undefined {
    const names = path.split("/");
    for (const [depth, name] of names.entries()) {
      const level = this.#levels[depth]!;
      const folded = foldName(name);
      const other = level.names.get(folded);
      if (other !== undefined && other !== name) {
        return `${JSON.stringify(other)} is there, which is the same name as ${JSON.stringify(name)} on this file system`;
      }
      level.names.set(folded, name);
      if (depth === names.length - 1) break;
      if (this.#levels[depth + 1]?.directory !== name) {
        this.#levels.length = depth + 1;
        this.#levels.push({ directory: name, names: new Map() });
      }
    }
    return undefined;
  }
}

/** The same for names that a file system that does not tell case takes for one; also for some more. */
function foldName(name: string): string {
  return name.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}
