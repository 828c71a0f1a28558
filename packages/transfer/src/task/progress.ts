import type { Clock } from "@cosmoss/types";
import { Speed } from "./speed.ts";

/** How far a task is. @public */
export interface TransferProgress {
  /** `done` after the service's last answer, not before. */
  phase: "preparing" | "transferring" | "completing" | "done";
  /** Bytes in all; absent until known. */
  total?: number;
  /** Bytes that the other side has acknowledged, those of earlier runs included. */
  acknowledged: number;
  /** Bytes on their way, not acknowledged yet. */
  inFlight: number;
  /** From 0 to 1, never less than before; 1 only when `phase` is `done`. */
  fraction: number;
  /** Over the last seconds. */
  bytesPerSecond: number;
  /** Seconds; absent where nothing can be foretold. */
  etaSeconds?: number;
}

/** So often at most, in milliseconds, listeners are told; and so late at most after bytes moved. */
const INTERVAL_MS = 100;
/** What shows as 100 % when rounded must be done. */
const MAX_FRACTION = 0.99;

/**
 * Counts the bytes of a task. Listeners are told at once of a new phase and otherwise every 100 ms while something
 * changes, which the speed does until three seconds after the last byte that is still on its way. What they throw is lost.
 * There is a timer only when they will be told something.
 */
export class ProgressMeter {
  readonly #clock: Clock;
  readonly #listeners = new Set<(progress: TransferProgress) => void>();
  #phase: TransferProgress["phase"] = "preparing";
  #total: number | undefined;
  #acknowledged = 0;
  #inFlight = 0;
  /** What was shown is never taken back, even if it has to be sent again. */
  #shownAcknowledged = 0;
  #shownFraction = 0;
  #speed: Speed;
  #emittedMs = -Infinity;
  #timer: unknown;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#speed = new Speed(clock.now());
  }

  /**
   * Bytes begin to move, or begin anew. `total`: bytes in all, where known. `acknowledged`: bytes of earlier runs, which
   * do not count for the speed.
   */
  begin(total: number | undefined, acknowledged: number): void {
    if (this.#closed) return;
    if (this.#phase === "preparing") this.#speed = new Speed(this.#clock.now());
    this.#total = total;
    this.#acknowledged = acknowledged;
    this.#inFlight = 0;
    this.#enter("transferring");
  }

  /** There are so many bytes in all, as far as is known by now. */
  grow(total: number): void {
    if (this.#closed) return;
    if (total > (this.#total ?? -1)) this.#total = total;
    this.#changed();
  }

  /** So many bytes more are on their way. */
  sent(bytes: number): void {
    if (this.#closed) return;
    this.#inFlight += bytes;
    this.#speed.add(bytes, this.#clock.now());
    this.#changed();
  }

  /** So many bytes are not on their way any more: their attempt failed. */
  unsent(bytes: number): void {
    if (this.#closed) return;
    this.#inFlight = Math.max(0, this.#inFlight - bytes);
    this.#changed();
  }

  /**
   * So many bytes more have been acknowledged; `sent` of them, default all, were counted as sent. The others move now, as
   * those that the service copies by itself.
   */
  acknowledge(bytes: number, { sent = bytes }: { sent?: number } = {}): void {
    if (this.#closed) return;
    const known = Math.min(sent, this.#inFlight);
    this.#inFlight -= known;
    this.#acknowledged += bytes;
    if (bytes > known) this.#speed.add(bytes - known, this.#clock.now());
    this.#changed();
  }

  /** All bytes are acknowledged; the other side's last answer is to come. */
  completing(): void {
    this.#enter("completing");
  }

  /** The last answer is there. */
  done(): void {
    if (this.#closed) return;
    this.#inFlight = 0;
    this.#total ??= this.#acknowledged;
    this.#enter("done");
    this.close();
  }

  /** Nobody is told anything any more, and nothing counts. */
  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    this.#clearTimer();
  }

  /** Tells how far it is, whenever that changes, until what it gives is called. */
  subscribe(listener: (progress: TransferProgress) => void): () => void {
    const one = (progress: TransferProgress): void => listener(progress);
    if (!this.#closed) this.#listeners.add(one);
    return () => {
      this.#listeners.delete(one);
      if (this.#listeners.size === 0) this.#clearTimer();
    };
  }

  get current(): TransferProgress {
    const total = this.#total;
    const moved = this.#acknowledged + this.#inFlight;
    if (this.#phase === "done") this.#shownFraction = 1;
    else if (total) this.#shownFraction = Math.max(this.#shownFraction, Math.min(MAX_FRACTION, moved / total));
    this.#shownAcknowledged = Math.max(this.#shownAcknowledged, this.#acknowledged);
    const bytesPerSecond = this.#speed.bytesPerSecond(this.#clock.now());
    return {
      phase: this.#phase,
      ...(total !== undefined && { total }),
      acknowledged: this.#shownAcknowledged,
      inFlight: this.#inFlight,
      fraction: this.#shownFraction,
      bytesPerSecond,
      ...(this.#phase === "done" && { etaSeconds: 0 }),
      ...(this.#phase === "transferring" &&
        total !== undefined &&
        bytesPerSecond > 0 && { etaSeconds: Math.max(0, total - moved) / bytesPerSecond }),
    };
  }

  #enter(phase: TransferProgress["phase"]): void {
    if (this.#closed) return;
    const isNew = phase !== this.#phase;
    this.#phase = phase;
    if (isNew) this.#emit();
    else this.#changed();
  }

  #changed(): void {
    if (this.#listeners.size === 0) return;
    const left = this.#left();
    if (left <= 0) this.#emit();
    else this.#timer ??= this.#clock.setTimeout(() => this.#tick(), left);
  }

  /** Timers of some platforms are a little early. */
  #tick(): void {
    this.#timer = undefined;
    this.#changed();
  }

  /** Milliseconds until listeners may be told again. A clock that was set back must not silence them. */
  #left(): number {
    const since = this.#clock.now() - this.#emittedMs;
    return since < 0 ? 0 : INTERVAL_MS - since;
  }

  #emit(): void {
    if (this.#listeners.size === 0) return;
    this.#clearTimer();
    this.#emittedMs = this.#clock.now();
    const progress = this.current;
    for (const listener of this.#listeners) {
      try {
        listener({ ...progress });
      } catch {
        // Looking on must not make a transfer fail.
      }
    }
    if (this.#inFlight > 0 && progress.bytesPerSecond > 0) this.#changed();
  }

  #clearTimer(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
