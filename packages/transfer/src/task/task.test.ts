import { getEventListeners } from "node:events";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { TransferProgress } from "./progress.ts";
import { RunningTask } from "./task.ts";
import { inParallel, type TaskControl } from "./task-control.ts";
import type { TaskOptions } from "./task-options.ts";

const clock = new FakeClock(1000);
const start = <Result>(work: (control: TaskControl) => Promise<Result>, options: TaskOptions = {}) =>
  new RunningTask(clock, options, work);
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A request that ends when it is told to, or is stopped. */
function request() {
  const calls: { signal: AbortSignal; resolve: (value: string) => void; reject: (error: unknown) => void }[] = [];
  const send = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      calls.push({ signal, resolve, reject });
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  return { calls, send };
}

describe("a task", () => {
  it("gives its result, to then, finally and await alike", async () => {
    const task = start(async () => "result");
    expect(task.state).toBe("running");
    expect(await task).toBe("result");
    expect(await task.then((one) => one + "!")).toBe("result!");
    const end = vi.fn<() => void>();
    expect(await task.finally(end)).toBe("result");
    expect(end).toHaveBeenCalledTimes(1);
    expect(task.state).toBe("done");
  });

  it("rejects with the error of its work", async () => {
    const error = new Error("no");
    const task = start(() => Promise.reject(error));
    await expect(task).rejects.toBe(error);
    expect(await task.catch((one: unknown) => one)).toBe(error);
    expect(task.state).toBe("failed");
  });

  it("cannot be cancelled, paused or resumed once it has ended", async () => {
    const task = start(async () => 1);
    await task;
    await task.cancel();
    await task.pause();
    task.resume();
    expect([task.state, await task]).toEqual(["done", 1]);
  });

  it("shows a copy of its checkpoint", async () => {
    const checkpoint = { version: 1, kind: "upload", parts: [] as unknown[] };
    const task = start(async (control) => {
      control.checkpoint = checkpoint as never;
      return control.step(request().send);
    });
    await turn();
    checkpoint.parts.push(1);
    const copy = task.checkpoint!;
    expect(copy.parts).toEqual([1]);
    checkpoint.parts.push(2);
    expect(copy.parts).toEqual([1]);
    await task.cancel();
  });
});

describe("cancel", () => {
  it("rejects at once, before the work has tidied up, and resolves after it", async () => {
    let tidied = false;
    let tidyUp = (): void => {};
    const { send, calls } = request();
    const task = start(async (control) => {
      try {
        return await control.step(send);
      } finally {
        await new Promise<void>((resolve) => (tidyUp = resolve));
        tidied = true;
      }
    });
    await turn();
    const cancelled = task.cancel();
    await expect(task).rejects.toMatchObject({ name: "AbortError" });
    expect([task.state, tidied, calls[0]!.signal.aborted]).toEqual(["cancelled", false, true]);
    await turn();
    tidyUp();
    await cancelled;
    expect(tidied).toBe(true);
  });

  it("gives its reason and its wish to keep to the work", async () => {
    const reason = new Error("enough");
    let seen: unknown[] = [];
    const task = start((control) =>
      control.step(request().send).catch((error: unknown) => {
        seen = [error, control.keep, control.signal.reason];
        throw error;
      }),
    );
    await turn();
    await task.cancel({ reason, keep: true });
    await expect(task).rejects.toBe(reason);
    expect(seen).toEqual([reason, true, reason]);
  });

  it("stays cancelled when the work succeeds all the same", async () => {
    let finish: (result: string) => void = () => {};
    const task = start(() => new Promise<string>((resolve) => (finish = resolve)));
    await turn();
    const cancelled = task.cancel();
    finish("late");
    await cancelled;
    await expect(task).rejects.toMatchObject({ name: "AbortError" });
    expect(task.state).toBe("cancelled");
  });

  it("tells what could not be tidied up", async () => {
    const { send } = request();
    const task = start(async (control) => {
      try {
        return await control.step(send);
      } catch (error) {
        await control.tidy(() => Promise.reject(new Error("the upload is still there")));
        throw error;
      }
    });
    await turn();
    await expect(task.cancel()).rejects.toThrow("the upload is still there");
    await expect(task).rejects.toMatchObject({ name: "AbortError" });
  });

  it("ends a paused task", async () => {
    const task = start((control) => control.step(request().send));
    await turn();
    await task.pause();
    await task.cancel();
    expect(task.state).toBe("cancelled");
  });

  it("lets work do nothing but tidy up when the signal was aborted before", async () => {
    const request = vi.fn<() => Promise<number>>(async () => 1);
    let tidied = false;
    const task = start(
      async (control) => {
        try {
          return await control.step(request);
        } finally {
          tidied = true;
        }
      },
      { signal: AbortSignal.abort("never") },
    );
    await expect(task).rejects.toBe("never");
    expect([task.state, tidied, request.mock.calls.length]).toEqual(["cancelled", true, 0]);
  });

  it("follows a signal, and leaves no listener on it", async () => {
    const controller = new AbortController();
    const task = start((control) => control.step(request().send), { signal: controller.signal });
    const quick = start(async () => 1, { signal: controller.signal });
    await quick;
    await turn();
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    const reason = new Error("stop all");
    controller.abort(reason);
    await expect(task).rejects.toBe(reason);
    await turn();
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it("has one listener on a signal that ends many tasks", async () => {
    const { signal } = new AbortController();
    const many = Array.from({ length: 100 }, () => start(() => turn(), { signal }));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await Promise.all(many);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("leaves the onabort of its user in place", async () => {
    const onabort = vi.fn<() => void>();
    const signal = { aborted: false, reason: undefined as unknown, onabort: onabort as (() => void) | null };
    const task = start((control) => control.step(request().send), { signal });
    await turn();
    signal.reason = "mine";
    signal.onabort!();
    await expect(task).rejects.toBe("mine");
    await turn();
    expect(onabort).toHaveBeenCalledTimes(1);
    expect(signal.onabort).toBe(onabort);
  });

  it("of one task leaves others alone", async () => {
    const one = request();
    const other = request();
    const first = start((control) => control.step(one.send));
    const second = start((control) => control.step(other.send));
    await turn();
    await first.cancel();
    expect(other.calls[0]!.signal.aborted).toBe(false);
    other.calls[0]!.resolve("fine");
    expect(await second).toBe("fine");
  });
});

describe("pause", () => {
  it("stops what is on its way and begins it again", async () => {
    const { send, calls } = request();
    const task = start((control) => control.step(send));
    await turn();
    await task.pause();
    expect([task.state, calls[0]!.signal.aborted, calls.length]).toEqual(["paused", true, 1]);
    await turn();
    expect(calls).toHaveLength(1);
    task.resume();
    await turn();
    calls[1]!.resolve("second");
    expect(await task).toBe("second");
  });

  it("resolves only when nothing is on its way any more", async () => {
    let end = (): void => {};
    const task = start((control) =>
      control.step(
        (signal) =>
          new Promise<void>((resolve, reject) => {
            end = () => (signal.aborted ? reject(new Error("stopped slowly")) : resolve());
          }),
      ),
    );
    await turn();
    let paused = false;
    const pausing = task.pause().then(() => (paused = true));
    await turn();
    expect(paused).toBe(false);
    end();
    await pausing;
    task.resume();
    await turn();
    end();
    await task;
    expect(task.state).toBe("done");
  });

  it("keeps a failure that is not the pause's own, and what ended in time", async () => {
    const task = start(async (control) => {
      await control.step(async () => {});
      throw new Error("own");
    });
    await expect(task).rejects.toThrow("own");
    const { send, calls } = request();
    const other = start((control) => control.step(send));
    await turn();
    calls[0]!.resolve("in time");
    await other.pause();
    other.resume();
    expect(await other).toBe("in time");
  });

  /** Requests that end some time after they are stopped, when `end` is called. */
  function slowRequest() {
    const ends = new Set<() => void>();
    const send = (signal: AbortSignal) =>
      new Promise<string>((resolve, reject) => {
        const end = (): void => {
          ends.delete(end);
          if (signal.aborted) reject(signal.reason);
          else resolve("sent");
        };
        ends.add(end);
      });
    return { send, end: () => ends.forEach((end) => end()) };
  }

  /** Whether a promise has settled, at any time. */
  function watch(promise: Promise<void>) {
    const watched = { settled: false };
    void promise.then(() => (watched.settled = true));
    return watched;
  }

  it("settles when the task goes on before all has stopped, whatever pauses follow", async () => {
    const { send, end } = slowRequest();
    const task = start((control) => control.step(send));
    await turn();
    const first = watch(task.pause());
    await turn();
    expect(first.settled).toBe(false);
    task.resume();
    const second = watch(task.pause());
    await turn();
    expect([first.settled, second.settled]).toEqual([true, false]);
    end();
    await turn();
    expect([second.settled, task.state]).toEqual([true, "paused"]);
    task.resume();
    await turn();
    end();
    expect(await task).toBe("sent");
  });

  it("of a paused task waits with the pause before, and holds back nothing longer", async () => {
    const { send, end } = slowRequest();
    const gate = request();
    const task = start(async (control) => {
      await inParallel(
        control,
        () => 2,
        async (own) => void (await own.step(send)),
      );
      return control.step(gate.send);
    });
    await turn();
    const pauses = [watch(task.pause()), watch(task.pause())];
    await turn();
    expect(pauses).toEqual([{ settled: false }, { settled: false }]);
    end();
    await turn();
    expect(pauses).toEqual([{ settled: true }, { settled: true }]);
    await task.pause();
    task.resume();
    await turn();
    end();
    await turn();
    gate.calls[0]!.resolve("both went on");
    expect(await task).toBe("both went on");
  });

  it("settles when the task is cancelled, though something has not stopped yet", async () => {
    const { send, end } = slowRequest();
    const task = start((control) => control.step(send));
    await turn();
    const paused = watch(task.pause());
    const cancelled = task.cancel();
    await turn();
    expect(paused.settled).toBe(true);
    end();
    await cancelled;
  });

  it("settles when the task is over, though something has not stopped yet", async () => {
    let fail: (error: Error) => void = () => {};
    const task = start(async (control) => {
      void control.step(slowRequest().send);
      await new Promise((_resolve, reject) => (fail = reject));
    });
    await turn();
    const paused = watch(task.pause());
    await turn();
    expect(paused.settled).toBe(false);
    fail(new Error("over"));
    await expect(task).rejects.toThrow("over");
    await turn();
    expect(paused.settled).toBe(true);
  });

  it("settles whatever is asked in whatever order, and the task gets through", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("pause", "resume", "end", "turn"), { maxLength: 30 }),
        async (commands) => {
          const { send, end } = slowRequest();
          const task = start((control) =>
            inParallel(
              control,
              () => 2,
              async (own) => {
                for (let part = 0; part < 3; part++) await own.step(send);
              },
            ),
          );
          const pauses: { settled: boolean }[] = [];
          for (const command of commands) {
            if (command === "pause") pauses.push(watch(task.pause()));
            else if (command === "resume") {
              task.resume();
              await turn();
              expect(pauses.every(({ settled }) => settled)).toBe(true);
            } else if (command === "end") end();
            else await turn();
          }
          task.resume();
          while (task.state !== "done") {
            end();
            await turn();
          }
          await task;
          expect(pauses.every(({ settled }) => settled)).toBe(true);
        },
      ),
    );
  });

  it("holds back waits too", async () => {
    let waited = false;
    const task = start(async (control) => {
      await control.wait(1000);
      waited = true;
    });
    await turn();
    await task.pause();
    await clock.advance(5000);
    expect([waited, clock.pending]).toEqual([false, 0]);
    task.resume();
    await clock.advance(1000);
    await task;
    expect(waited).toBe(true);
  });

  it("lets a wait end in its time, however often it interrupts it", async () => {
    const task = start(async (control) => {
      await control.wait(1000);
      return clock.now();
    });
    const began = clock.now();
    await turn();
    for (let pauses = 0; pauses < 4; pauses++) {
      await clock.advance(200);
      await task.pause();
      await clock.advance(30);
      task.resume();
      await turn();
    }
    await clock.advance(500);
    expect((await task) - began).toBe(1000);
  });

  it("does not make a wait longer when the clock is set back", async () => {
    let nowMs = 1_000_000;
    const timers: number[] = [];
    const own = {
      now: () => nowMs,
      setTimeout: (_callback: () => void, ms: number) => timers.push(ms),
      clearTimeout() {},
    };
    const task = new RunningTask(own, {}, (control) => control.wait(1000));
    await turn();
    await task.pause();
    nowMs = 0;
    task.resume();
    await turn();
    expect(timers).toEqual([1000, 1000]);
    task.catch(() => {});
    await task.cancel();
  });
});

describe("progress", () => {
  it("is told as it goes on and ends with the task", async () => {
    const { send, calls } = request();
    const seen: TransferProgress[] = [];
    const task = start(async (control) => {
      control.meter.begin(10, 0);
      control.meter.sent(5);
      control.acknowledge(5);
      await control.step(send);
      control.meter.completing();
    });
    const reading = (async () => {
      for await (const progress of task.progress()) seen.push(progress);
    })();
    await turn();
    await clock.advance(300);
    calls[0]!.resolve("");
    await reading;
    expect(seen.at(-1)).toMatchObject({ phase: "done", fraction: 1 });
    expect(seen.slice(0, -1).every(({ fraction }) => fraction < 1)).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it("throws what the task rejects with", async () => {
    const task = start(() => Promise.reject(new Error("no")));
    const read = async () => {
      for await (const _ of task.progress());
    };
    await expect(read()).rejects.toThrow("no");
  });

  it("can be left while a step is waited for, and leaves nothing behind", async () => {
    let meter!: TaskControl["meter"];
    const task = start(async (control) => {
      ({ meter } = control);
      return control.step(request().send);
    });
    const steps = task.progress();
    expect(await steps.next()).toMatchObject({ done: false, value: { phase: "preparing" } });
    const waiting = [steps.next(), steps.next()];
    await task.pause();
    meter.begin(10, 0);
    meter.sent(1);
    expect(clock.pending).toBe(1);
    expect(await waiting[0]).toMatchObject({ done: false, value: { phase: "transferring" } });
    await clock.advance(10_000);
    expect(await waiting[1]).toMatchObject({ done: false, value: { inFlight: 1 } });
    await steps.next();
    meter.unsent(1);
    await clock.advance(10_000);
    await steps.next();
    const last = [steps.next(), steps.next(), steps.return()];
    const over = { done: true, value: undefined };
    expect(await Promise.all(last)).toEqual([over, over, over]);
    expect(await steps.next()).toEqual(over);
    meter.sent(1);
    meter.sent(1);
    expect(clock.pending).toBe(0);
    await task.cancel();
  });

  it("does not throw the failure of the task to who has left", async () => {
    const task = start((control) => control.step(request().send));
    const steps = task.progress();
    await steps.next();
    const waiting = steps.next();
    const left = steps.return();
    await task.cancel();
    expect(await Promise.all([waiting, left])).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it("can be left before it has begun, and by a break", async () => {
    const task = start((control) => control.step(request().send));
    const unused = task.progress();
    await unused.return();
    expect(await unused.next()).toEqual({ done: true, value: undefined });
    const seen: unknown[] = [];
    for await (const { phase } of task.progress()) {
      seen.push(phase);
      break;
    }
    expect(seen).toEqual(["preparing"]);
    await task.cancel();
  });

  it("cancels the task when onProgress throws", async () => {
    const task = start(
      async (control) => {
        control.meter.begin(1, 0);
        return control.step(request().send);
      },
      {
        onProgress() {
          throw new Error("broken display");
        },
      },
    );
    await expect(task).rejects.toThrow("broken display");
  });
});

describe("workers side by side", () => {
  it("are all stopped when one fails, and the first failure counts", async () => {
    const { send, calls } = request();
    let worker = 0;
    const task = start((control) =>
      inParallel(
        control,
        () => 3,
        async (own) => {
          const mine = worker++;
          if (mine === 1) return own.until(new Promise(() => {}));
          await own.step(send);
        },
      ),
    );
    await turn();
    const error = new Error("first");
    calls[0]!.reject(error);
    await expect(task).rejects.toBe(error);
    expect(calls[1]!.signal.reason).toBe(error);
  });

  it("begin nothing more when another has failed, though it could be tried again", async () => {
    let begun = 0;
    const gate = request();
    const task = start((control) =>
      inParallel(
        control,
        () => 2,
        async (own) => {
          if (begun++ === 0) throw new Error("first");
          await own.step(gate.send).catch(() => {});
          await own.step(async () => begun++);
        },
      ),
    );
    await expect(task).rejects.toThrow("first");
    expect(begun).toBe(2);
  });

  it("do not stop what is outside of them", async () => {
    const outside = request();
    const task = start(async (control) => {
      const other = control.step(outside.send);
      await inParallel(
        control,
        () => 2,
        (own) => own.step(() => Promise.reject(new Error("inside"))),
      ).catch(() => {});
      return other;
    });
    await turn();
    expect(outside.calls[0]!.signal.aborted).toBe(false);
    outside.calls[0]!.resolve("outside");
    expect(await task).toBe("outside");
  });

  it("are interrupted in what they wait for by a cancellation", async () => {
    const task = start((control) =>
      inParallel(
        control,
        () => 2,
        (own) => own.until(new Promise(() => {})),
      ),
    );
    await turn();
    await task.cancel();
    expect(task.state).toBe("cancelled");
  });
});
