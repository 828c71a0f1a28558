import { type AttemptLimits, tryPart } from "../task/attempts.ts";
import { compareKeys } from "./key-order.ts";
import type { ListedObject, PrefixLocation, TransferPort } from "../ports/port.ts";
import type { TaskControl } from "../task/task-control.ts";

/** Objects of one batch: as many as one request can delete. */
const BATCH = 1000;

/** A listing that several workers take batches from, one at a time, and that goes on where it was interrupted. */
export class ListingBatches {
  readonly #port: TransferPort<any>;
  readonly #prefix: PrefixLocation;
  readonly #limits: AttemptLimits;
  readonly #onRepeated: (Key: string) => void;
  #turn: Promise<unknown> = Promise.resolve();
  #objects: AsyncIterator<ListedObject> | undefined;
  /** Ends the request of `#objects`. */
  #stop = new AbortController();
  /** The last key that was given out. */
  #last: string | undefined;
  /** Up to here everything was given out before the listing began anew. */
  #known: string | undefined;
  #over = false;

  /** `onRepeated` is told of keys that the service lists again, or late. They are not given out. */
  constructor(
    port: TransferPort<any>,
    prefix: PrefixLocation,
    limits: AttemptLimits,
    onRepeated: (Key: string) => void,
  ) {
    this.#port = port;
    this.#prefix = prefix;
    this.#limits = limits;
    this.#onRepeated = onRepeated;
  }

  /** The next objects; none at the end. */
  next(control: TaskControl): Promise<ListedObject[]> {
    const batch = this.#turn.then(() => this.#read(control));
    // Where one fails, the others find nothing more to do.
    this.#turn = batch.catch(() => (this.#over = true));
    return batch;
  }

  async #read(control: TaskControl): Promise<ListedObject[]> {
    const batch: ListedObject[] = [];
    if (this.#over) return batch;
    await tryPart(control, this.#port, this.#limits, async (signal, watch) => {
      const objects = this.#open();
      const stop = this.#stop;
      const onAbort = (): void => stop.abort(signal.reason);
      signal.addEventListener("abort", onAbort);
      try {
        while (batch.length < BATCH && !this.#over) {
          const { done, value } = await objects.next();
          watch.moved();
          if (done) this.#over = true;
          else this.#take(value, batch);
        }
      } catch (error) {
        this.#objects = undefined;
        throw error;
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    });
    return batch;
  }

  #open(): AsyncIterator<ListedObject> {
    if (!this.#objects) {
      this.#stop = new AbortController();
      this.#known = this.#last;
      this.#objects = this.#port.list(this.#prefix, { signal: this.#stop.signal })[Symbol.asyncIterator]();
    }
    return this.#objects;
  }

  #take(object: ListedObject, batch: ListedObject[]): void {
    const { Key } = object;
    if (this.#last === undefined || compareKeys(Key, this.#last) > 0) {
      this.#last = Key;
      batch.push(object);
    } else if (this.#known === undefined || compareKeys(Key, this.#known) > 0) this.#onRepeated(Key);
  }
}
