import { systemClock } from "@cosmoss/core";
import { ConfigError } from "@cosmoss/errors";
import type { AbortSignalLike, Clock } from "@cosmoss/types";
import { CallbacksOnAbort } from "./callbacks-on-abort.ts";
import { Places } from "./places.ts";
import { RateLimit } from "./rate-limit.ts";

/** Options of {@link TransferPool}. @public */
export interface TransferPoolOptions {
  /** How many requests run at the same time: a whole number from 1 on; default 6. */
  concurrency?: number;
  /** What all transfers over the pool send and receive together: bytes a second, from 1 on; default as fast as it goes. */
  maxBytesPerSecond?: number;
  /** Default: the time of the machine. */
  clock?: Clock;
}

/** Options of {@link TransferPool.run}. @public */
export interface PoolRunOptions {
  /** Work with a higher one gets the free places first; default 0. */
  priority?: number;
  /** Ends the waiting. It is not passed to the work. */
  signal?: AbortSignalLike;
}

/**
 * Where the requests of transfers queue, so that any number of tasks together keep to one number of connections and to
 * one bandwidth. Share one between ports to have the limits hold for all of them. Both limits can be changed at any time,
 * and count at once, also for those who wait. @public
 */
export class TransferPool {
  readonly #places: Places;
  readonly #rate: RateLimit;
  readonly #onAbort = new CallbacksOnAbort();

  /** Throws a `ConfigError` for numbers out of range. */
  constructor({ concurrency = 6, maxBytesPerSecond, clock = systemClock }: TransferPoolOptions = {}) {
    this.#places = new Places(checkConcurrency(concurrency));
    this.#rate = new RateLimit(clock, checkRate(maxBytesPerSecond));
  }

  /**
   * How many requests run at the same time. Setting it throws a `ConfigError` unless it is a whole number from 1 on.
   * Lowering it interrupts nothing.
   */
  get concurrency(): number {
    return this.#places.limit;
  }

  set concurrency(concurrency: number) {
    this.#places.limit = checkConcurrency(concurrency);
  }

  /**
   * Bytes a second; `undefined` for no limit. It holds over seconds, not over each moment: after a pause a tenth of a
   * second's worth passes at once. Setting it throws a `ConfigError` unless it is a number from 1 on, or `undefined`.
   */
  get maxBytesPerSecond(): number | undefined {
    return this.#rate.bytesPerSecond;
  }

  set maxBytesPerSecond(maxBytesPerSecond: number | undefined) {
    this.#rate.bytesPerSecond = checkRate(maxBytesPerSecond);
  }

  /**
   * Does some work when there is a place for it, and settles as it does: the highest priority first, then first come,
   * first served. Rejects with `signal.reason` if aborted before it began, and with a `ConfigError` for a priority that
   * is no number. Work that waits for other work of the pool may wait for ever.
   */
  async run<T>(work: () => Promise<T>, { priority = 0, signal }: PoolRunOptions = {}): Promise<T> {
    if (typeof priority !== "number" || Number.isNaN(priority)) {
      throw new ConfigError(`priority is ${String(priority)}; give a number`);
    }
    await this.#turn(signal, (start) => this.#places.enter(priority, start));
    try {
      // Perhaps just now, while its turn came.
      if (signal?.aborted) throw signal.reason;
      return await work();
    } finally {
      this.#places.leave();
    }
  }

  /**
   * Asks to send or receive so many bytes: a promise that resolves when they may, or `undefined` if they may at once, as
   * always without a limit. First come, first served. Many bytes at a time go through all at once when time for all of
   * them has passed, so ask for some tens of KiB at a time to be even. Rejects with `signal.reason` if aborted before, and with a `ConfigError` unless `bytes` is a number from 0 on.
   */
  take(bytes: number, signal?: AbortSignalLike): Promise<void> | undefined {
    if (!(bytes >= 0 && bytes < Infinity)) {
      return Promise.reject(new ConfigError(`take: bytes is ${bytes}; give a number from 0 on`));
    }
    if (this.#rate.tryPass(bytes)) return undefined;
    return this.#turn(signal, (pass) => this.#rate.wait(bytes, pass));
  }

  /** Resolves when its turn has come. `enter` gets in line, and gives what gets out of it. */
  #turn(signal: AbortSignalLike | undefined, enter: (proceed: () => void) => () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      let over = false;
      const abort = (): void => {
        leave();
        reject(signal!.reason);
      };
      const leave = enter(() => {
        over = true;
        if (signal) this.#onAbort.delete(signal, abort);
        resolve();
      });
      if (signal && !over) this.#onAbort.add(signal, abort);
    });
  }
}

function checkConcurrency(concurrency: number): number {
  if (Number.isInteger(concurrency) && concurrency >= 1) return concurrency;
  throw new ConfigError(`concurrency is ${concurrency}; give a whole number from 1 on`);
}

function checkRate(maxBytesPerSecond: number | undefined): number | undefined {
  if (maxBytesPerSecond === undefined || (maxBytesPerSecond >= 1 && maxBytesPerSecond < Infinity))
    return maxBytesPerSecond;
  throw new ConfigError(
    `maxBytesPerSecond is ${maxBytesPerSecond}; give a number of bytes from 1 on, or leave it out for no limit`,
  );
}
