/** Work that is to be done in turn, asked for by those who cannot wait for it. */
export class Chain {
  #tail: Promise<void> = Promise.resolve();
  readonly #onFailure: (error: unknown) => void;

  /** `onFailure` is told of the first failure, after which nothing more is done. */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  add(work: () => Promise<void>): void {
    const tail = this.#tail.then(work);
    this.#tail = tail;
    tail.catch((error: unknown) => {
      if (this.#tail === tail) this.#onFailure(error);
    });
  }

  /** Rejects with the first failure. */
  get settled(): Promise<void> {
    return this.#tail;
  }
}
