import type { Clock } from "@cosmoss/types";
import { onAbort } from "../pool/callbacks-on-abort.ts";
import type { TransferCheckpoint } from "../checkpoints/checkpoints.ts";
import { ProgressMeter, type TransferProgress } from "./progress.ts";
import { TaskControl } from "./task-control.ts";
import type { TaskOptions } from "./task-options.ts";

/** What a task is doing, or how it ended. @public */
export type TaskState = "running" | "paused" | "done" | "failed" | "cancelled";

/** Options of {@link TransferTask.cancel}. @public */
export interface CancelOptions {
  /** What the task rejects with; default an `AbortError`. */
  reason?: unknown;
  /**
   * Keep what the service or the disk has, so that a later run goes on from there. Default: whether the task has
   * checkpoints to go on from.
   */
  keep?: boolean;
}

/** A transfer under way. Await it for its result. It settles once, and never hangs. @public */
export interface TransferTask<Result> extends PromiseLike<Result> {
  readonly state: TaskState;
  /** A copy of what another process needs to go on; absent where there is nothing to go on from. */
  readonly checkpoint: TransferCheckpoint | undefined;
  /**
   * Stops what is on its way, which will be sent again, and begins nothing new. Resolves once nothing is on its way, or
   * when the task goes on, is cancelled or ends before that. Does nothing to a task that has ended.
   */
  pause(): Promise<void>;
  /** Goes on after {@link TransferTask.pause}. */
  resume(): void;
  /**
   * Ends the task, which rejects at once. Resolves when everything is tidied up: requests ended, the upload aborted on
   * the service and temporary files removed, unless they are kept; rejects when that went wrong. Does nothing to a task
   * that has ended.
   */
  cancel(options?: CancelOptions): Promise<void>;
  /**
   * How far the task is, as it goes on, ending with the task; throws what the task rejects with. Steps that nobody took
   * are left out. May be left at any time, which also ends a `next()` that waits.
   */
  progress(): AsyncGenerator<TransferProgress, void, undefined>;
  then<Value = Result, Other = never>(
    onResult?: ((result: Result) => Value | PromiseLike<Value>) | null,
    onFailure?: ((reason: any) => Other | PromiseLike<Other>) | null,
  ): Promise<Value | Other>;
  catch<Other = never>(onFailure?: ((reason: any) => Other | PromiseLike<Other>) | null): Promise<Result | Other>;
  finally(onEnd?: (() => void) | null): Promise<Result>;
}

/** A {@link TransferTask} and the work that it does. */
export class RunningTask<Result> implements TransferTask<Result> {
  readonly #control: TaskControl;
  readonly #settled: Promise<Result>;
  readonly #ended: Promise<void>;
  // Of any result, so that a task of something is a task of anything.
  #resolve!: (result: any) => void;
  #reject!: (reason: unknown) => void;
  #state: TaskState = "running";

  /** Begins the work. */
  constructor(clock: Clock, options: TaskOptions, work: (control: TaskControl) => Promise<Result>) {
    const { signal, onProgress, priority } = options;
    const meter = new ProgressMeter(clock);
    this.#control = new TaskControl(clock, meter, priority);
    this.#settled = new Promise<Result>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (onProgress) meter.subscribe((progress) => this.#tell(onProgress, progress));
    this.#ended = this.#run(signal, work);
  }

  get state(): TaskState {
    return this.#state;
  }

  get checkpoint(): TransferCheckpoint | undefined {
    return structuredClone(this.#control.checkpoint);
  }

  async pause(): Promise<void> {
    if (this.#state === "running") this.#state = "paused";
    if (this.#state === "paused") await Promise.race([this.#control.pause(), this.#ended]);
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "running";
    this.#control.resume();
  }

  async cancel({ reason, keep }: CancelOptions = {}): Promise<void> {
    if (this.#state === "running" || this.#state === "paused") {
      this.#state = "cancelled";
      const why = reason ?? new DOMException("The transfer was cancelled", "AbortError");
      // Who cancels need not await the task as well.
      this.#settled.catch(() => {});
      this.#reject(why);
      this.#control.cancel(why, keep);
    }
    await this.#ended;
    const { untidied } = this.#control;
    if (untidied) throw untidied.error;
  }

  progress(): AsyncGenerator<TransferProgress, void, undefined> {
    const { meter } = this.#control;
    const settled = this.#settled;
    let isLeft = false;
    let over = false;
    let wake = (): void => {};
    const end = (): void => {
      over = true;
      wake();
    };
    const steps = (async function* (): AsyncGenerator<TransferProgress, void, undefined> {
      let latest: TransferProgress | undefined = meter.current;
      const unsubscribe = meter.subscribe((progress) => {
        latest = progress;
        wake();
      });
      settled.then(end, end);
      try {
        while (latest || !over) {
          const progress: TransferProgress | undefined = latest;
          latest = undefined;
          if (progress) yield progress;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        unsubscribe();
      }
      if (!isLeft) await settled;
    })();
    const leave = steps.return.bind(steps);
    // A generator does one thing after another: while it waits for a step, it would not hear that it is left.
    steps.return = (result) => {
      isLeft = true;
      end();
      return leave(result);
    };
    return steps;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- a task is awaited as a promise is
  then<Value = Result, Other = never>(
    onResult?: ((result: Result) => Value | PromiseLike<Value>) | null,
    onFailure?: ((reason: any) => Other | PromiseLike<Other>) | null,
  ): Promise<Value | Other> {
    return this.#settled.then(onResult, onFailure);
  }

  catch<Other = never>(onFailure?: ((reason: any) => Other | PromiseLike<Other>) | null): Promise<Result | Other> {
    return this.#settled.catch(onFailure);
  }

  finally(onEnd?: (() => void) | null): Promise<Result> {
    return this.#settled.finally(onEnd);
  }

  async #run(signal: TaskOptions["signal"], work: (control: TaskControl) => Promise<Result>): Promise<void> {
    const control = this.#control;
    // Whoever aborts hears from the task; what could not be tidied up, only who calls cancel().
    const abort = (): void => void this.cancel({ reason: signal!.reason }).catch(() => {});
    if (signal?.aborted) abort();
    else if (signal) onAbort().add(signal, abort);
    // Whoever began the task has it before anything happens.
    await Promise.resolve();
    try {
      const result = await work(control);
      if (this.#state === "cancelled") return;
      this.#state = "done";
      control.meter.done();
      this.#resolve(result);
    } catch (error) {
      if (this.#state !== "cancelled") this.#state = "failed";
      this.#reject(error);
    } finally {
      if (signal) onAbort().delete(signal, abort);
      control.meter.close();
    }
  }

  /** Who cannot show how it goes on does not want it to go on. */
  #tell(onProgress: (progress: TransferProgress) => void, progress: TransferProgress): void {
    try {
      onProgress(progress);
    } catch (error) {
      void this.cancel({ reason: error }).catch(() => {});
    }
  }
}
