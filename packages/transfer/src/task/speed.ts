const SLOT_MS = 100;
const SLOTS = 30;
/** Over less time than that a speed says nothing. */
const LEAST_MS = 500;

/** Bytes a second over the last three seconds. */
export class Speed {
  #beganMs: number;
  /** Of the last three seconds, oldest first: when, in tenths of a second, and how many bytes. */
  #slots: { readonly at: number; bytes: number }[] = [];

  constructor(nowMs: number) {
    this.#beganMs = nowMs;
  }

  add(bytes: number, nowMs: number): void {
    const at = Math.floor(nowMs / SLOT_MS);
    const last = this.#slots.at(-1);
    if (last?.at === at) last.bytes += bytes;
    else {
      this.#forget(at);
      this.#slots.push({ at, bytes });
    }
  }

  bytesPerSecond(nowMs: number): number {
    const at = Math.floor(nowMs / SLOT_MS);
    this.#forget(at);
    let bytes = 0;
    for (const slot of this.#slots) bytes += slot.bytes;
    // Later than now if the clock was set back.
    this.#beganMs = Math.min(this.#beganMs, nowMs);
    const ms = nowMs - Math.max(this.#beganMs, (at - SLOTS + 1) * SLOT_MS);
    return (bytes * 1000) / Math.max(LEAST_MS, ms);
  }

  /** Slots of the future are those of a clock that was set back. */
  #forget(at: number): void {
    const isRecent = (slot: { at: number }): boolean => slot.at > at - SLOTS && slot.at <= at;
    if (!this.#slots.every(isRecent)) this.#slots = this.#slots.filter(isRecent);
  }
}
