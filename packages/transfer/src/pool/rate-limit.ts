import type { Clock } from "@cosmoss/types";

/** What may pass at once after idleness: so many milliseconds' worth. */
const BURST_MS = 100;
/** At most one second to the next look, since timers cannot wait for weeks. */
const LOOK_MS = 1000;
/** More than that between two looks is a clock that was set or a machine that slept, not time to make up for. */
const LATE_MS = 2000;

interface Waiting {
  readonly bytes: number;
  readonly pass: () => void;
}

/** Lets bytes pass at a rate, first come, first served; has one timer while somebody waits, else none. */
export class RateLimit {
  readonly #clock: Clock;
  #bytesPerSecond: number | undefined;
  readonly #waiting = new Set<Waiting>();
  /** Bytes that may pass, as of `#seenMs`. */
  #credit = 0;
  #seenMs = 0;
  #timer: unknown;

  constructor(clock: Clock, bytesPerSecond: number | undefined) {
    this.#clock = clock;
    this.bytesPerSecond = bytesPerSecond;
  }

  get bytesPerSecond(): number | undefined {
    return this.#bytesPerSecond;
  }

  set bytesPerSecond(bytesPerSecond: number | undefined) {
    if (this.#bytesPerSecond === undefined) this.#seenMs = this.#clock.now();
    else this.#earn();
    this.#bytesPerSecond = bytesPerSecond;
    this.#serve();
  }

  /** Whether so many bytes may pass now; then they count as passed. */
  tryPass(bytes: number): boolean {
    if (this.#bytesPerSecond === undefined || bytes === 0) return true;
    if (this.#waiting.size > 0) return false;
    this.#earn();
    this.#forgetSurplus();
    if (bytes > this.#credit) return false;
    this.#credit -= bytes;
    return true;
  }

  /** After {@link RateLimit.tryPass} said no: calls `pass` when they may. Call what it gives to stop waiting. */
  wait(bytes: number, pass: () => void): () => void {
    const one = { bytes, pass };
    this.#waiting.add(one);
    if (this.#waiting.size === 1) this.#serve();
    return () => {
      const isFirst = this.#waiting.values().next().value === one;
      if (!this.#waiting.delete(one) || !isFirst) return;
      // What it had saved up would be a burst for those behind it.
      this.#earn();
      this.#forgetSurplus();
      this.#serve();
    };
  }

  #earn(): void {
    const now = this.#clock.now();
    const elapsed = Math.min(LATE_MS, Math.max(0, now - this.#seenMs));
    this.#seenMs = now;
    this.#credit += (elapsed * this.#bytesPerSecond!) / 1000;
  }

  #forgetSurplus(): void {
    this.#credit = Math.min(this.#credit, ((this.#bytesPerSecond ?? 0) * BURST_MS) / 1000);
  }

  #serve(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const rate = this.#bytesPerSecond;
    for (const one of this.#waiting) {
      if (rate !== undefined) {
        if (one.bytes > this.#credit) {
          const ms = Math.min(LOOK_MS, Math.ceil(((one.bytes - this.#credit) * 1000) / rate));
          this.#timer = this.#clock.setTimeout(() => {
            this.#earn();
            this.#serve();
          }, ms);
          return;
        }
        this.#credit -= one.bytes;
      }
      this.#waiting.delete(one);
      one.pass();
    }
    this.#forgetSurplus();
  }
}
