import type { FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "@cosmoss/errors";

/** Bytes read at once: twice the CPU of 1 MiB goes into pieces of 64 KiB. */
const PIECE = 1_048_576;

/** A path, or a `file:` URL. */
export type PathLike = string | { readonly href: string };

/** A file that is read and written at any position, always wholly, and closed after what is under way. */
export class OpenFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #busy = new Set<Promise<unknown>>();
  #writing: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Does something with the handle; rejects with a `ConfigError` that names the file. */
  async run<T>(action: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error(`${this.path} is closed`);
    return this.#keepOpen(this.#do(action, work));
  }

  /** The bytes from `start` up to `end`; the next piece is being read while the one before is in use. */
  async *read(start: number, end: number): AsyncGenerator<Uint8Array, void, undefined> {
    let next = start < end ? this.#readPiece(start, end) : undefined;
    for (let at = start; next;) {
      const piece = await next;
      at += piece.length;
      next = at < end ? this.#readPiece(at, end) : undefined;
      // Whoever stops here never asks how it went.
      next?.catch(() => {});
      yield piece;
    }
  }

  write(bytes: Uint8Array, at: number): Promise<void> {
    return this.#inTurn(() => this.#write(bytes, at));
  }

  writev(chunks: readonly Uint8Array[], at: number): Promise<void> {
    return this.#inTurn(() => this.#writev(chunks, at));
  }

  /** Closes it, once. Given back too early, its number could be another file's by the time a write gets its turn. */
  close(): Promise<void> {
    return (this.#closed ??= Promise.allSettled(this.#busy).then(() => this.#handle.close()));
  }

  /** The bytes from `start` up to `end` in one piece; in `memory` when that is long enough. */
  readPart(start: number, end: number, memory?: Uint8Array): Promise<Uint8Array> {
    const length = end - start;
    // Not from Node's pool, and not filled: each piece is the reader's own.
    const piece =
      memory && memory.buffer.byteLength >= length
        ? new Uint8Array(memory.buffer, 0, length)
        : Buffer.allocUnsafeSlow(length);
    return this.run("read", async (handle) => {
      for (let done = 0; done < length;) {
        const { bytesRead } = await handle.read(piece, done, length - done, start + done);
        if (bytesRead === 0) {
          throw new ConfigError(
            `${this.path} ends at byte ${start + done}, but had at least ${end} when it was opened; keep it unchanged meanwhile`,
          );
        }
        done += bytesRead;
      }
      return piece;
    });
  }

  async #write(bytes: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#do("written", (handle) =>
        handle.write(bytes, done, bytes.length - done, at + done),
      );
      done += bytesWritten;
    }
  }

  async #writev(chunks: readonly Uint8Array[], at: number): Promise<void> {
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const { bytesWritten } = await this.#do("written", (handle) => handle.writev([...chunks], at));
    if (bytesWritten === length) return;
    let end = 0;
    for (const chunk of chunks) {
      const missing = Math.min(chunk.length, (end += chunk.length) - bytesWritten);
      if (missing > 0) await this.#write(chunk.subarray(chunk.length - missing), at + end - missing);
    }
  }

  /** One write at a time: a system lets only one at a file anyway, and others would spin while they wait. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#closed) throw new Error(`${this.path} is closed`);
    const mine = this.#writing.then(work);
    this.#writing = mine.catch(() => {});
    return this.#keepOpen(mine);
  }

  async #do<T>(action: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    try {
      return await work(this.#handle);
    } catch (error) {
      throw fileError(`${this.path} cannot be ${action}`, error);
    }
  }

  async #keepOpen<T>(working: Promise<T>): Promise<T> {
    this.#busy.add(working);
    try {
      return await working;
    } finally {
      this.#busy.delete(working);
    }
  }

  #readPiece(at: number, end: number): Promise<Uint8Array> {
    return this.readPart(at, Math.min(at + PIECE, end));
  }
}

/** An absolute path. Throws a `ConfigError` in the name of the function that was given no path. */
export function toPath(path: PathLike, caller: string): string {
  let text: unknown = path;
  if (typeof path === "object" && path !== null) {
    try {
      text = fileURLToPath(path.href);
    } catch (cause) {
      throw new ConfigError(`${caller}: the URL is none of a file on this machine; give a path or a file: URL`, {
        cause,
      });
    }
  }
  if (typeof text === "string" && text !== "" && !text.includes("\0")) return resolve(text);
  throw new ConfigError(`${caller}: ${JSON.stringify(text)} is no path; give the path of a file, or a file: URL`);
}

/** A failure of the system as a `ConfigError`: there is no use in trying again without a change. */
export function fileError(message: string, cause: unknown): Error {
  if (ConfigError.isInstance(cause)) return cause;
  const { code, message: detail } = cause as NodeJS.ErrnoException;
  if (code === undefined) return cause as Error;
  const full = code === "ENOSPC" || code === "EDQUOT";
  // What the system says ends with a comma, the call and its paths.
  const [said] = String(detail).split(", ");
  return new ConfigError(`${message}: ${said}${full ? "; make room, and begin again or go on" : ""}`, { cause });
}
