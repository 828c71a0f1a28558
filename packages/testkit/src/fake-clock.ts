import type { Clock } from "@cosmoss/types";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A {@link Clock} that stands still until a test moves it. @public */
export class FakeClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  /** Starts at `startMs`, milliseconds since the epoch; default 0. */
  constructor(startMs: number = 0) {
    this.#now = startMs;
  }

  /** Timers that have neither fired nor been cleared. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): unknown {
    const timer: Timer = { at: this.#now + (ms > 0 ? ms : 0), callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(handle: unknown): void {
    this.#timers.delete(handle as Timer);
  }

  /**
   * Moves on by `ms` milliseconds. Fires due timers in the order of their times (equal ones as they were set), each at its
   * own time, and lets the work that it started settle before the next; so timers set on the way fire as well.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.at);
      timer.callback();
      await settled();
    }
    this.#now = end;
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
    return first;
  }
}

/** A turn of the event loop: every chain of promises that needs no timer and no I/O has run to its end by then. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
