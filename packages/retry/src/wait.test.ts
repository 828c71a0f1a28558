import { getEventListeners } from "node:events";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import type { AbortSignalLike } from "@cosmoss/types";
import { expect, it } from "vitest";
import { wait } from "./wait.ts";

it("waits as long as told and leaves nothing behind", async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  let over = false;
  const done = wait(clock, 100, signal).then(() => (over = true));
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  await clock.advance(99);
  expect(over).toBe(false);
  await clock.advance(1);
  expect(over).toBe(true);
  await done;
  expect([clock.pending, getEventListeners(signal, "abort").length]).toEqual([0, 0]);
});

it("ends at once when the signal aborts", async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const done = wait(clock, 100_000, controller.signal);
  controller.abort();
  expect([clock.pending, getEventListeners(controller.signal, "abort").length]).toEqual([0, 0]);
  await done;
  expect(clock.now()).toBe(0);
});

it("does not begin under an aborted signal, nor for no time", async () => {
  const clock = new FakeClock();
  await wait(clock, 100, AbortSignal.abort());
  await wait(clock, 0, undefined);
  expect(clock.pending).toBe(0);
});

it("notices within 100 ms that a look-alike without listeners has aborted, and leaves its onabort alone", async () => {
  const clock = new FakeClock();
  const onabort = () => {};
  const signal: AbortSignalLike & { aborted: boolean } = { aborted: false, onabort };
  let over = false;
  const done = wait(clock, 20_000, signal).then(() => (over = true));
  await clock.advance(950);
  expect(over).toBe(false);
  signal.aborted = true;
  await clock.advance(100);
  expect(over).toBe(true);
  await done;
  expect([clock.pending, signal.onabort]).toEqual([0, onabort]);
});

it("waits the whole time under a look-alike that does not abort", async () => {
  const clock = new FakeClock();
  const done = wait(clock, 250, { aborted: false, onabort: null }).then(() => clock.now());
  await clock.advance(1_000);
  expect(await done).toBe(250);
});
