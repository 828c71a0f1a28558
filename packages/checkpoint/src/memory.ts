/**
 * Checkpoints in memory.
 * @packageDocumentation
 */
import type { Clock } from "@cosmoss/types";
import { checkpointText } from "./checkpoint-text.ts";
import type { CheckpointEntry, CheckpointStore } from "./index.ts";

/** Options of {@link memoryCheckpoints}. @public */
export interface MemoryCheckpointsOptions {
  /** For the time of saving; default the machine's. */
  clock?: Pick<Clock, "now">;
}

/**
 * Keeps checkpoints, as JSON, for as long as the store is kept: to go on with a transfer in the same process, and for
 * tests. @public
 */
export function memoryCheckpoints(options: MemoryCheckpointsOptions = {}): CheckpointStore {
  // oxlint-disable-next-line no-restricted-properties -- the default of a parameter
  const { clock = { now: () => Date.now() } } = options;
  const kept = new Map<string, { text: string; savedMs: number }>();
  return {
    async load(id) {
      const text = kept.get(id)?.text;
      return text === undefined ? undefined : (JSON.parse(text) as object);
    },
    async save(id, checkpoint) {
      kept.set(id, { text: checkpointText(checkpoint), savedMs: clock.now() });
    },
    async remove(id) {
      kept.delete(id);
    },
    async *entries(): AsyncGenerator<CheckpointEntry, void, undefined> {
      for (const [id, { savedMs }] of kept) yield { id, savedMs };
    },
  };
}
