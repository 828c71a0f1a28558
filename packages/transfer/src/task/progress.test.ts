import { FakeClock } from "@cosmoss/testkit/fake-clock";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProgressMeter, type TransferProgress } from "./progress.ts";

interface Seen extends TransferProgress {
  at: number;
}

function setUp(startMs = 1_700_000_000_000) {
  const clock = new FakeClock(startMs);
  const meter = new ProgressMeter(clock);
  const seen: Seen[] = [];
  const unsubscribe = meter.subscribe((progress) => seen.push({ ...progress, at: clock.now() }));
  return { clock, meter, seen, unsubscribe };
}

const gaps = (seen: readonly Seen[]) => seen.slice(1).map(({ at }, index) => at - seen[index]!.at);

describe("what it tells", () => {
  it("goes through the phases, each told at once", () => {
    const { meter, seen } = setUp();
    expect(meter.current).toEqual({
      phase: "preparing",
      acknowledged: 0,
      inFlight: 0,
      fraction: 0,
      bytesPerSecond: 0,
    });
    meter.begin(1000, 0);
    meter.completing();
    meter.done();
    expect(seen.map(({ phase }) => phase)).toEqual(["transferring", "completing", "done"]);
  });

  it("keeps bytes on their way apart from those acknowledged", async () => {
    const { meter, clock } = setUp();
    meter.begin(1000, 200);
    meter.sent(100);
    meter.sent(200);
    expect(meter.current).toMatchObject({ total: 1000, acknowledged: 200, inFlight: 300, fraction: 0.5 });
    meter.acknowledge(100);
    expect(meter.current).toMatchObject({ acknowledged: 300, inFlight: 200, fraction: 0.5 });
    meter.unsent(150);
    expect(meter.current).toMatchObject({ acknowledged: 300, inFlight: 50, fraction: 0.5 });
    await clock.advance(100);
    // What was sent again shows once it is more than what was shown.
    meter.sent(250);
    expect(meter.current).toMatchObject({ acknowledged: 300, inFlight: 300 });
    expect(meter.current.fraction).toBeCloseTo(0.6, 10);
    meter.close();
  });

  it("takes out of flight what was counted as sent, which a retry can make another number", () => {
    const { meter } = setUp();
    meter.begin(1000, 0);
    meter.sent(150);
    meter.acknowledge(100, { sent: 150 });
    expect(meter.current).toMatchObject({ acknowledged: 100, inFlight: 0 });
    meter.acknowledge(100, { sent: 0 });
    expect(meter.current).toMatchObject({ acknowledged: 200, inFlight: 0 });
    meter.close();
  });

  it("is never below nothing in flight", () => {
    const { meter } = setUp();
    meter.begin(1000, 0);
    meter.sent(10);
    meter.unsent(500);
    expect(meter.current.inFlight).toBe(0);
    meter.acknowledge(500);
    expect(meter.current).toMatchObject({ acknowledged: 500, inFlight: 0 });
    meter.close();
  });

  it("says 1 only when it is done, and nothing that rounds to 100 % before", () => {
    const { meter, seen } = setUp();
    meter.begin(1000, 0);
    meter.sent(1000);
    meter.acknowledge(1000);
    meter.completing();
    expect(meter.current).toMatchObject({ acknowledged: 1000, inFlight: 0 });
    expect(Math.round(meter.current.fraction * 100)).toBe(99);
    meter.done();
    expect(seen.filter(({ fraction }) => fraction === 1).map(({ phase }) => phase)).toEqual(["done"]);
    expect(meter.current).toMatchObject({ phase: "done", fraction: 1, etaSeconds: 0 });
  });

  it("says 0 of an object of 0 bytes until it is done", () => {
    const { meter, seen } = setUp();
    meter.begin(0, 0);
    meter.completing();
    meter.done();
    expect(seen.map(({ fraction }) => fraction)).toEqual([0, 0, 1]);
    expect(seen.every(({ bytesPerSecond }) => bytesPerSecond === 0)).toBe(true);
  });

  it("says 0 while nobody knows how much it will be", async () => {
    const { meter, clock } = setUp();
    meter.begin(undefined, 0);
    meter.sent(500);
    await clock.advance(1000);
    expect(meter.current).not.toHaveProperty("total");
    expect(meter.current).not.toHaveProperty("etaSeconds");
    expect(meter.current.fraction).toBe(0);
    meter.acknowledge(500);
    meter.done();
    expect(meter.current).toMatchObject({ total: 500, acknowledged: 500, fraction: 1 });
  });

  it("grows as more is found, without going back", () => {
    const { meter } = setUp();
    meter.begin(undefined, 0);
    meter.grow(100);
    meter.acknowledge(50);
    expect(meter.current).toMatchObject({ total: 100, fraction: 0.5 });
    meter.grow(1000);
    expect(meter.current).toMatchObject({ total: 1000, fraction: 0.5 });
    meter.grow(900);
    expect(meter.current.total).toBe(1000);
    meter.acknowledge(550);
    expect(meter.current.fraction).toBeCloseTo(0.6, 10);
    meter.close();
  });

  it("does not go back when a transfer begins anew", () => {
    const { meter } = setUp();
    meter.begin(1000, 600);
    meter.sent(100);
    expect(meter.current.fraction).toBeCloseTo(0.7, 10);
    meter.begin(1000, 0);
    expect(meter.current).toMatchObject({ phase: "transferring", acknowledged: 600, inFlight: 0 });
    expect(meter.current.fraction).toBeCloseTo(0.7, 10);
    meter.acknowledge(650);
    expect(meter.current.acknowledged).toBe(650);
    meter.close();
  });

  it("never falls, whatever happens", () => {
    const bytes = fc.integer({ min: 0, max: 400 });
    const event = fc.oneof(
      fc.record({ do: fc.constantFrom("sent", "unsent", "acknowledge", "grow"), bytes }),
      fc.record({ do: fc.constantFrom("begin", "completing"), bytes }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const { meter } = setUp();
        let last = meter.current;
        for (const { do: name, bytes: n } of events) {
          if (name === "begin") meter.begin(1000, n);
          else meter[name as "sent"](n);
          const { acknowledged, fraction, inFlight } = meter.current;
          expect(acknowledged).toBeGreaterThanOrEqual(last.acknowledged);
          expect(fraction).toBeGreaterThanOrEqual(last.fraction);
          expect(fraction).toBeLessThan(1);
          expect(inFlight).toBeGreaterThanOrEqual(0);
          last = meter.current;
        }
        meter.done();
        expect(meter.current.fraction).toBe(1);
      }),
    );
  });
});

describe("speed", () => {
  it("is that of the last three seconds, and alive within a part", async () => {
    const { meter, clock, seen } = setUp();
    meter.begin(100_000_000, 40_000_000);
    for (let n = 0; n < 500; n++) {
      await clock.advance(10);
      meter.sent(10_000);
    }
    expect(Math.abs(meter.current.bytesPerSecond - 1_000_000)).toBeLessThan(10_000);
    expect(Math.abs(meter.current.etaSeconds! - 55)).toBeLessThan(0.6);
    for (const { at, bytesPerSecond } of seen) {
      if (at - seen[0]!.at > 1000) expect(Math.abs(bytesPerSecond - 1_000_000)).toBeLessThan(20_000);
    }
    // Half as fast: three seconds later nothing of the former speed is left.
    for (let n = 0; n < 62; n++) {
      await clock.advance(50);
      meter.sent(25_000);
    }
    expect(meter.current.bytesPerSecond / 500_000).toBeCloseTo(1, 1);
    meter.close();
  });

  it("does not count bytes of earlier runs, but those that nobody sent, as a copy by the service", async () => {
    const { meter, clock } = setUp();
    meter.begin(10_000, 5000);
    await clock.advance(1000);
    expect(meter.current.bytesPerSecond).toBe(0);
    expect(meter.current).not.toHaveProperty("etaSeconds");
    meter.acknowledge(1000);
    expect(meter.current.bytesPerSecond).toBe(1000);
    expect(meter.current.etaSeconds).toBe(4);
    meter.sent(500);
    meter.acknowledge(500);
    expect(meter.current.bytesPerSecond).toBe(1500);
    meter.close();
  });

  it("falls to nothing when bytes no longer move, and is told while they are on their way", async () => {
    const { meter, clock, seen } = setUp();
    meter.begin(10_000, 0);
    meter.sent(3000);
    await clock.advance(10_000);
    const speeds = seen.map(({ bytesPerSecond }) => bytesPerSecond);
    expect(speeds.length).toBeGreaterThan(10);
    expect(speeds[1]).toBe(6000);
    expect(speeds.slice(1)).toEqual([...speeds.slice(1)].sort((a, b) => b - a));
    expect(speeds.at(-1)).toBe(0);
    expect(seen.at(-1)).not.toHaveProperty("etaSeconds");
    expect(clock.pending).toBe(0);
    meter.close();
  });

  it("is a number when the clock was set back or ahead", async () => {
    let offset = 0;
    const real = new FakeClock(1e12);
    const meter = new ProgressMeter({
      now: () => real.now() + offset,
      setTimeout: (callback, ms) => real.setTimeout(callback, ms),
      clearTimeout: (handle) => real.clearTimeout(handle),
    });
    const seen: number[] = [];
    meter.subscribe(({ bytesPerSecond }) => seen.push(bytesPerSecond));
    meter.begin(1e9, 0);
    for (const jump of [0, -3_600_000, 7_200_000]) {
      offset += jump;
      const before = seen.length;
      for (let n = 0; n < 100; n++) {
        await real.advance(50);
        meter.sent(50);
      }
      expect(seen.length - before).toBeGreaterThanOrEqual(49);
      expect(Math.abs(meter.current.bytesPerSecond - 1000)).toBeLessThan(100);
    }
    for (const speed of seen) expect(speed >= 0 && speed < 1500).toBe(true);
    meter.close();
  });
});

describe("when it tells", () => {
  it("is every 100 to 250 ms while bytes move, however often or seldom they do", async () => {
    for (const stepMs of [1, 7, 30, 99, 100, 101, 240]) {
      const { meter, clock, seen } = setUp();
      meter.begin(1e9, 0);
      for (let at = 0; at < 5000; at += stepMs) {
        meter.sent(10);
        await clock.advance(stepMs);
      }
      for (const gap of gaps(seen)) {
        expect(gap).toBeGreaterThanOrEqual(100);
        expect(gap).toBeLessThanOrEqual(250);
      }
      expect(seen.length).toBeGreaterThanOrEqual(20);
      // What came last is told as well.
      await clock.advance(250);
      expect(seen.at(-1)!.inFlight).toBe(meter.current.inFlight);
      meter.close();
    }
  });

  it("is not before 100 ms are over when a timer fires early", async () => {
    const clock = new FakeClock(1000);
    const meter = new ProgressMeter({
      now: () => clock.now(),
      setTimeout: (callback, ms) => clock.setTimeout(callback, ms > 1 ? ms - 1 : ms),
      clearTimeout: (handle) => clock.clearTimeout(handle),
    });
    const at: number[] = [];
    meter.subscribe(() => at.push(clock.now()));
    meter.begin(100, 0);
    meter.sent(1);
    await clock.advance(1000);
    expect(at.slice(0, 4)).toEqual([1000, 1100, 1200, 1300]);
    meter.close();
  });

  it("is never while nothing moves, without a timer", async () => {
    const { meter, clock, seen } = setUp();
    expect(clock.pending).toBe(0);
    meter.begin(1000, 0);
    expect(clock.pending).toBe(0);
    meter.sent(500);
    meter.acknowledge(500);
    expect(clock.pending).toBe(1);
    await clock.advance(100);
    expect(clock.pending).toBe(0);
    const before = seen.length;
    await clock.advance(60_000);
    expect(seen.length).toBe(before);
    meter.sent(100);
    expect(seen.length).toBe(before + 1);
    meter.unsent(100);
    await clock.advance(100);
    expect(clock.pending).toBe(0);
  });

  it("is never, and without a timer, while nobody listens", async () => {
    const { meter, clock, seen, unsubscribe } = setUp();
    meter.begin(1000, 0);
    meter.sent(500);
    expect(clock.pending).toBe(1);
    unsubscribe();
    expect(clock.pending).toBe(0);
    meter.sent(100);
    meter.completing();
    await clock.advance(1000);
    expect(seen).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it("is not after the end, nor after close", async () => {
    for (const end of ["done", "close"] as const) {
      const { meter, clock, seen } = setUp();
      meter.begin(1000, 0);
      meter.sent(500);
      meter[end]();
      const before = seen.length;
      const last = meter.current;
      meter.sent(100);
      meter.acknowledge(600);
      meter.completing();
      meter.grow(2000);
      meter.begin(2000, 0);
      meter.subscribe((progress) => seen.push({ ...progress, at: clock.now() }));
      meter.sent(100);
      meter.close();
      expect(meter.current).toEqual(last);
      await clock.advance(10_000);
      expect(seen.length).toBe(before);
      expect(clock.pending).toBe(0);
    }
  });
});

describe("listeners", () => {
  it("are told apart from each other, also when one throws, changes what it is given or leaves midway", () => {
    const { meter, seen } = setUp();
    const leave = meter.subscribe((progress) => {
      progress.acknowledged = -1;
      leave();
      throw new Error("a listener failed");
    });
    const later: TransferProgress[] = [];
    meter.subscribe((progress) => later.push(progress));
    meter.begin(1000, 5);
    meter.completing();
    expect(seen.map(({ acknowledged }) => acknowledged)).toEqual([5, 5]);
    expect(later.map(({ acknowledged }) => acknowledged)).toEqual([5, 5]);
    meter.close();
  });

  it("count each time they are subscribed", () => {
    const { meter } = setUp();
    let times = 0;
    const listener = () => times++;
    const leave = meter.subscribe(listener);
    meter.subscribe(listener);
    leave();
    leave();
    meter.begin(1, 0);
    expect(times).toBe(1);
    meter.close();
  });

  it("may change the meter and close it", async () => {
    const { meter, clock } = setUp();
    const phases: string[] = [];
    meter.subscribe(({ phase }) => {
      phases.push(phase);
      if (phase === "transferring") meter.sent(1);
      else meter.close();
    });
    meter.begin(10, 0);
    expect(phases).toEqual(["transferring"]);
    meter.completing();
    await clock.advance(1000);
    expect(phases).toEqual(["transferring", "completing"]);
    expect(clock.pending).toBe(0);
  });
});
