/**
 * Checkpoints in files.
 * @packageDocumentation
 */
import { createHash } from "node:crypto";
import { open, opendir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ConfigError, DecodeError } from "@cosmoss/errors";
import type { Clock } from "@cosmoss/types";
import { checkpointText } from "./checkpoint-text.ts";
import type { CheckpointEntry, CheckpointStore } from "./index.ts";
import { isTemporary, replaceFile } from "./replace-file.node.ts";

/** Options of {@link fileCheckpoints}. @public */
export interface FileCheckpointsOptions {
  /**
   * Milliseconds after which a checkpoint counts as none, and is removed by and by; default 7 days. `Infinity` keeps all.
   */
  maxAgeMs?: number;
  /** For the time of saving and the age; default the machine's. */
  clock?: Pick<Clock, "now">;
}

const DAY_MS = 86_400_000;
const CHECKPOINT_NAME = /^[0-9a-f]{64}\.json$/;

/**
 * Keeps checkpoints in a directory, each in a file of its own that only its owner may read. The directory is made when it
 * is needed. What is saved is on the disk, and survives the end of the process or a loss of power; a file is the old or
 * the new one, never half of it. Any number of stores and processes may use the same directory, and none makes a call of
 * another fail; of two that save the same id at the same time, the last one wins.
 *
 * The name of a file is the SHA-256 of the id in UTF-16LE, with `.json`; its time of modification is the time of saving.
 * When a store is first used, and then once a day, it removes checkpoints older than `maxAgeMs`, and what crashes left
 * half-written a day ago or earlier.
 *
 * Rejects with a `ConfigError` if the directory cannot be used, the system's error as its cause; throws one for an empty
 * directory or a `maxAgeMs` that is not above 0. @public
 */
export function fileCheckpoints(directory: string, options: FileCheckpointsOptions = {}): CheckpointStore {
  // oxlint-disable-next-line no-restricted-properties -- the default of a parameter
  const { maxAgeMs = 7 * DAY_MS, clock = { now: () => Date.now() } } = options;
  if (typeof directory !== "string" || directory === "") {
    throw new ConfigError("fileCheckpoints: no directory; give the path of one");
  }
  if (!(maxAgeMs > 0)) throw new ConfigError(`fileCheckpoints: maxAgeMs is ${maxAgeMs}; give milliseconds above 0`);
  const folder = resolve(directory);
  /** The last change of each file that is under way. */
  const changes = new Map<string, Promise<void>>();
  let sweeping: Promise<void> | undefined;
  let sweptMs = 0;

  // In UTF-16 even halves of a surrogate pair make different names.
  const fileOf = (id: string): string => `${createHash("sha256").update(id, "utf16le").digest("hex")}.json`;
  const isExpired = (savedMs: number): boolean => clock.now() - Math.round(savedMs) > maxAgeMs;

  /** Changes of one file take place one after the other. */
  function change(name: string, work: () => Promise<void>): Promise<void> {
    const before = changes.get(name) ?? sweep();
    const mine = before
      .catch(() => {})
      .then(work)
      .finally(() => {
        if (changes.get(name) === mine) changes.delete(name);
      });
    changes.set(name, mine);
    return mine;
  }

  /** Removes what is too old. Waited for before a change, which could otherwise be taken for the old file. */
  function sweep(): Promise<void> {
    const now = clock.now();
    if (sweeping && now - sweptMs < DAY_MS) return sweeping;
    sweptMs = now;
    // What cannot be removed does no harm. Trouble with the directory shows when it is used.
    return (sweeping = removeOld().catch(() => {}));
  }

  async function removeOld(): Promise<void> {
    for await (const name of namesIn(folder)) {
      const isCheckpoint = CHECKPOINT_NAME.test(name);
      if ((!isCheckpoint && !isTemporary(name)) || changes.has(name)) continue;
      const file = join(folder, name);
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Infinity }));
      const isTooOld = isCheckpoint ? isExpired(mtimeMs) : clock.now() - mtimeMs > DAY_MS;
      if (isTooOld) await rm(file, { force: true }).catch(() => {});
    }
  }

  /** Removes a file, and what processes that were killed while they saved it left behind; one that lives tries again. */
  async function removeFile(name: string): Promise<void> {
    await rm(join(folder, name), { force: true });
    for await (const other of namesIn(folder)) {
      if (isTemporary(other) && other.startsWith(name)) await rm(join(folder, other), { force: true });
    }
  }

  /** What a file holds, unless there is none or it is too old. */
  async function read(name: string): Promise<{ text: string; savedMs: number } | undefined> {
    await sweep();
    try {
      const handle = await open(join(folder, name));
      try {
        const savedMs = Math.round((await handle.stat()).mtimeMs);
        return isExpired(savedMs) ? undefined : { text: await handle.readFile("utf8"), savedMs };
      } finally {
        await handle.close();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw unusable("read", error);
    }
  }

  function unusable(what: string, cause: unknown): ConfigError {
    const message = `Checkpoints in ${folder} cannot be ${what} (${(cause as Error).message}); see to the directory or give another`;
    return new ConfigError(message, { cause });
  }

  return {
    async load(id) {
      const name = fileOf(id);
      const found = await read(name);
      if (!found) return undefined;
      const envelope = envelopeOf(found.text);
      if (envelope?.id === id) return envelope.checkpoint;
      throw new DecodeError(
        `${join(folder, name)} is damaged or not of this version of Cosmoss; remove it, and the transfer begins anew`,
      );
    },

    async save(id, checkpoint) {
      const text = `{"cosmoss":1,"id":${JSON.stringify(id)},"checkpoint":${checkpointText(checkpoint)}}\n`;
      const name = fileOf(id);
      await change(name, () =>
        replaceFile(folder, name, text, clock.now()).catch((error: unknown) => {
          throw unusable("saved", error);
        }),
      );
    },

    async remove(id) {
      const name = fileOf(id);
      await change(name, () =>
        removeFile(name).catch((error: unknown) => {
          throw unusable("removed", error);
        }),
      );
    },

    async *entries(): AsyncGenerator<CheckpointEntry, void, undefined> {
      try {
        for await (const name of namesIn(folder)) {
          if (!CHECKPOINT_NAME.test(name)) continue;
          const found = await read(name).catch(() => undefined);
          const envelope = found && envelopeOf(found.text);
          if (envelope && fileOf(envelope.id) === name) yield { id: envelope.id, savedMs: found.savedMs };
        }
      } catch (error) {
        throw unusable("listed", error);
      }
    },
  };
}

async function* namesIn(folder: string): AsyncGenerator<string, void, undefined> {
  try {
    for await (const { name } of await opendir(folder)) yield name;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

interface Envelope {
  id: string;
  checkpoint: object;
}

/** What the text of a file says, if it is one of ours. */
function envelopeOf(text: string): Envelope | undefined {
  try {
    const { cosmoss, id, checkpoint } = JSON.parse(text) as Partial<Envelope> & { cosmoss?: unknown };
    const isOurs = cosmoss === 1 && typeof id === "string" && typeof checkpoint === "object" && checkpoint !== null;
    return isOurs ? { id, checkpoint } : undefined;
  } catch {
    return undefined;
  }
}
