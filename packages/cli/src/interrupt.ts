import type { Environment } from "./environment.ts";
import { EXIT } from "./exit-codes.ts";
import { Interrupted } from "./problems.ts";

/** Ctrl-C: once asks everything to stop, twice ends the process. */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #stops = new Set<() => void>();
  readonly #letGo: () => void;
  /** Whether it is the way in which a command ends, so that there is nothing to say about it. */
  isUsual = false;
  /** Whether something was kept for the same command to go on from. */
  hasKept = false;
  /** What to do after it was stopped, where there is something to say. */
  advice: string | undefined;

  /** `onFirst` tells the user. */
  constructor({ onInterrupt, exit }: Pick<Environment, "onInterrupt" | "exit">, onFirst: () => void) {
    this.#letGo = onInterrupt(() => {
      if (this.requested) return exit(EXIT.interrupted);
      if (!this.isUsual) onFirst();
      this.#controller.abort(new Interrupted());
      for (const stop of this.#stops) stop();
    });
  }

  /** Whether the user wants everything to stop. */
  get requested(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Aborted with an {@link Interrupted}: for requests that may end at once. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Throws an {@link Interrupted} when it was asked for. */
  throwIfRequested(): void {
    this.#controller.signal.throwIfAborted();
  }

  /** Calls `stop` when it is asked for, or now if it was; call what it gives to let go. */
  onRequest(stop: () => void): () => void {
    if (this.requested) stop();
    this.#stops.add(stop);
    return () => void this.#stops.delete(stop);
  }

  /** Leaves no listener behind. */
  close(): void {
    this.#letGo();
  }
}
