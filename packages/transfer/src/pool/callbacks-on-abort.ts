import type { AbortSignalLike } from "@cosmoss/types";

interface Watched {
  readonly callbacks: Set<() => void>;
  readonly stop: () => void;
}

/** Calls back when signals abort, with one listener a signal however many wait for it, and none when nobody does. */
export class CallbacksOnAbort {
  readonly #watched = new Map<AbortSignalLike, Watched>();

  /** `signal` must not be aborted yet. */
  add(signal: AbortSignalLike, callback: () => void): void {
    let watched = this.#watched.get(signal);
    if (!watched) {
      const callbacks = new Set<() => void>();
      const stop = listen(signal, () => {
        this.#watched.delete(signal);
        stop();
        // The last first: who leaves a line may let the next one through, who shall not be one that leaves as well.
        for (const one of [...callbacks].reverse()) one();
      });
      watched = { callbacks, stop };
      this.#watched.set(signal, watched);
    }
    watched.callbacks.add(callback);
  }

  delete(signal: AbortSignalLike, callback: () => void): void {
    const watched = this.#watched.get(signal);
    if (!watched?.callbacks.delete(callback) || watched.callbacks.size > 0) return;
    this.#watched.delete(signal);
    watched.stop();
  }
}

let shared: CallbacksOnAbort | undefined;

/** One for all tasks: a signal that ends many of them has one listener. Made at the first use. */
export function onAbort(): CallbacksOnAbort {
  return (shared ??= new CallbacksOnAbort());
}

/** Gives what takes the listener away again. Signals that know `onabort` only share it with whoever had set it. */
function listen(signal: AbortSignalLike, listener: () => void): () => void {
  if (signal.addEventListener) {
    signal.addEventListener("abort", listener);
    return () => signal.removeEventListener?.("abort", listener);
  }
  const before = signal.onabort;
  const both = (...event: unknown[]): unknown => {
    listener();
    return before?.apply(signal, event);
  };
  signal.onabort = both;
  return () => {
    if (signal.onabort === both) signal.onabort = before;
  };
}
