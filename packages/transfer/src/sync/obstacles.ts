import type { SyncEntry } from "./sync-end.ts";

/** A file that may not be written as things are. */
export interface WaitingFile {
  readonly source: SyncEntry;
  /** Why not. */
  readonly refusal: string;
  /** Whether the target has files below its path, and all of them are going to be deleted. */
  readonly isCleared: boolean;
}

/**
 * What a sync that deletes has in its way: files where a directory is needed, and directories where a file is to come. Is
 * told of all paths in the order of their UTF-8 bytes, and remembers only those that the current one begins with.
 */
export class Obstacles {
  /** Files that are going to be deleted. */
  #going: string[] = [];
  /** What is below them tells whether they can be written. */
  readonly #waiting: { source: SyncEntry; refusal: string; hasGoing: boolean; hasStaying: boolean }[] = [];

  /** The target's file at `path` is going to be deleted. */
  goes(path: string): void {
    this.#leaveGoing(path);
    this.#going.push(path);
    for (const one of this.#waitingAbove(path)) one.hasGoing = true;
  }

  /** There is, or will be, something at `path`. */
  stays(path: string): void {
    for (const one of this.#waitingAbove(path)) one.hasStaying = true;
  }

  /** The file that has to be deleted before there can be one at `path`. */
  fileAbove(path: string): string | undefined {
    this.#leaveGoing(path);
    return this.#going.find((file) => path[file.length] === "/");
  }

  /** All files that were going are gone. */
  deleted(): void {
    this.#going = [];
  }

  /** Has a file wait until the listings are past everything below its path. */
  wait(source: SyncEntry, refusal: string): void {
    this.#waiting.push({ source, refusal, hasGoing: false, hasStaying: false });
  }

  /** Those that need not wait any more now that the listings are at `path`, or at their end. */
  *passed(path?: string): Generator<WaitingFile, void, undefined> {
    for (let last; (last = this.#waiting.at(-1));) {
      if (path?.startsWith(last.source.path)) return;
      this.#waiting.pop();
      const { source, refusal, hasGoing, hasStaying } = last;
      yield { source, refusal, isCleared: hasGoing && !hasStaying };
    }
  }

  #leaveGoing(path: string): void {
    while (this.#going.length > 0 && !path.startsWith(this.#going.at(-1)!)) this.#going.pop();
  }

  #waitingAbove(path: string) {
    return this.#waiting.filter(({ source }) => path.startsWith(`${source.path}/`));
  }
}
