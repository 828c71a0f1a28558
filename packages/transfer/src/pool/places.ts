/** So many places, and who waits for one: higher priority first, then first come. */
export class Places {
  #limit: number;
  #taken = 0;
  readonly #waiting = new Map<number, Set<{ start: () => void }>>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Lowering it interrupts nobody: those beyond it are not replaced when they leave. */
  set limit(limit: number) {
    this.#limit = limit;
    this.#fill();
  }

  /** Calls `start` once there is a place, perhaps before it returns. Call what it gives to stop waiting. */
  enter(priority: number, start: () => void): () => void {
    const one = { start };
    const line = this.#waiting.get(priority) ?? new Set();
    this.#waiting.set(priority, line.add(one));
    this.#fill();
    return () => {
      if (line.delete(one) && line.size === 0) this.#waiting.delete(priority);
    };
  }

  leave(): void {
    this.#taken--;
    this.#fill();
  }

  #fill(): void {
    while (this.#taken < this.#limit && this.#waiting.size > 0) {
      const priority = Math.max(...this.#waiting.keys());
      const line = this.#waiting.get(priority)!;
      const one = line.values().next().value!;
      line.delete(one);
      if (line.size === 0) this.#waiting.delete(priority);
      this.#taken++;
      one.start();
    }
  }
}
