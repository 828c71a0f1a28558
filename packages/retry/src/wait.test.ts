import { FakeClock } from "@cosmoss/testkit/fake-clock";
import type { AbortSignalLike } from "@cosmoss/types";
import { expect, it } from "vitest";
import { wait } from "./wait.ts";

it.each([1, 99, 100, 101, 250, 20_000])("waits %d ms, neither less nor more, and leaves nothing behind", async (ms) => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  let over = false;
  const done = wait(clock, ms, signal).then(() => (over = true));
  await clock.advance(ms - 1);
  expect(over).toBe(false);
  await clock.advance(1);
  expect(over).toBe(true);
  await done;
  expect(clock.pending).toBe(0);
});

it("does not begin under an aborted signal, nor for no time", async () => {
  const clock = new FakeClock();
  await wait(clock, 100, AbortSignal.abort());
  await wait(clock, 0, undefined);
  expect(clock.pending).toBe(0);
});

it("ends within 100 ms of an abort, also of a look-alike that cannot be listened to", async () => {
  for (const listenable of [true, false]) {
    const clock = new FakeClock();
    const controller = new AbortController();
    const lookAlike: AbortSignalLike & { aborted: boolean } = { aborted: false, onabort: null };
    let over = false;
    const done = wait(clock, 20_000, listenable ? controller.signal : lookAlike).then(() => (over = true));
    await clock.advance(950);
    expect(over).toBe(false);
    controller.abort();
    lookAlike.aborted = true;
    await clock.advance(100);
    expect(over).toBe(true);
    await done;
    expect(clock.pending).toBe(0);
  }
});
