import { systemClock } from "@cosmoss/core";
import { expect, it, vi } from "vitest";
import { ProgressMeter } from "../task/progress.ts";
import { RunningTask, type TransferTask } from "../task/task.ts";
import type { TaskControl } from "../task/task-control.ts";
import { NestedProgress, nestedTask } from "./nested-task.ts";

/** A task around one whose work is `work`. */
function around(work: (inner: TaskControl) => Promise<unknown>): {
  outer: TransferTask<unknown>;
  starts: () => number;
} {
  let starts = 0;
  const outer = new RunningTask(systemClock, {}, (control) =>
    nestedTask(control, () => {
      starts++;
      return new RunningTask(systemClock, {}, work);
    }),
  );
  return { outer, starts: () => starts };
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

it("gives the result, or the failure, of the task within", async () => {
  expect(await around(async () => "done").outer).toBe("done");
  await expect(around(() => Promise.reject(new Error("broken"))).outer).rejects.toThrow("broken");
});

it("keeps one task within over any number of pauses", async () => {
  let attempts = 0;
  let finish = (): void => {};
  const { outer, starts } = around((inner) =>
    inner.step((signal) => {
      attempts++;
      return Promise.race([never(signal), new Promise<string>((resolve) => (finish = () => resolve("done")))]);
    }),
  );
  for (let pauses = 1; pauses <= 3; pauses++) {
    await vi.waitFor(() => expect(attempts).toBe(pauses));
    await outer.pause();
    outer.resume();
  }
  await vi.waitFor(() => expect(attempts).toBe(4));
  finish();
  expect(await outer).toBe("done");
  expect(starts()).toBe(1);
});

it("settles every pause while the task within is slow to stop, and goes on with it", async () => {
  let attempts = 0;
  const ends = new Set<() => void>();
  const { outer, starts } = around((inner) =>
    inner.step(
      (signal) =>
        new Promise<string>((resolve, reject) => {
          attempts++;
          ends.add(() => (signal.aborted ? reject(signal.reason) : resolve("done")));
        }),
    ),
  );
  await vi.waitFor(() => expect(attempts).toBe(1));
  let paused = 0;
  const pause = () => outer.pause().then(() => paused++);
  const pauses = [pause()];
  outer.resume();
  await vi.waitFor(() => expect(paused).toBe(1));
  pauses.push(pause(), pause());
  await new Promise((resolve) => setImmediate(resolve));
  expect(paused).toBe(1);
  for (const end of ends) end();
  await Promise.all(pauses);
  expect([paused, attempts, outer.state]).toEqual([3, 1, "paused"]);
  outer.resume();
  await vi.waitFor(() => expect(attempts).toBe(2));
  for (const end of ends) end();
  expect(await outer).toBe("done");
  expect(starts()).toBe(1);
});

it.each([
  ["running", false],
  ["paused", true],
])("cancels the task within while it is %s, tells it what to keep, and waits for its tidying up", async (_, paused) => {
  const seen: unknown[] = [];
  let inside: TaskControl | undefined;
  const { outer } = around(async (inner) => {
    inside = inner;
    try {
      await inner.step(never);
    } finally {
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(inner.signal.reason, inner.keep);
    }
  });
  await vi.waitFor(() => expect(inside).toBeDefined());
  if (paused) await outer.pause();
  const reason = new Error("enough");
  const ended = outer.cancel({ reason, keep: true });
  await expect(outer).rejects.toBe(reason);
  await ended;
  expect(seen).toEqual([reason, true]);
});

it("tells who cancels that the task within could not tidy up", async () => {
  let begun = false;
  const { outer } = around(async (inner) => {
    begun = true;
    try {
      await inner.step(never);
    } catch (error) {
      await inner.tidy(() => Promise.reject(new Error("left behind")));
      throw error;
    }
  });
  await vi.waitFor(() => expect(begun).toBe(true));
  await expect(outer.cancel()).rejects.toThrow("left behind");
  await expect(outer).rejects.toThrow("cancelled");
});

it("adds up progress, and takes back what was on its way when it fails", () => {
  const meter = new ProgressMeter(systemClock);
  meter.begin(undefined, 0);
  const [one, other] = [new NestedProgress(meter), new NestedProgress(meter)];
  const at = { phase: "transferring", fraction: 0, bytesPerSecond: 0 } as const;
  const seen = () => [meter.current.acknowledged, meter.current.inFlight];
  one.update({ ...at, acknowledged: 10, inFlight: 20 });
  other.update({ ...at, acknowledged: 0, inFlight: 5 });
  expect(seen()).toEqual([10, 25]);
  one.update({ ...at, acknowledged: 30, inFlight: 0 });
  other.update({ ...at, acknowledged: 0, inFlight: 2 });
  expect(seen()).toEqual([30, 2]);
  other.fail();
  expect(seen()).toEqual([30, 0]);
});
