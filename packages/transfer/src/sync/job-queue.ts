/** Jobs side by side, as many as there is room for. Whoever adds one waits for the room, so that none pile up. */
export class JobQueue {
  readonly #onFailure: (error: unknown) => void;
  #running = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake = (): void => {};

  /** `onFailure` is told of the first failure of a job. */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Begins a job when fewer than `width()` run. Rejects with the first failure of one. */
  async add(width: () => number, job: () => Promise<void>): Promise<void> {
    await this.#until(() => this.#running < width() || this.#failure !== undefined);
    if (this.#failure) throw this.#failure.error;
    this.#running++;
    void this.#run(job);
  }

  /** Waits until all have ended. Rejects with the first failure. */
  async end(): Promise<void> {
    await this.#until(() => this.#running === 0);
    if (this.#failure) throw this.#failure.error;
  }

  async #run(job: () => Promise<void>): Promise<void> {
    try {
      await job();
    } catch (error) {
      if (!this.#failure) {
        this.#failure = { error };
        this.#onFailure(error);
      }
    }
    this.#running--;
    this.#wake();
  }

  /** One waiter, woken by each job that ends: a race of the jobs would leave something behind on the long ones. */
  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
