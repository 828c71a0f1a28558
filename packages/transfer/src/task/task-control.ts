import type { Clock } from "@cosmoss/types";
import type { TransferCheckpoint } from "../checkpoints/checkpoints.ts";
import type { ProgressMeter } from "./progress.ts";

/** What stops a step that a pause stopped, and which therefore begins again. */
const PAUSED = /* @__PURE__ */ Symbol("paused");

/** Of a paused task: holds back steps until it goes on. */
interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
  /** Resolves once nothing is on its way, or the gate is open. */
  readonly idle: Promise<void>;
  readonly rest: () => void;
}

/** What all controls of a task share. */
interface Shared {
  readonly cancelled: AbortController;
  keep: boolean | undefined;
  checkpoint: TransferCheckpoint | undefined;
  advancedMs: number;
  /** Absent while the task is not paused. */
  gate: Gate | undefined;
  /** Bytes of the pieces that suit the line, as far as is known. */
  pieceSize: number | undefined;
  /** What went wrong with tidying up. */
  untidied: { readonly error: unknown } | undefined;
}

/** How the work of a task follows what its user asks for: everything it waits for goes through {@link TaskControl.step}. */
export class TaskControl {
  readonly clock: Clock;
  readonly meter: ProgressMeter;
  readonly priority: number;
  readonly #shared: Shared;
  readonly #parent: TaskControl | undefined;
  readonly #steps = new Set<AbortController>();
  readonly #waits = new Set<AbortController>();
  #stopped: { readonly reason: unknown } | undefined;

  constructor(clock: Clock, meter: ProgressMeter, priority = 0, parent?: TaskControl) {
    this.clock = clock;
    this.meter = meter;
    this.priority = priority;
    this.#parent = parent;
    this.#shared = parent
      ? parent.#shared
      : {
          cancelled: new AbortController(),
          keep: undefined,
          checkpoint: undefined,
          advancedMs: clock.now(),
          gate: undefined,
          pieceSize: undefined,
          untidied: undefined,
        };
  }

  /** Aborted when the task is cancelled; its reason is what the task rejects with. */
  get signal(): AbortSignal {
    return this.#shared.cancelled.signal;
  }

  /** Whether the one who cancelled wants to go on later; absent: nothing was said. */
  get keep(): boolean | undefined {
    return this.#shared.keep;
  }

  get checkpoint(): TransferCheckpoint | undefined {
    return this.#shared.checkpoint;
  }

  set checkpoint(checkpoint: TransferCheckpoint | undefined) {
    this.#shared.checkpoint = checkpoint;
  }

  /** Bytes of the pieces that suit the line, as the last ones have shown; absent before the first. */
  get pieceSize(): number | undefined {
    return this.#shared.pieceSize;
  }

  set pieceSize(bytes: number) {
    this.#shared.pieceSize = bytes;
  }

  /** When a part was last acknowledged, or the task began, or went on after a pause. */
  get advancedMs(): number {
    return this.#shared.advancedMs;
  }

  /** Says that a part of so many bytes is acknowledged; `sent` of them, default all, went through here. */
  acknowledge(bytes: number, options?: { sent?: number }): void {
    this.#shared.advancedMs = this.clock.now();
    this.meter.acknowledge(bytes, options);
  }

  /** Tidies up after a failure, which must not be hidden by another: that one is for who cancelled. */
  async tidy(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#shared.untidied ??= { error };
    }
  }

  /** What {@link TaskControl.tidy} failed with. */
  get untidied(): { readonly error: unknown } | undefined {
    return this.#shared.untidied;
  }

  /** A control of its own for work within the task, whose steps can be stopped together. */
  fork(): TaskControl {
    return new TaskControl(this.clock, this.meter, this.priority, this);
  }

  /**
   * Does something that can be interrupted. Waits while the task is paused; what a pause interrupts is done again. Rejects
   * with the reason of a cancellation.
   */
  async step<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this;
    const lineage = this.#lineage();
    for (;;) {
      while (this.#shared.gate && !this.isStopped) await this.#shared.gate.opened;
      this.#throwIfStopped();
      const stop = new AbortController();
      for (const control of lineage) control.#steps.add(stop);
      try {
        return await work(stop.signal);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (stop.signal.reason !== PAUSED) throw error;
      } finally {
        for (const control of lineage) control.#steps.delete(stop);
        // The last of them has the steps of the whole task.
        if (lineage.at(-1)!.#steps.size === 0) this.#shared.gate?.rest();
      }
    }
  }

  /** What `promise` gives, unless the task is cancelled or stopped before. A pause does not interrupt it. */
  async until<T>(promise: Promise<T>): Promise<T> {
    const stop = new AbortController();
    // What it comes to later is of no interest to anyone any more.
    promise.catch(() => {});
    this.#throwIfStopped();
    for (const control of this.#lineage()) control.#waits.add(stop);
    try {
      return await new Promise<T>((resolve, reject) => {
        stop.signal.addEventListener("abort", () => reject(stop.signal.reason));
        promise.then(resolve, reject);
      });
    } finally {
      for (const control of this.#lineage()) control.#waits.delete(stop);
    }
  }

  /** Waits, as a step. The time of a pause counts: what is waited for does not stand still. */
  async wait(ms: number): Promise<void> {
    const { clock } = this;
    const endMs = clock.now() + ms;
    await this.step(
      (signal) =>
        new Promise<void>((resolve, reject) => {
          const onAbort = (): void => {
            clock.clearTimeout(timer);
            reject(signal.reason);
          };
          // No longer than that even if the clock was set back meanwhile.
          const leftMs = Math.min(ms, endMs - clock.now());
          const timer = clock.setTimeout(() => {
            signal.removeEventListener("abort", onAbort);
            resolve();
          }, leftMs);
          signal.addEventListener("abort", onAbort);
        }),
    );
  }

  /** Whether the task was cancelled, or this control stopped: nothing is begun any more. */
  get isStopped(): boolean {
    return this.signal.aborted || this.#lineage().some((control) => control.#stopped);
  }

  /** Stops what this control and those forked from it are doing, for good. */
  stop(reason: unknown): void {
    this.#stopped ??= { reason };
    for (const step of [...this.#steps, ...this.#waits]) step.abort(reason);
  }

  /**
   * Stops all steps, to begin again after {@link TaskControl.resume}. Resolves when they have ended, or when the task goes
   * on before that. Asked again, it waits for the same.
   */
  async pause(): Promise<void> {
    const { idle, rest } = (this.#shared.gate ??= closedGate());
    for (const step of this.#steps) step.abort(PAUSED);
    if (this.#steps.size === 0) rest();
    await idle;
  }

  resume(): void {
    const { gate } = this.#shared;
    if (!gate) return;
    this.#shared.gate = undefined;
    // Nothing could advance meanwhile.
    this.#shared.advancedMs = this.clock.now();
    gate.open();
    gate.rest();
  }

  cancel(reason: unknown, keep: boolean | undefined): void {
    this.#shared.keep = keep;
    this.#shared.cancelled.abort(reason);
    this.resume();
    this.stop(reason);
  }

  #throwIfStopped(): void {
    if (this.signal.aborted) throw this.signal.reason;
    const stopped = this.#lineage().find((control) => control.#stopped);
    if (stopped) throw stopped.#stopped!.reason;
  }

  /** This control and those it was forked from. */
  #lineage(): TaskControl[] {
    return this.#parent ? [this, ...this.#parent.#lineage()] : [this];
  }
}

function closedGate(): Gate {
  let open!: () => void;
  let rest!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const idle = new Promise<void>((resolve) => (rest = resolve));
  return { opened, open, idle, rest };
}

/**
 * Runs `width()` workers side by side. A worker calls `grow` when it has got something to do: should the width have grown,
 * more workers begin, next after it. When one fails the others are stopped; rejects with the first failure once all have
 * ended.
 */
export async function inParallel(
  control: TaskControl,
  width: () => number,
  worker: (control: TaskControl, grow: () => void) => Promise<void>,
): Promise<void> {
  const own = control.fork();
  const failures: unknown[] = [];
  const running = new Set<Promise<void>>();
  const work = async (): Promise<void> => {
    // Whoever calls `grow` goes on first, so that what is taken in order is also begun in order.
    await Promise.resolve();
    await worker(own, grow);
  };
  const begin = (): void => {
    const one = work()
      .catch((error: unknown) => {
        failures.push(error);
        own.stop(error);
      })
      .finally(() => running.delete(one));
    running.add(one);
  };
  const grow = (): void => {
    while (!own.isStopped && running.size < width()) begin();
  };
  // The first even when all is stopped, to fail with the reason.
  begin();
  grow();
  while (running.size > 0) await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}
