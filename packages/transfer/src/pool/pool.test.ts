import { getEventListeners } from "node:events";
import { ConfigError } from "@cosmoss/errors";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import type { AbortSignalLike } from "@cosmoss/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TransferPool } from "./pool.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Work that ends when it is told to. */
function controlled(log: string[], name: string) {
  let end!: () => void;
  let fail!: (error: unknown) => void;
  const ended = new Promise<string>((resolve, reject) => {
    end = () => resolve(name);
    fail = reject;
  });
  const work = () => {
    log.push(name);
    return ended;
  };
  return { work, end, fail };
}

/** Lets everything run that waits for nothing but promises. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const listenersOf = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

describe("run", () => {
  it("gives what the work gives, and rejects with what it rejects with or throws", async () => {
    const pool = new TransferPool({ concurrency: 1 });
    expect(await pool.run(async () => 7)).toBe(7);
    const refusal = new Error("refused");
    await expect(pool.run(() => Promise.reject(refusal))).rejects.toBe(refusal);
    const thrown = () => {
      throw refusal;
    };
    await expect(pool.run(thrown)).rejects.toBe(refusal);
    expect(await pool.run(async () => "the place is free again")).toBe("the place is free again");
  });

  it("runs as much at a time as it may, six by default", async () => {
    for (const [options, width] of [
      [{}, 6],
      [{ concurrency: 3 }, 3],
    ] as const) {
      const pool = new TransferPool(options);
      expect(pool.concurrency).toBe(width);
      let running = 0;
      let most = 0;
      const work = async () => {
        most = Math.max(most, ++running);
        await settled();
        running--;
      };
      await Promise.all(Array.from({ length: 40 }, () => pool.run(work)));
      expect(most).toBe(width);
      expect(running).toBe(0);
    }
  });

  it("prefers the higher priority, then who came first", async () => {
    const pool = new TransferPool({ concurrency: 1 });
    const log: string[] = [];
    const first = controlled(log, "first");
    const all = [pool.run(first.work)];
    for (const [name, priority] of [
      ["a", undefined],
      ["b", -1],
      ["c", 5],
      ["d", 0],
      ["e", 5],
      ["f", Infinity],
      ["g", 0.5],
    ] as const) {
      const work = async () => {
        log.push(name);
        return name;
      };
      all.push(pool.run(work, priority === undefined ? {} : { priority }));
    }
    first.end();
    await Promise.all(all);
    expect(log).toEqual(["first", "f", "c", "e", "g", "a", "d", "b"]);
  });

  it("takes more, or fewer, when that is changed while it runs", async () => {
    const pool = new TransferPool({ concurrency: 1 });
    const log: string[] = [];
    const works = Array.from({ length: 8 }, (_, index) => controlled(log, String(index)));
    const all = works.map(({ work }) => pool.run(work));
    await settled();
    expect(log).toHaveLength(1);
    pool.concurrency = 4;
    await settled();
    expect(log).toHaveLength(4);
    pool.concurrency = 2;
    works[0]!.end();
    works[1]!.end();
    await settled();
    expect(log).toHaveLength(4);
    works[2]!.end();
    await settled();
    expect(log).toHaveLength(5);
    for (const { end } of works) end();
    expect(await Promise.all(all)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
  });

  it("lets who aborts out of the line, and nobody else", async () => {
    const pool = new TransferPool({ concurrency: 1 });
    const log: string[] = [];
    const first = controlled(log, "first");
    const running = pool.run(first.work);
    const stop = new AbortController();
    const out = pool.run(controlled(log, "out").work, { signal: stop.signal });
    const stays = pool.run(async () => log.push("stays"));
    await settled();
    const reason = new Error("enough");
    stop.abort(reason);
    await expect(out).rejects.toBe(reason);
    await expect(pool.run(controlled(log, "late").work, { signal: stop.signal })).rejects.toBe(reason);
    first.end();
    await Promise.all([running, stays]);
    expect(log).toEqual(["first", "stays"]);
  });

  it("does not begin what is aborted in the moment of its turn, and gives the place on", async () => {
    const pool = new TransferPool({ concurrency: 1 });
    const stop = new AbortController();
    let began = false;
    const out = pool.run(async () => (began = true), { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(out).rejects.toThrow("enough");
    expect(began).toBe(false);
    expect(await pool.run(async () => "next")).toBe("next");
  });

  it("leaves work alone that has begun: its signal is its own matter", async () => {
    const pool = new TransferPool();
    const log: string[] = [];
    const one = controlled(log, "one");
    const stop = new AbortController();
    const running = pool.run(one.work, { signal: stop.signal });
    await settled();
    expect(listenersOf(stop.signal)).toBe(0);
    stop.abort();
    one.end();
    expect(await running).toBe("one");
  });

  it("keeps every promise in any mix of priorities, failures, aborts and changes", async () => {
    const step = fc.record({
      priority: fc.integer({ min: -1, max: 1 }),
      outcome: fc.constantFrom("end", "fail", "abort"),
      concurrency: fc.option(fc.integer({ min: 1, max: 4 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const pool = new TransferPool({ concurrency: 2 });
        const log: string[] = [];
        const all = steps.map(({ priority, outcome, concurrency }, index) => {
          const one = controlled(log, String(index));
          const stop = new AbortController();
          const result = pool.run(one.work, { priority, signal: stop.signal }).then(
            () => "end",
            (error: Error) => error.message,
          );
          if (concurrency !== null) pool.concurrency = concurrency;
          return { ...one, outcome, stop, result };
        });
        for (const { outcome, stop, end, fail } of all) {
          await Promise.resolve();
          if (outcome === "abort") stop.abort(new Error("abort"));
          if (outcome === "fail") fail(new Error("fail"));
          end();
        }
        for (const [index, { outcome, result, stop }] of all.entries()) {
          expect([await result, listenersOf(stop.signal)]).toEqual([
            outcome === "abort" && log.includes(String(index)) ? "end" : outcome,
            0,
          ]);
        }
        expect(new Set(log).size).toBe(log.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe("signals", () => {
  const WAITING = 300;

  /** All of a pool's places are taken, and so are its bytes. */
  async function fullPool() {
    const clock = new FakeClock();
    const pool = new TransferPool({ concurrency: 1, maxBytesPerSecond: 1, clock });
    const log: string[] = [];
    const blocker = controlled(log, "blocker");
    const running = pool.run(blocker.work);
    await settled();
    return { clock, pool, log, blocker, running };
  }

  it("carry one listener however many wait, and none when nobody waits", async () => {
    const { pool, blocker, running, clock } = await fullPool();
    const { signal } = new AbortController();
    const waiting: Promise<unknown>[] = [];
    for (let n = 0; n < WAITING; n++) {
      waiting.push(
        pool.run(async () => {}, { signal }),
        pool.take(10, signal)!,
      );
    }
    expect(listenersOf(signal)).toBe(1);
    blocker.end();
    pool.maxBytesPerSecond = undefined;
    await Promise.all([running, ...waiting]);
    expect(listenersOf(signal)).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it("free all who wait when they abort, the first as well as the last", async () => {
    const { pool, blocker, running, clock, log } = await fullPool();
    const stop = new AbortController();
    const { signal } = stop;
    const waiting: Promise<unknown>[] = [];
    for (let n = 0; n < WAITING; n++) {
      waiting.push(pool.run(controlled(log, "never").work, { signal }), pool.take(n === 0 ? 1000 : 0.0001, signal)!);
    }
    await clock.advance(60_000);
    stop.abort("over");
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.every((one) => one.status === "rejected" && one.reason === "over")).toBe(true);
    expect(listenersOf(signal)).toBe(0);
    expect(clock.pending).toBe(0);
    blocker.end();
    await running;
    expect(log).toEqual(["blocker"]);
  });

  it("that know no listeners are listened to by onabort, which stays its owner's", async () => {
    const { pool, blocker, running } = await fullPool();
    const seen: unknown[] = [];
    const owners = (event: unknown) => seen.push(event);
    const signal: AbortSignalLike & { aborted: boolean; reason?: unknown } = { aborted: false, onabort: owners };
    const out = pool.run(async () => {}, { signal });
    const outToo = pool.take(1000, signal)!;
    signal.aborted = true;
    signal.reason = "look-alike";
    signal.onabort!("event");
    await expect(out).rejects.toBe("look-alike");
    await expect(outToo).rejects.toBe("look-alike");
    expect(seen).toEqual(["event"]);
    expect(signal.onabort).toBe(owners);
    blocker.end();
    await running;
  });
});

/** Takes bytes over and over, and tells how many have passed. */
function taker(pool: TransferPool, clock: FakeClock, nextSize: () => number, workMs = 0) {
  const state = { bytes: 0, times: 0, stopped: false };
  const loop = async () => {
    while (!state.stopped) {
      const size = nextSize();
      const wait = pool.take(size);
      if (wait) await wait;
      state.bytes += size;
      state.times++;
      if (!wait || workMs > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, Math.max(1, workMs)));
    }
  };
  return Object.assign(state, { ended: loop() });
}

async function stopAll(pool: TransferPool, clock: FakeClock, takers: readonly ReturnType<typeof taker>[]) {
  for (const one of takers) one.stopped = true;
  pool.maxBytesPerSecond = undefined;
  await clock.advance(1000);
  await Promise.all(takers.map((one) => one.ended));
  expect(clock.pending).toBe(0);
}

/** The same numbers each time. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe("maxBytesPerSecond", () => {
  it.each<[string, number, number, (random: () => number) => number, number]>([
    ["one who takes pieces of 64 KiB", 1, MIB, () => 64 * KIB, 0],
    ["one who is busy with each for a while", 1, MIB, () => 64 * KIB, 20],
    ["many who take pieces of 64 KiB", 50, MIB, () => 64 * KIB, 0],
    ["many who take any size", 20, MIB, (random) => 1 + Math.floor(random() * 300 * KIB), 3],
    ["tiny pieces", 3, 20_000, (random) => 1 + Math.floor(random() * 100), 0],
    ["pieces of more than two seconds", 2, 16 * KIB, () => 40 * KIB, 0],
    ["a fast line", 6, 300 * MIB, (random) => 64 * KIB + Math.floor(random() * MIB), 0],
    ["a few bytes a second", 2, 3, () => 1, 0],
  ])("holds within 10 %% in every 30 seconds for %s", async (_, takers, limit, size, workMs) => {
    const clock = new FakeClock(1_700_000_000_000);
    const pool = new TransferPool({ maxBytesPerSecond: limit, clock });
    const random = sequence(7);
    const all = Array.from({ length: takers }, () => taker(pool, clock, () => size(random), workMs));
    const passed = () => all.reduce((sum, one) => sum + one.bytes, 0);
    const seconds: number[] = [];
    for (let second = 0; second <= (limit > 100 * MIB ? 30 : 90); second++) {
      seconds.push(passed());
      await clock.advance(1000);
    }
    for (let second = 30; second < seconds.length; second++) {
      const ratio = (seconds[second]! - seconds[second - 30]!) / (30 * limit);
      expect(ratio).toBeGreaterThan(0.9);
      expect(ratio).toBeLessThan(1.1);
    }
    await stopAll(pool, clock, all);
  });

  it("has one timer at most, however many wait", async () => {
    const clock = new FakeClock();
    const pool = new TransferPool({ maxBytesPerSecond: 1000, clock });
    const waiting = Array.from({ length: 100 }, () => pool.take(500));
    expect(clock.pending).toBe(1);
    pool.maxBytesPerSecond = 2000;
    expect(clock.pending).toBe(1);
    await clock.advance(100 * 250);
    await Promise.all(waiting);
    expect(clock.pending).toBe(0);
  });

  it("counts within a second when it is changed, for those who wait too", async () => {
    const clock = new FakeClock();
    const pool = new TransferPool({ maxBytesPerSecond: 100 * KIB, clock });
    const all = Array.from({ length: 5 }, () => taker(pool, clock, () => 16 * KIB));
    const passed = () => all.reduce((sum, one) => sum + one.bytes, 0);
    for (const limit of [100 * KIB, MIB, 10 * KIB, 500 * KIB, 50 * KIB]) {
      pool.maxBytesPerSecond = limit;
      const atChange = passed();
      await clock.advance(1000);
      const before = passed();
      expect(before - atChange).toBeLessThan(limit * 1.1 + 16 * KIB);
      await clock.advance(20_000);
      expect((passed() - before) / (20 * limit)).toBeGreaterThan(0.9);
      expect((passed() - before) / (20 * limit)).toBeLessThan(1.1);
    }
    await stopAll(pool, clock, all);
  });

  it("frees all who wait when it is taken away, and asks nobody to wait then", async () => {
    const clock = new FakeClock();
    const pool = new TransferPool({ maxBytesPerSecond: 1, clock });
    const waiting = Array.from({ length: 50 }, () => pool.take(MIB)!);
    expect(waiting.every((one) => one instanceof Promise)).toBe(true);
    pool.maxBytesPerSecond = undefined;
    await Promise.all(waiting);
    expect(pool.maxBytesPerSecond).toBeUndefined();
    expect(pool.take(1e12)).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it("counts from the moment it is set", async () => {
    const clock = new FakeClock();
    const pool = new TransferPool({ clock });
    expect(pool.take(MIB)).toBeUndefined();
    await clock.advance(3_600_000);
    pool.maxBytesPerSecond = 1000;
    let passed = false;
    const wait = pool.take(1000)!.then(() => (passed = true));
    await clock.advance(999);
    expect(passed).toBe(false);
    await clock.advance(1);
    await wait;
  });

  it("lets no more than a tenth of a second's worth pass at once after idleness", async () => {
    const clock = new FakeClock();
    const pool = new TransferPool({ maxBytesPerSecond: 100_000, clock });
    await clock.advance(3_600_000);
    let passed = 0;
    while (pool.take(100) === undefined) passed += 100;
    expect(passed).toBe(10_000);
    pool.maxBytesPerSecond = undefined;
  });

  it("makes up for timers that are late, but not for a clock that was set", async () => {
    for (const [jump, expected] of [
      [500, 500],
      [3_600_000, 2000],
      [-3_600_000, 0],
    ] as const) {
      let offset = 0;
      const real = new FakeClock(1e12);
      const clock = {
        now: () => real.now() + offset,
        setTimeout: (callback: () => void, ms: number) => real.setTimeout(callback, ms),
        clearTimeout: (handle: unknown) => real.clearTimeout(handle),
      };
      const pool = new TransferPool({ maxBytesPerSecond: 1000, clock });
      let passed = 0;
      const waiting = Array.from({ length: 10_000 }, () => pool.take(1)!.then(() => passed++));
      offset = jump;
      await real.advance(1);
      expect(passed).toBeGreaterThanOrEqual(expected);
      expect(passed).toBeLessThanOrEqual(expected + 1);
      await real.advance(1000);
      expect(passed).toBeGreaterThanOrEqual(expected + 990);
      pool.maxBytesPerSecond = undefined;
      await Promise.all(waiting);
    }
  });

  it("serves those who take at the same time alike", async () => {
    const clock = new FakeClock();
    const pool = new TransferPool({ maxBytesPerSecond: MIB, clock });
    const all = Array.from({ length: 40 }, () => taker(pool, clock, () => 64 * KIB));
    await clock.advance(60_000);
    const times = all.map((one) => one.times);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1);
    expect(Math.min(...times)).toBeGreaterThan(20);
    await stopAll(pool, clock, all);
  });

  it("serves first who came first, also when a later one wants less", async () => {
    const clock = new FakeClock();
    const pool = new TransferPool({ maxBytesPerSecond: 1000, clock });
    const log: string[] = [];
    void pool.take(5000)!.then(() => log.push("much"));
    await clock.advance(2000);
    void pool.take(1)!.then(() => log.push("little"));
    await clock.advance(2999);
    expect(log).toEqual([]);
    await clock.advance(2);
    expect(log).toEqual(["much", "little"]);
  });

  it("goes on with the next when who is first gives up, without a burst", async () => {
    const clock = new FakeClock();
    const pool = new TransferPool({ maxBytesPerSecond: 1000, clock });
    const stop = new AbortController();
    const out = pool.take(1_000_000, stop.signal)!;
    let passed = 0;
    const others = Array.from({ length: 1000 }, () => pool.take(10)!.then(() => (passed += 10)));
    await clock.advance(60_000);
    expect(passed).toBe(0);
    stop.abort("gave up");
    await expect(out).rejects.toBe("gave up");
    await settled();
    expect(passed).toBeLessThanOrEqual(100);
    await clock.advance(1000);
    expect(passed).toBeGreaterThanOrEqual(990);
    expect(passed).toBeLessThanOrEqual(1100);
    pool.maxBytesPerSecond = undefined;
    await Promise.all(others);
  });

  it("leaves no timer when the last one gives up", async () => {
    const clock = new FakeClock();
    const pool = new TransferPool({ maxBytesPerSecond: 1000, clock });
    const stop = new AbortController();
    const out = [pool.take(5000, stop.signal)!, pool.take(5000, stop.signal)!];
    expect(clock.pending).toBe(1);
    stop.abort("gave up");
    expect(clock.pending).toBe(0);
    for (const one of out) await expect(one).rejects.toBe("gave up");
    await expect(pool.take(5000, stop.signal)).rejects.toBe("gave up");
    expect(clock.pending).toBe(0);
  });

  it("waits for weeks if it must, by timers that a runtime can keep", async () => {
    const clock = new FakeClock();
    const delays: number[] = [];
    const watching = {
      now: () => clock.now(),
      setTimeout: (callback: () => void, ms: number) => {
        delays.push(ms);
        return clock.setTimeout(callback, ms);
      },
      clearTimeout: (handle: unknown) => clock.clearTimeout(handle),
    };
    const pool = new TransferPool({ maxBytesPerSecond: 1, clock: watching });
    const wait = pool.take(8 * MIB)!;
    // One of more than 2^31 ms would fire at once.
    expect(Math.max(...delays)).toBeLessThan(2 ** 31);
    pool.maxBytesPerSecond = undefined;
    await wait;
  });
});

describe("input", () => {
  it.each([0, -1, 1.5, NaN, Infinity, "4" as never])("refuses a concurrency of %o", (concurrency) => {
    expect(() => new TransferPool({ concurrency })).toThrow(ConfigError);
    const pool = new TransferPool({ concurrency: 2 });
    expect(() => (pool.concurrency = concurrency)).toThrow(/concurrency is .*whole number from 1/);
    expect(pool.concurrency).toBe(2);
  });

  it.each([0, -1, 0.5, NaN, Infinity])("refuses %o bytes a second", (maxBytesPerSecond) => {
    expect(() => new TransferPool({ maxBytesPerSecond })).toThrow(ConfigError);
    const pool = new TransferPool({ maxBytesPerSecond: 5 });
    expect(() => (pool.maxBytesPerSecond = maxBytesPerSecond)).toThrow(/maxBytesPerSecond is .*no limit/);
    expect(pool.maxBytesPerSecond).toBe(5);
  });

  it("refuses a priority that is no number, which would never have its turn", async () => {
    const pool = new TransferPool();
    for (const priority of [NaN, "high" as never]) {
      await expect(pool.run(async () => {}, { priority })).rejects.toThrow(/priority is .*give a number/);
    }
  });

  it("refuses to take what is no number of bytes, limit or not", async () => {
    for (const pool of [new TransferPool(), new TransferPool({ maxBytesPerSecond: 10 })]) {
      for (const bytes of [-1, NaN, Infinity]) await expect(pool.take(bytes)).rejects.toThrow(/bytes is/);
      expect(pool.take(0)).toBeUndefined();
    }
  });
});
