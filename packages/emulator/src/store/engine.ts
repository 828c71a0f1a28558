import type { _Backend } from "./backend.ts";
import { type _BucketStore, _StoreBucket } from "./bucket.ts";
import type { BucketRecord, ObjectRecord, ProviderName } from "./records.ts";
import { _Staged, _slice, type _StagingArea } from "./staged-body.ts";
import type { _Body, _Change, _Segment, _StoreState } from "./state.ts";
import { type Bucket, type OpenObject, type StagedBody, type Store, StoreError } from "./store.ts";

/** The store: decisions and lookups over a state, bytes and durability by a backend. @internal */
export class _Engine implements Store, _StagingArea, _BucketStore {
  readonly backend: _Backend;
  readonly state: _StoreState;
  readonly #bodies: WeakMap<OpenObject, _Body> = new WeakMap();
  readonly #running: Set<Promise<unknown>> = new Set();
  #failure: unknown;
  #closing: Promise<void> | undefined;
  #closed: boolean = false;

  constructor(backend: _Backend, state: _StoreState) {
    this.backend = backend;
    this.state = state;
  }

  buckets(provider: ProviderName): Bucket[] {
    return Array.from(this.state.buckets(provider), (bucket) => new _StoreBucket(this, provider, bucket));
  }

  bucket(provider: ProviderName, name: string): Bucket | undefined {
    const bucket = this.state.bucket(provider, name);
    return bucket && new _StoreBucket(this, provider, bucket);
  }

  async createBucket(provider: ProviderName, record: BucketRecord): Promise<Bucket> {
    await this.commit(undefined, () => {
      if (this.state.bucket(provider, record.name)) {
        throw new StoreError("BucketExists", `the bucket ${record.name} exists already`);
      }
      return { p: provider, b: record.name, op: "bucket", record };
    });
    const bucket = this.bucket(provider, record.name);
    if (!bucket)
      throw new StoreError("BucketNotFound", `the bucket ${record.name} was removed as soon as it was there`);
    return bucket;
  }

  stage(): StagedBody {
    return new _Staged(this);
  }

  open(record: ObjectRecord, body: _Body): OpenObject {
    const own = body.slice();
    this.retain(own);
    let held = true;
    const opened: OpenObject = {
      record,
      read: (start = 0, end = record.size) => this.#read(() => held, _slice(own, start, end)),
      close: async () => {
        if (!held) return;
        held = false;
        await this.release(own);
      },
    };
    this.#bodies.set(opened, own);
    return opened;
  }

  bodyOf(source: OpenObject): _Body {
    const body = this.#bodies.get(source);
    if (!body) throw new Error("the linked object is not of this store");
    return body;
  }

  retain(body: _Body): void {
    this.state.retain(body);
  }

  release(body: _Body): Promise<void> {
    const free = this.state.release(body);
    // After closing, what nothing refers to any more is left for the next start to remove.
    if (free.length === 0 || this.#closed) return Promise.resolve();
    // A blob that cannot be removed is left for the next start too: the change that let it go is done.
    return this.#track(Promise.allSettled(free.map((blob) => this.backend.removeBlob(blob))).then(() => undefined));
  }

  /** Makes `staged` durable, decides, applies and logs, with nothing in between the last three. */
  async commit(staged: StagedBody | undefined, decide: () => _Change): Promise<void> {
    if (staged && !(staged instanceof _Staged && staged._isOf(this)))
      throw new Error("the staged body is not of this store");
    try {
      this.#mustWork();
      await this.#track(this.#commit(staged, decide));
    } finally {
      await staged?.discard();
    }
  }

  async #commit(staged: _Staged | undefined, decide: () => _Change): Promise<void> {
    await staged?._seal();
    this.#mustWork();
    const change = decide();
    let dropped: _Body[] = [];
    const durable = this.backend.log(staged?._inline(), (place) => {
      const placed = staged && "body" in change ? { ...change, body: staged._body(place) } : change;
      dropped = this.state.apply(placed);
      return placed;
    });
    try {
      await durable;
    } catch (error) {
      // What is in memory is now ahead of what is on disk, and nothing can be promised any more.
      this.#failure = error;
      throw error;
    }
    for (const body of dropped) await this.release(body);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    this.#closed = true;
    await this.backend.close();
  }

  async *#read(isHeld: () => boolean, body: readonly _Segment[]): AsyncGenerator<Uint8Array, void, undefined> {
    for (const segment of body) {
      if (!isHeld()) throw new StoreError("Closed", "the object was closed before it was read to its end");
      if (this.#closing) throw new StoreError("Closed", "the store is closed");
      yield* this.backend.read(segment);
    }
  }

  #mustWork(): void {
    if (this.#closing) throw new StoreError("Closed", "the store is closed");
    if (this.#failure !== undefined) {
      throw new Error("an earlier change could not be written; open the store again", { cause: this.#failure });
    }
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    const done = (): boolean => this.#running.delete(work);
    work.then(done, done);
    return work;
  }
}
