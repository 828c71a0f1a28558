import type { Clock } from "@cosmoss/types";
import type { TransferCheckpoint } from "../checkpoints/checkpoints.ts";
import type { ProgressMeter } from "./progress.ts";

/** What stops a step that a pause stopped, and which therefore begins again. */
const PAUSED = /* @__PURE__ */ Symbol("paused");

/** What all controls of a task share. */
interface Shared {
  readonly cancelled: AbortController;
  keep: boolean | undefined;
  checkpoint: TransferCheckpoint | undefined;
  /** When a part was last acknowledged. */
  advancedMs: number;
  /** Open again when the task goes on; absent while it is not paused. */
  gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined;
  /** Called when a step has ended. */
  ended: () => void;
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
          ended: () => {},
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

  /** When a part was last acknowledged, or the task began. */
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
    for (;;) {
      while (this.#shared.gate && !this.isStopped) await this.#shared.gate.opened;
      this.#throwIfStopped();
      const stop = new AbortController();
      for (const control of this.#lineage()) control.#steps.add(stop);
      try {
        return await work(stop.signal);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (stop.signal.reason !== PAUSED) throw error;
      } finally {
        for (const control of this.#lineage()) control.#steps.delete(stop);
        this.#shared.ended();
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

  /** Waits, as a step. */
  async wait(ms: number): Promise<void> {
    await this.step(
      (signal) =>
        new Promise<void>((resolve, reject) => {
          const onAbort = (): void => {
            this.clock.clearTimeout(timer);
            reject(signal.reason);
          };
          const timer = this.clock.setTimeout(() => {
            signal.removeEventListener("abort", onAbort);
            resolve();
          }, ms);
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

  /** Stops all steps, to begin again after {@link TaskControl.resume}. Resolves when they have ended. */
  async pause(): Promise<void> {
    const shared = this.#shared;
    let open!: () => void;
    const opened = new Promise<void>((resolve) => (open = resolve));
    shared.gate = { opened, open };
    if (this.#steps.size === 0) return;
    const idle = new Promise<void>((resolve) => {
      shared.ended = () => {
        if (this.#steps.size === 0) resolve();
      };
    });
    for (const step of this.#steps) step.abort(PAUSED);
    await idle;
    shared.ended = () => {};
  }

  resume(): void {
    const { gate } = this.#shared;
    this.#shared.gate = undefined;
    gate?.open();
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

/**
 * Runs `width` workers side by side. When one fails the others are stopped; rejects with the first failure once all have
 * ended.
 */
export async function inParallel(
  control: TaskControl,
  width: number,
  worker: (control: TaskControl) => Promise<void>,
): Promise<void> {
  const own = control.fork();
  const failures: unknown[] = [];
  await Promise.all(
    Array.from({ length: width }, () =>
      worker(own).catch((error: unknown) => {
        failures.push(error);
        own.stop(error);
      }),
    ),
  );
  if (failures.length > 0) throw failures[0];
}
