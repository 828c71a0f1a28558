import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { JobQueue } from "./job-queue.ts";

it("runs no more than there is room for, and lets nobody add more than that", async () => {
  const queue = new JobQueue(() => {});
  let [running, most, added, width] = [0, 0, 0, 3];
  const ends: (() => void)[] = [];
  const adding = (async () => {
    for (let i = 0; i < 12; i++) {
      await queue.add(
        () => width,
        async () => {
          most = Math.max(most, ++running);
          await new Promise<void>((resolve) => ends.push(resolve));
          running--;
        },
      );
      added++;
    }
  })();
  await setImmediate();
  expect([running, added]).toEqual([3, 3]);
  ends.shift()!();
  await setImmediate();
  expect([running, added]).toEqual([3, 4]);
  width = 5;
  ends.shift()!();
  await setImmediate();
  expect([running, added]).toEqual([5, 7]);
  const end = adding.then(() => queue.end());
  for (let over = false; !over;) {
    ends.splice(0).forEach((resolve) => resolve());
    over = await Promise.race([end.then(() => true), setImmediate(false)]);
  }
  expect([running, most, added]).toEqual([0, 5, 12]);
});

it("tells of the first failure at once, takes no more, and waits for the others", async () => {
  const seen: unknown[] = [];
  const queue = new JobQueue((error) => seen.push(error));
  let finish!: () => void;
  const slow = new Promise<void>((resolve) => (finish = resolve));
  const width = () => 2;
  await queue.add(width, () => slow);
  await queue.add(width, () => Promise.reject(new Error("first")));
  await expect(queue.add(width, async () => {})).rejects.toThrow("first");
  expect(seen).toEqual([new Error("first")]);
  let ended = false;
  const end = queue.end().finally(() => (ended = true));
  await setImmediate();
  expect(ended).toBe(false);
  finish();
  await expect(end).rejects.toThrow("first");
});
