import type { Side } from "./sides.ts";
import type { SyncRemoval } from "./sync-end.ts";

/** A file or an object to delete, and its bytes. */
export interface SizedRemoval extends SyncRemoval {
  readonly size: number;
}

/** Means of {@link Removals}. */
export interface RemovalsOptions {
  readonly target: Side;
  /** Begins a job when there is room for it. */
  readonly begin: (job: () => Promise<void>) => Promise<void>;
  /** What has become of one; `failure` is absent where it is deleted. */
  readonly onEnd: (removal: SizedRemoval, failure?: { readonly error: unknown }) => void;
}

/** Deletes what is gathered, in batches and as jobs among others. */
export class Removals {
  readonly #options: RemovalsOptions;
  #gathered: SizedRemoval[] = [];
  /** Settled when all batches that were begun are over. */
  #running: Promise<void> = Promise.resolve();

  constructor(options: RemovalsOptions) {
    this.#options = options;
  }

  async add(removal: SizedRemoval): Promise<void> {
    this.#gathered.push(removal);
    if (this.#gathered.length >= this.#options.target.removalBatch) await this.begin();
  }

  /** Begins to delete what was gathered. */
  async begin(): Promise<void> {
    const removals = this.#gathered;
    this.#gathered = [];
    if (removals.length === 0) return;
    await this.#options.begin(() => {
      const removing = this.#remove(removals);
      this.#running = Promise.allSettled([this.#running, removing]).then(() => {});
      return removing;
    });
  }

  /** Deletes all that was gathered so far, and resolves when that is over. */
  async finish(): Promise<void> {
    await this.begin();
    await this.#running;
  }

  async #remove(removals: readonly SizedRemoval[]): Promise<void> {
    const { target, onEnd } = this.#options;
    let failures: Map<string, { readonly error: unknown }>;
    try {
      failures = new Map((await target.remove(removals)).map((failure) => [failure.path, failure]));
    } catch (error) {
      failures = new Map(removals.map(({ path }) => [path, { error }]));
    }
    for (const removal of removals) onEnd(removal, failures.get(removal.path));
  }
}
