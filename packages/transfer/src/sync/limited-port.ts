import { TransferPool } from "../pool/pool.ts";
import type { TransferPort } from "../ports/port.ts";

/** The port, with a bandwidth limit of its own beside that of its pool. */
export function limitedPort<Attributes extends object>(
  port: TransferPort<Attributes>,
  maxBytesPerSecond: number,
): TransferPort<Attributes> {
  return { ...port, pool: new LimitedPool(port, maxBytesPerSecond) };
}

/** Shares the places and the limit of another pool, and has a limit of its own. */
class LimitedPool extends TransferPool {
  readonly #shared: TransferPool;

  constructor({ pool, clock }: TransferPort<any>, maxBytesPerSecond: number) {
    super({ maxBytesPerSecond, clock });
    this.#shared = pool;
  }

  override get concurrency(): number {
    return this.#shared.concurrency;
  }

  override run<T>(...args: Parameters<typeof TransferPool.prototype.run<T>>): Promise<T> {
    return this.#shared.run(...args);
  }

  override take(bytes: number, signal?: AbortSignal): Promise<void> | undefined {
    const own = super.take(bytes, signal);
    const shared = this.#shared.take(bytes, signal);
    return own && shared ? Promise.all([own, shared]).then(() => {}) : (own ?? shared);
  }
}
