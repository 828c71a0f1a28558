import { expect, it } from "vitest";
import { FakeClock } from "./fake-clock.ts";

it("stands still until it is moved", async () => {
  const clock = new FakeClock(1_000);
  let fired = 0;
  clock.setTimeout(() => fired++, 0);
  await new Promise((resolve) => setImmediate(resolve));
  expect([clock.now(), fired, clock.pending]).toEqual([1_000, 0, 1]);
  await clock.advance(0);
  expect([clock.now(), fired, clock.pending]).toEqual([1_000, 1, 0]);
});

it("fires in the order of time, then of setting, each at its own time", async () => {
  const clock = new FakeClock();
  const log: string[] = [];
  const set = (name: string, ms: number) => clock.setTimeout(() => log.push(`${name}@${clock.now()}`), ms);
  set("b", 20);
  set("a", 10);
  set("c", 20);
  set("late", 31);
  await clock.advance(30);
  expect(log).toEqual(["a@10", "b@20", "c@20"]);
  expect([clock.now(), clock.pending]).toEqual([30, 1]);
});

it("lets promises settle between timers, and fires timers that they set", async () => {
  const clock = new FakeClock();
  const log: number[] = [];
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
  const done = (async () => {
    for (let step = 0; step < 5; step++) {
      await sleep(10);
      log.push(clock.now());
    }
  })();
  await clock.advance(45);
  expect(log).toEqual([10, 20, 30, 40]);
  await clock.advance(5);
  await done;
  expect(log).toEqual([10, 20, 30, 40, 50]);
});

it("does not fire what was cleared", async () => {
  const clock = new FakeClock();
  let fired = false;
  const handle = clock.setTimeout(() => (fired = true), 5);
  clock.clearTimeout(handle);
  clock.clearTimeout(handle);
  clock.clearTimeout(undefined);
  await clock.advance(10);
  expect([fired, clock.pending]).toEqual([false, 0]);
});
