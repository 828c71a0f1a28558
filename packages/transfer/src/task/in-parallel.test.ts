import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { expect, it } from "vitest";
import { ProgressMeter } from "./progress.ts";
import { inParallel, TaskControl } from "./task-control.ts";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp(items: number) {
  const clock = new FakeClock();
  const control = new TaskControl(clock, new ProgressMeter(clock));
  const left = Array.from({ length: items }, (_, i) => i).values();
  const state = {
    width: 2,
    begun: [] as number[],
    workers: 0,
    held: [] as { resolve(): void; reject(error: unknown): void }[],
  };
  const running = inParallel(
    control,
    () => state.width,
    async (own, grow) => {
      state.workers++;
      for (const item of left) {
        grow();
        state.begun.push(item);
        await own.until(new Promise<void>((resolve, reject) => state.held.push({ resolve, reject })));
      }
    },
  );
  return { control, state, running };
}

it("begins more workers as soon as one takes an item, and takes all in order", async () => {
  const { state, running } = setUp(9);
  await turn();
  expect(state.begun).toEqual([0, 1]);
  state.width = 5;
  await turn();
  expect(state.begun).toEqual([0, 1]);
  state.held[0]!.resolve();
  await turn();
  expect(state.begun).toEqual([0, 1, 2, 3, 4, 5]);
  for (let at = 1; at < 9; at++) {
    state.held[at]!.resolve();
    await turn();
  }
  await running;
  expect(state.begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(state.workers).toBe(5);
});

it("begins no more workers once it was lowered", async () => {
  const { state, running } = setUp(4);
  await turn();
  state.width = 1;
  for (let at = 0; at < 4; at++) {
    state.held[at]!.resolve();
    await turn();
  }
  await running;
  expect(state.workers).toBe(2);
});

it("begins no more workers once one has failed", async () => {
  const { state, running } = setUp(100);
  const failed = running.catch((error: unknown) => error);
  await turn();
  state.width = 50;
  const error = new Error("first");
  state.held[1]!.reject(error);
  expect(await failed).toBe(error);
  expect([state.workers, state.begun]).toEqual([2, [0, 1]]);
});

it("fails with the reason when all is stopped before it begins", async () => {
  const clock = new FakeClock();
  const control = new TaskControl(clock, new ProgressMeter(clock));
  const reason = new Error("stopped");
  control.stop(reason);
  const running = inParallel(
    control,
    () => 3,
    (own) => own.step(async () => {}),
  );
  await expect(running).rejects.toBe(reason);
});
