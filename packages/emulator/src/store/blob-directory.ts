import { type FileHandle, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { _BlobWriter } from "./backend.ts";
import type { _Segment } from "./state.ts";

/** Chunks are gathered up to this before they are written, and files are read in pieces of this. */
const PIECE = 262_144;
const NAME = /^[0-9a-f]{8,14}$/;

/** A directory of blobs, one file each, named by their numbers. @internal */
export class _BlobDirectory {
  readonly #path: string;
  readonly #sync: boolean;
  readonly #handles: Set<FileHandle> = new Set();
  readonly #unfinished: Set<number> = new Set();
  #last = 0;
  #hasNewNames = false;

  constructor(path: string, options: { sync: boolean }) {
    this.#path = path;
    this.#sync = options.sync;
  }

  /** Removes every blob that is not wanted, and says which of the wanted ones are missing. */
  async sweep(wanted: ReadonlySet<number>): Promise<number[]> {
    const found = new Set<number>();
    for (const name of await readdir(this.#path)) {
      if (!NAME.test(name)) continue;
      const id = Number.parseInt(name, 16);
      found.add(id);
      this.#last = Math.max(this.#last, id);
      if (!wanted.has(id)) await rm(join(this.#path, name), { force: true });
    }
    return [...wanted].filter((id) => !found.has(id));
  }

  async create(): Promise<_BlobWriter> {
    const id = ++this.#last;
    const file = await open(this.#file(id), "wx");
    // Not before the name exists: a syncNames that ran meanwhile would have missed it.
    this.#hasNewNames = true;
    this.#handles.add(file);
    this.#unfinished.add(id);
    let pieces: Uint8Array[] = [];
    let size = 0;
    const flush = async (): Promise<void> => {
      const full = pieces;
      pieces = [];
      size = 0;
      await writeFully(file, full);
    };
    return {
      id,
      write: async (chunk) => {
        pieces.push(chunk);
        size += chunk.length;
        if (size >= PIECE) await flush();
      },
      finish: async () => {
        await flush();
        if (this.#sync) await file.datasync();
        await this.#close(file);
        this.#unfinished.delete(id);
      },
      discard: async () => {
        await this.#close(file);
        this.#unfinished.delete(id);
        await this.remove(id);
      },
    };
  }

  async *read([blob, offset, length]: _Segment): AsyncGenerator<Uint8Array, void, undefined> {
    const file = await open(this.#file(blob), "r");
    this.#handles.add(file);
    try {
      for (let done = 0; done < length;) {
        const { bytesRead, buffer } = await file.read(
          Buffer.allocUnsafe(Math.min(PIECE, length - done)),
          0,
          Math.min(PIECE, length - done),
          offset + done,
        );
        if (bytesRead === 0) throw new Error("a blob is shorter than what it should hold");
        done += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await this.#close(file);
    }
  }

  async remove(blob: number): Promise<void> {
    await rm(this.#file(blob), { force: true });
  }

  /** Makes the names of all blobs created so far durable. */
  async syncNames(): Promise<void> {
    if (!this.#sync || !this.#hasNewNames) return;
    this.#hasNewNames = false;
    await _syncDirectory(this.#path);
  }

  /** Releases the files of writers and readers, and removes what was not finished. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#handles, (file) => this.#close(file)));
    await Promise.all(Array.from(this.#unfinished, (id) => this.remove(id)));
  }

  async #close(file: FileHandle): Promise<void> {
    if (this.#handles.delete(file)) await file.close();
  }

  #file(id: number): string {
    return join(this.#path, id.toString(16).padStart(8, "0"));
  }
}

async function writeFully(file: FileHandle, pieces: Uint8Array[]): Promise<void> {
  if (pieces.length === 0) return;
  const expected = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const { bytesWritten } = await file.writev(pieces);
  if (bytesWritten === expected) return;
  // A short write is rare (a full disk, a signal): what is left goes piecewise, and then the cause shows itself.
  const rest = Buffer.concat(pieces).subarray(bytesWritten);
  for (let done = 0; done < rest.length;) done += (await file.write(rest, done)).bytesWritten;
}

/** Makes the names in a directory durable. Windows cannot open directories, and needs no such call. @internal */
export async function _syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
