import { type FetchedRange, fetchRange, type RangeJob, type RangeWriter } from "./fetch-range.ts";
import { Gather } from "../sinks/gather.ts";
import type { PlannedPart } from "../parts/part-plan.ts";
import type { OpenSink } from "../sinks/sink.ts";
import { inParallel, type TaskControl } from "../task/task-control.ts";

/**
 * Fetches parts side by side into a sink. `onDone` is told of each when its bytes are in the sink.
 *
 * A sink in order gets each part when those before it are written; until then it is held in memory. Parts are begun in
 * order and none is let go before it is written, so as many as are fetched at a time are held at most, and the one that
 * all wait for is always under way. It has no place in the pool while it waits, so that a reader who is slow, or waits for
 * another transfer first, holds up nobody else.
 */
export async function fetchParts(
  control: TaskControl,
  job: RangeJob & { readonly sink: OpenSink },
  parts: readonly PlannedPart[],
  onDone: (part: PlannedPart, fetched: FetchedRange) => Promise<void>,
): Promise<void> {
  const { sink, port } = job;
  const left = parts.values();
  let failure: { readonly reason: unknown } | undefined;
  let written: Promise<void> = Promise.resolve();

  const passOn = async (own: TaskControl, part: PlannedPart, held: Held, before: Promise<void>): Promise<void> => {
    const gather = new Gather(sink, part.start);
    const pass = async (write: () => Promise<void> | undefined): Promise<void> => {
      if (failure) throw failure.reason;
      const writing = write();
      // A task that ends does not wait for it any more.
      writing?.catch(() => {});
      if (writing) await own.until(writing);
    };
    await own.until(before);
    for (const chunk of held.chunks) await pass(() => gather.add(chunk));
    await pass(() => gather.flush());
  };

  // One more than can run, so that the next range is in line by the time there is a place, before others of less priority.
  const width = (): number => port.pool.concurrency + (sink.ordered ? 0 : 1);
  await inParallel(control, width, async (own, grow) => {
    for (const part of left) {
      grow();
      let end = (): void => {};
      try {
        let fetched: FetchedRange;
        if (sink.ordered) {
          const before = written;
          written = new Promise((resolve) => (end = resolve));
          let held = new Held();
          fetched = await fetchRange(own, job, part, () => (held = new Held()));
          await passOn(own, part, held, before);
        } else fetched = await fetchRange(own, job, part, () => new Gather(sink, part.start));
        await onDone(part, fetched);
      } catch (reason) {
        failure ??= { reason };
        throw reason;
      } finally {
        end();
      }
    }
  });
}

/** Chunks that wait for their turn. */
class Held implements RangeWriter {
  readonly chunks: Uint8Array[] = [];

  add(chunk: Uint8Array): undefined {
    this.chunks.push(chunk);
  }

  flush(): undefined {}

  settled(): undefined {}
}
