import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ConfigError } from "@cosmoss/errors";
import { _IN_LOG, type _Backend, type _BlobWriter } from "./backend.ts";
import { _BlobDirectory, _syncDirectory } from "./blob-directory.ts";
import { _lockDirectory } from "./directory-lock.ts";
import { _Engine } from "./engine.ts";
import { _Journal, type _JournalOptions } from "./journal.ts";
import type { ProviderName } from "./records.ts";
import { type _Body, type _Change, type _Segment, _StoreState } from "./state.ts";
import type { Store } from "./store.ts";

/** Bodies up to this size lie in the journal: half of what a file of its own would cost, and one fsync instead of two. */
const INLINE_LIMIT = 4096;
/** Neighbouring inline pieces of an object are joined when the journal is rewritten, into a blob from this size on. */
const JOINED_INLINE_LIMIT = 65_536;
/** The journal is rewritten at start once it holds this many more changes than twice what is alive. */
const SLACK = 1000;

/** Options of {@link directoryStore}. @public */
export interface DirectoryStoreOptions {
  /**
   * `"always"`: an acknowledged change survives a crash of the machine. `"none"`: it survives a crash of the process (the
   * operating system has it), and small writes are many times faster. Default `"always"`.
   */
  readonly sync?: "always" | "none";
}

/**
 * A store in a directory, which is created if need be. It survives the end of the process at any moment: what was
 * acknowledged is there afterwards, what was not is wholly there or not at all.
 *
 * The layout:
 * - `journal`: every change since the journal was last rewritten, and bodies of at most 4 KiB with them; a change counts
 *   once it is in there;
 * - `blobs/<number>`: the larger bodies. A blob is durable before the journal names it and removed after the journal lets it
 *   go; what the journal does not name is removed at start;
 * - `journal.new`: the next journal while it is written at start; then it is renamed;
 * - `lock`: the process that uses the directory.
 *
 * No key or bucket name ever becomes a file name.
 *
 * Throws a `ConfigError` if the directory is in use or is not a store's, and an error if the journal or a blob is damaged.
 * @public
 */
export async function directoryStore(path: string, options: DirectoryStoreOptions = {}): Promise<Store> {
  await makeDirectory(resolve(path));
  const unlock = await _lockDirectory(join(path, "lock"));
  try {
    const backend = new DirectoryBackend(path, unlock, { sync: options.sync !== "none" });
    return new _Engine(backend, await backend._start());
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** Creates a directory and those above it, and makes their names durable. */
async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; ; made = dirname(made)) {
    await _syncDirectory(dirname(made));
    if (made === first || made === dirname(made)) return;
  }
}

class DirectoryBackend implements _Backend {
  readonly inlineLimit: number = INLINE_LIMIT;
  readonly #path: string;
  readonly #unlock: () => Promise<void>;
  readonly #sync: boolean;
  readonly #blobs: _BlobDirectory;
  readonly #journalOptions: _JournalOptions;
  #journal!: _Journal;

  constructor(path: string, unlock: () => Promise<void>, options: { sync: boolean }) {
    this.#path = path;
    this.#unlock = unlock;
    this.#sync = options.sync;
    this.#blobs = new _BlobDirectory(join(path, "blobs"), options);
    this.#journalOptions = { sync: options.sync, beforeWrite: () => this.#blobs.syncNames() };
  }

  async _start(): Promise<_StoreState> {
    const names = await readdir(this.#path);
    await rm(join(this.#path, "journal.new"), { force: true });
    // The journal comes before the first blob: so blobs without one are someone else's, not to be swept away.
    if (!names.includes("journal")) {
      if (names.includes("blobs"))
        throw new ConfigError(`${this.#path} is not a store: it has "blobs" but no "journal".`);
      await this.#replaceJournal(() => Promise.resolve());
    }
    await mkdir(join(this.#path, "blobs"), { recursive: true });
    if (this.#sync) await _syncDirectory(this.#path);
    try {
      let { state, changes } = await this.#load();
      await this.#sweep(state);
      if (changes > 2 * entries(state) + SLACK) {
        await this.#replaceJournal((journal) => this.#snapshot(state, journal));
        await this.#journal.close();
        ({ state } = await this.#load());
        await this.#sweep(state);
      }
      return state;
    } catch (error) {
      await this.#journal?.close();
      throw error;
    }
  }

  createBlob(): Promise<_BlobWriter> {
    return this.#blobs.create();
  }

  async *read(segment: _Segment): AsyncGenerator<Uint8Array, void, undefined> {
    if (segment[0] === _IN_LOG) yield await this.#journal.read(segment);
    else yield* this.#blobs.read(segment);
  }

  async removeBlob(blob: number): Promise<void> {
    if (blob !== _IN_LOG) await this.#blobs.remove(blob);
  }

  log(inline: Uint8Array | undefined, build: (place: _Segment | undefined) => _Change): Promise<void> {
    return this.#journal.add(inline, (place) => JSON.stringify(build(place)));
  }

  async close(): Promise<void> {
    await this.#blobs.close();
    await this.#journal.close();
    await this.#unlock();
  }

  async #load(): Promise<{ state: _StoreState; changes: number }> {
    const state = new _StoreState();
    let changes = 0;
    this.#journal = await _Journal.open(join(this.#path, "journal"), this.#journalOptions, (json) => {
      for (const body of state.apply(JSON.parse(json) as _Change)) state.release(body);
      changes++;
    });
    return { state, changes };
  }

  async #sweep(state: _StoreState): Promise<void> {
    const wanted = new Set(state.blobs());
    wanted.delete(_IN_LOG);
    const [missing] = await this.#blobs.sweep(wanted);
    if (missing !== undefined) {
      throw new Error(`The store ${this.#path} is damaged: blob ${missing.toString(16)} is missing.`);
    }
  }

  async #replaceJournal(write: (journal: _Journal) => Promise<void>): Promise<void> {
    const path = join(this.#path, "journal.new");
    const journal = await _Journal.create(path, this.#journalOptions);
    try {
      await write(journal);
      await journal.flush();
    } finally {
      await journal.close();
    }
    await rename(path, join(this.#path, "journal"));
    if (this.#sync) await _syncDirectory(this.#path);
  }

  /** Writes the changes that lead straight to a state. */
  async #snapshot(state: _StoreState, journal: _Journal): Promise<void> {
    let unflushed = 0;
    const add = async (body: _Body, build: (body: _Body) => _Change): Promise<void> => {
      const { inline, place } = await this.#pack(body);
      // Not awaited one by one, so that thousands share a frame; a failure comes out of the flush.
      journal.add(inline, (at) => JSON.stringify(build(place(at)))).catch(() => undefined);
      if (++unflushed % 4096 === 0) await journal.flush();
    };
    for (const p of ["oss", "cos"] satisfies ProviderName[]) {
      for (const bucket of state.buckets(p)) {
        const b = bucket.record.name;
        await add([], () => ({ p, b, op: "bucket", record: bucket.record }));
        for (const { record, body } of bucket.objects.values()) {
          await add(body, (packed) => ({ p, b, op: "put", record, body: packed }));
        }
        for (const upload of bucket.uploads.values()) {
          const { id } = upload.record;
          await add([], () => ({ p, b, op: "upload", record: upload.record }));
          for (const { record, body } of upload.parts.values()) {
            await add(body, (packed) => ({ p, b, op: "part", id, record, body: packed }));
          }
        }
      }
    }
  }

  /** Joins neighbouring inline pieces: short ones stay inline, long ones become a blob. */
  async #pack(body: _Body): Promise<{ inline?: Uint8Array; place: (at: _Segment | undefined) => _Body }> {
    const inline: Uint8Array[] = [];
    let inlineSize = 0;
    const packed: _Segment[] = [];
    for (let i = 0; i < body.length;) {
      const run: _Segment[] = [];
      let size = 0;
      for (; body[i]?.[0] === _IN_LOG; i++) {
        run.push(body[i] as _Segment);
        size += (body[i] as _Segment)[2];
      }
      if (run.length === 0) packed.push(body[i++] as _Segment);
      else if (inlineSize + size <= JOINED_INLINE_LIMIT) {
        packed.push([_IN_LOG, inlineSize, size]);
        for (const segment of run) inline.push(await this.#journal.read(segment));
        inlineSize += size;
      } else {
        const blob = await this.createBlob();
        for (const segment of run) await blob.write(await this.#journal.read(segment));
        await blob.finish();
        packed.push([blob.id, 0, size]);
      }
    }
    return {
      ...(inlineSize > 0 && { inline: Buffer.concat(inline) }),
      place: (at) => packed.map((one) => (one[0] === _IN_LOG && at ? [_IN_LOG, at[1] + one[1], one[2]] : one)),
    };
  }
}

/** How many changes a rewritten journal would hold. */
function entries(state: _StoreState): number {
  let count = 0;
  for (const p of ["oss", "cos"] satisfies ProviderName[]) {
    for (const bucket of state.buckets(p)) {
      count += 1 + bucket.objects.size + bucket.uploads.size;
      for (const upload of bucket.uploads.values()) count += upload.parts.size;
    }
  }
  return count;
}
