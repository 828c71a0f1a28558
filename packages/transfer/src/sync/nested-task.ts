import type { ProgressMeter, TransferProgress } from "../task/progress.ts";
import type { TransferTask } from "../task/task.ts";
import type { TaskControl } from "../task/task-control.ts";

/** What a task within the task of `control` gives. It pauses and goes on with that, and is cancelled when that ends early. */
export async function nestedTask<T>(control: TaskControl, start: () => TransferTask<T>): Promise<T> {
  let started: TransferTask<T> | undefined;
  try {
    return await control.step((signal) => {
      const task = (started ??= start());
      task.resume();
      return new Promise<T>((resolve, reject) => {
        // Whatever stops the step: a paused task has nothing on its way, and can be cancelled as well as go on.
        signal.addEventListener("abort", () => void task.pause().then(() => reject(signal.reason)));
        task.then(resolve, reject);
      });
    });
  } catch (reason) {
    const { keep } = control;
    await control.tidy(async () => started?.cancel({ reason, ...(keep !== undefined && { keep }) }));
    throw reason;
  }
}

/** Adds what a task within moves to what its own task moves. */
export class NestedProgress {
  readonly #meter: ProgressMeter;
  #moved = 0;
  #acknowledged = 0;

  constructor(meter: ProgressMeter) {
    this.#meter = meter;
  }

  update({ acknowledged, inFlight }: TransferProgress): void {
    this.#moveTo(acknowledged + inFlight);
    this.#meter.acknowledge(acknowledged - this.#acknowledged);
    this.#acknowledged = acknowledged;
  }

  /** What was on its way is not any more. */
  fail(): void {
    this.#moveTo(this.#acknowledged);
  }

  #moveTo(moved: number): void {
    if (moved > this.#moved) this.#meter.sent(moved - this.#moved);
    else this.#meter.unsent(this.#moved - moved);
    this.#moved = moved;
  }
}
