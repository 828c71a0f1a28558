import { getEventListeners } from "node:events";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
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
      inParallel(control, 3, async (own) => {
        const mine = worker++;
        if (mine === 1) return own.until(new Promise(() => {}));
        await own.step(send);
      }),
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
      inParallel(control, 2, async (own) => {
        if (begun++ === 0) throw new Error("first");
        await own.step(gate.send).catch(() => {});
        await own.step(async () => begun++);
      }),
    );
    await expect(task).rejects.toThrow("first");
    expect(begun).toBe(2);
  });

  it("do not stop what is outside of them", async () => {
    const outside = request();
    const task = start(async (control) => {
      const other = control.step(outside.send);
      await inParallel(control, 2, (own) => own.step(() => Promise.reject(new Error("inside")))).catch(() => {});
      return other;
    });
    await turn();
    expect(outside.calls[0]!.signal.aborted).toBe(false);
    outside.calls[0]!.resolve("outside");
    expect(await task).toBe("outside");
  });

  it("are interrupted in what they wait for by a cancellation", async () => {
    const task = start((control) => inParallel(control, 2, (own) => own.until(new Promise(() => {}))));
    await turn();
    await task.cancel();
    expect(task.state).toBe("cancelled");
  });
});
