import { ConfigError, IntegrityError, ServiceError, TimeoutError, TransportError } from "@cosmoss/errors";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { describe, expect, it } from "vitest";
import { type AttemptLimits, attemptLimits, type StallWatch, tryPart } from "./attempts.ts";
import { TransferPool } from "../pool/pool.ts";
import { RunningTask } from "./task.ts";
import type { TaskControl } from "./task-control.ts";

const reset = () => new TransportError("reset", { phase: "request", code: "ECONNRESET" });

function setUp(limits: Partial<AttemptLimits> = {}) {
  const clock = new FakeClock(1_000_000);
  const port = { clock, random: () => 1, pool: new TransferPool({ clock, concurrency: 1 }) };
  let control!: TaskControl;
  const times: number[] = [];
  const run = <T>(work: (signal: AbortSignal, watch: StallWatch) => Promise<T>) =>
    new RunningTask(clock, {}, (own) => {
      control = own;
      return tryPart(own, port, { ...attemptLimits({}), ...limits }, (signal, watch) => {
        times.push(clock.now() - 1_000_000);
        return work(signal, watch);
      });
    });
  return { clock, port, run, times, control: () => control };
}

describe("limits", () => {
  it("have defaults and must be milliseconds", () => {
    expect(attemptLimits({})).toEqual({ stallTimeoutMs: 30_000, patienceMs: 120_000 });
    expect(attemptLimits({ stallTimeoutMs: 0, patienceMs: Infinity })).toEqual({
      stallTimeoutMs: 0,
      patienceMs: Infinity,
    });
    for (const bad of [-1, NaN, "1s" as never]) {
      expect(() => attemptLimits({ stallTimeoutMs: bad })).toThrow(ConfigError);
      expect(() => attemptLimits({ patienceMs: bad })).toThrow(ConfigError);
    }
  });
});

describe("trying again", () => {
  it("survives an outage shorter than its patience, with growing waits of at most ten seconds", async () => {
    const { clock, run, times } = setUp();
    const task = run(async () => {
      if (clock.now() < 1_060_000) throw reset();
      return "through";
    });
    await clock.advance(70_000);
    expect(await task).toBe("through");
    expect(times.slice(0, 6)).toEqual([0, 500, 1500, 3500, 7500, 15_500]);
    expect(times[6]! - times[5]!).toBe(8000 + 2000);
    expect(clock.pending).toBe(0);
  });

  it("gives up when nothing gets through for longer", async () => {
    const { clock, run } = setUp({ patienceMs: 60_000 });
    const task = run(() => Promise.reject(reset()));
    const failed = task.catch((error: unknown) => error);
    await clock.advance(80_000);
    expect(await failed).toMatchObject({ message: "reset" });
    expect(clock.now() - 1_000_000).toBe(80_000);
    expect(clock.pending).toBe(0);
  });

  it("stays patient while other parts are acknowledged", async () => {
    const { clock, run, control } = setUp({ patienceMs: 60_000 });
    let through = false;
    const task = run(async () => {
      if (!through) throw reset();
      return "late";
    });
    for (let minutes = 0; minutes < 10; minutes++) {
      await clock.advance(50_000);
      control().acknowledge(1);
    }
    expect(task.state).toBe("running");
    through = true;
    await clock.advance(10_000);
    expect(await task).toBe("late");
  });

  it("begins its patience anew after a pause, during which nothing could get through", async () => {
    const { clock, run } = setUp({ patienceMs: 8000 });
    const task = run(() => Promise.reject(reset()));
    const failed = task.catch((error: unknown) => error);
    await clock.advance(4000);
    await task.pause();
    await clock.advance(60_000);
    task.resume();
    await clock.advance(7999);
    expect(task.state).toBe("running");
    await clock.advance(20_000);
    expect(await failed).toMatchObject({ message: "reset" });
    expect(clock.pending).toBe(0);
  });

  it("tries again at once after a pause that was longer than its wait", async () => {
    const { clock, run, times } = setUp();
    const task = run(async () => {
      if (times.length <= 6) throw reset();
      return "through";
    });
    await clock.advance(16_000);
    expect(times).toHaveLength(6);
    await task.pause();
    await clock.advance(60_000);
    task.resume();
    await clock.advance(1);
    expect(await task).toBe("through");
  });

  it("makes three attempts even if each takes longer than its patience", async () => {
    const { clock, run, times } = setUp({ patienceMs: 1000, stallTimeoutMs: 0 });
    const task = run(async () => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 300_000));
      throw reset();
    });
    const failed = task.catch((error: unknown) => error);
    await clock.advance(2_000_000);
    expect(await failed).toMatchObject({ message: "reset" });
    expect(times).toHaveLength(3);
  });

  it.each([
    ["a refusal", new ServiceError("no", { code: "AccessDenied", statusCode: 403 })],
    ["bad input", new ConfigError("no")],
    ["a fault of the program", new TypeError("no")],
    [
      "an expired token, which the client has tried to renew",
      new ServiceError("no", { code: "ExpiredToken", statusCode: 400 }),
    ],
  ])("does not try again after %s", async (_name, error) => {
    const { run, times } = setUp();
    await expect(run(() => Promise.reject(error))).rejects.toBe(error);
    expect(times).toHaveLength(1);
  });

  it("takes bytes that arrive changed three times for more than bad luck", async () => {
    const { clock, run, times } = setUp();
    const error = new IntegrityError("changed", { algorithm: "CRC-64/ECMA-182", expected: "1", actual: "2" });
    const failed = run(() => Promise.reject(error)).catch((reason: unknown) => reason);
    await clock.advance(60_000);
    expect(await failed).toBe(error);
    expect(times).toHaveLength(3);
  });

  it("gives its place in the pool back while it waits", async () => {
    const { clock, port, run } = setUp();
    let failed = false;
    const task = run(async () => {
      if (failed) return 1;
      failed = true;
      throw reset();
    });
    await clock.advance(1);
    expect(await port.pool.run(async () => "free")).toBe("free");
    await clock.advance(1000);
    await task;
  });

  it("does not keep calling itself: a thousand failures do not fill the stack", async () => {
    const { clock, run, times } = setUp({ patienceMs: Infinity });
    const task = run(async () => {
      if (times.length < 1000) throw reset();
      return "at last";
    });
    await clock.advance(10_000_000);
    expect(await task).toBe("at last");
  });
});

describe("the stall watch", () => {
  it("gives up an attempt in which nothing moves, and tries again", async () => {
    const { clock, run, times } = setUp({ stallTimeoutMs: 5000 });
    const reasons: unknown[] = [];
    const task = run(
      (signal, watch) =>
        new Promise<string>((resolve, reject) => {
          watch.moved();
          if (times.length === 2) resolve("second");
          signal.addEventListener("abort", () => {
            reasons.push(signal.reason);
            reject(signal.reason);
          });
        }),
    );
    await clock.advance(4999);
    expect(reasons).toEqual([]);
    await clock.advance(1);
    expect(TimeoutError.isInstance(reasons[0])).toBe(true);
    expect(reasons[0]).toMatchObject({ timeout: "idle", limitMs: 5000 });
    await clock.advance(1000);
    expect(await task).toBe("second");
    expect(clock.pending).toBe(0);
  });

  it("counts from the last byte", async () => {
    const { clock, run } = setUp({ stallTimeoutMs: 5000 });
    let end: (result: string) => void = () => {};
    const task = run((signal, watch) => {
      for (const at of [0, 4000, 8000, 12_000]) clock.setTimeout(() => watch.moved(), at);
      signal.addEventListener("abort", () => expect.unreachable("it moved all the time"));
      return new Promise<string>((resolve) => (end = resolve));
    });
    await clock.advance(16_000);
    end("done");
    expect(await task).toBe("done");
    expect(clock.pending).toBe(0);
  });

  it.each([
    [0, 20_000],
    [8 << 20, 60_000],
  ])("gives the answer more time than a byte, and bytes that nobody sees go (%i) theirs", async (unseen, limitMs) => {
    const { clock, run } = setUp({ stallTimeoutMs: 5000, patienceMs: 0 });
    const stalls: number[] = [];
    const task = run(
      (signal, watch) =>
        new Promise<string>((resolve, reject) => {
          if (stalls.length > 0) return resolve("second");
          watch.sent(unseen);
          signal.addEventListener("abort", () => {
            stalls.push(clock.now() - 1_000_000);
            reject(signal.reason);
          });
        }),
    );
    await clock.advance(limitMs - 1);
    expect(stalls).toEqual([]);
    await clock.advance(2000);
    expect(stalls).toEqual([limitMs]);
    expect(await task).toBe("second");
  });

  it("does not count time that something else takes", async () => {
    const { clock, run } = setUp({ stallTimeoutMs: 5000 });
    let ready = (): void => {};
    const stalls: number[] = [];
    const task = run(async (signal, watch) => {
      if (stalls.length > 0) return "second";
      watch.moved();
      await watch.hold(new Promise((resolve) => (ready = resolve)));
      return new Promise<string>((_resolve, reject) =>
        signal.addEventListener("abort", () => {
          stalls.push(clock.now() - 1_000_000);
          reject(signal.reason);
        }),
      );
    });
    await clock.advance(60_000);
    ready();
    await clock.advance(4999);
    expect(stalls).toEqual([]);
    await clock.advance(6000);
    expect(stalls).toEqual([65_000]);
    expect(await task).toBe("second");
    expect(clock.pending).toBe(0);
  });

  it("leaves the time until the first byte to the client", async () => {
    const { clock, run } = setUp({ stallTimeoutMs: 1000 });
    let end: (result: string) => void = () => {};
    const task = run(() => new Promise<string>((resolve) => (end = resolve)));
    await clock.advance(60_000);
    end("slow service");
    expect(await task).toBe("slow service");
  });
});
