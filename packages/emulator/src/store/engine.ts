import type { _Backend } from "./backend.ts";
import { _compareKeys } from "./order.ts";
import type {
  BucketRecord,
  Json,
  ObjectMeta,
  ObjectRecord,
  PartMeta,
  PartRecord,
  ProviderName,
  UploadRecord,
} from "./records.ts";
import type { _SortedMap } from "./sorted-map.ts";
import { _Staged, _slice, type _StagingArea } from "./staged-body.ts";
import type { _Body, _BucketState, _Change, _Segment, _StoredUpload, _StoreState } from "./state.ts";
import {
  type Bucket,
  type Completion,
  type CompletionState,
  type OpenObject,
  type ScanOptions,
  type StagedBody,
  type Store,
  StoreError,
} from "./store.ts";

/** The store: decisions and lookups over a state, bytes and durability by a backend. @internal */
export class _Engine implements Store, _StagingArea {
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
    return Array.from(this.state.buckets(provider), (bucket) => new EngineBucket(this, provider, bucket));
  }

  bucket(provider: ProviderName, name: string): Bucket | undefined {
    const bucket = this.state.bucket(provider, name);
    return bucket && new EngineBucket(this, provider, bucket);
  }

  async createBucket(provider: ProviderName, record: BucketRecord): Promise<Bucket> {
    await this.commit(undefined, () => {
      if (this.state.bucket(provider, record.name)) {
        throw new StoreError("BucketExists", `the bucket ${record.name} exists already`);
      }
      return { p: provider, b: record.name, op: "bucket", record };
    });
    const bucket = this.bucket(provider, record.name);
    if (!bucket) throw new StoreError("BucketNotFound", `the bucket ${record.name} was removed as soon as it was there`);
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
    return this.#track(Promise.all(free.map((blob) => this.backend.removeBlob(blob))).then(() => undefined));
  }

  /** Makes `staged` durable, decides, applies and logs, with nothing in between the last three. */
  async commit(staged: StagedBody | undefined, decide: (staged: _Staged | undefined) => _Change): Promise<void> {
    if (staged && !(staged instanceof _Staged && staged._isOf(this))) throw new Error("the staged body is not of this store");
    try {
      this.#mustWork();
      await this.#track(this.#commit(staged, decide));
    } finally {
      await staged?.discard();
    }
  }

  async #commit(staged: _Staged | undefined, decide: (staged: _Staged | undefined) => _Change): Promise<void> {
    await staged?._seal();
    this.#mustWork();
    const change = decide(staged);
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

class EngineBucket implements Bucket {
  readonly provider: ProviderName;
  readonly #engine: _Engine;
  readonly #state: _BucketState;

  constructor(engine: _Engine, provider: ProviderName, state: _BucketState) {
    this.#engine = engine;
    this.provider = provider;
    this.#state = state;
  }

  get record(): BucketRecord {
    return this.#state.record;
  }

  async update(decide: (current: BucketRecord) => { readonly [name: string]: Json }): Promise<BucketRecord> {
    let record = this.record;
    await this.#commit(undefined, (target) => {
      record = { ...this.record, attributes: decide(this.record) };
      return { ...target, op: "bucket", record };
    });
    return record;
  }

  async remove(): Promise<void> {
    await this.#commit(undefined, (target) => {
      const { objects, uploads } = this.#state;
      if (objects.size > 0 || uploads.size > 0) {
        throw new StoreError("BucketNotEmpty", `the bucket ${target.b} holds objects or unfinished uploads`);
      }
      return { ...target, op: "remove" };
    });
  }

  object(key: string): ObjectRecord | undefined {
    return this.#state.objects.get(key)?.record;
  }

  objects(options: ScanOptions = {}): Iterable<ObjectRecord> {
    return scan(this.#state.objects, (key: string) => position(options, key), options.prefix);
  }

  open(key: string): OpenObject | undefined {
    const stored = this.#state.objects.get(key);
    return stored && this.#engine.open(stored.record, stored.body);
  }

  put(key: string, body: StagedBody, decide: (current: ObjectRecord | undefined) => ObjectMeta): Promise<ObjectRecord> {
    return this.#putObject("put", key, body, decide);
  }

  append(key: string, body: StagedBody, decide: (current: ObjectRecord | undefined) => ObjectMeta): Promise<ObjectRecord> {
    return this.#putObject("append", key, body, decide);
  }

  async #putObject(
    op: "put" | "append",
    key: string,
    body: StagedBody,
    decide: (current: ObjectRecord | undefined) => ObjectMeta,
  ): Promise<ObjectRecord> {
    let record: ObjectRecord | undefined;
    await this.#commit(body, (target) => {
      const current = this.object(key);
      const size = body.size + (op === "append" ? (current?.size ?? 0) : 0);
      record = { ...decide(current), key, size };
      return { ...target, op, record, body: [] };
    });
    return record as ObjectRecord;
  }

  async revise(key: string, decide: (current: ObjectRecord) => ObjectMeta): Promise<ObjectRecord> {
    let record: ObjectRecord | undefined;
    await this.#commit(undefined, (target) => {
      const current = this.object(key);
      if (!current) throw new StoreError("ObjectNotFound", "there is no such object");
      record = { ...decide(current), key, size: current.size };
      return { ...target, op: "revise", record };
    });
    return record as ObjectRecord;
  }

  async delete(key: string): Promise<ObjectRecord | undefined> {
    const old = this.object(key);
    if (old) await this.#commit(undefined, (target) => ({ ...target, op: "delete", key }));
    return old;
  }

  upload(id: string): UploadRecord | undefined {
    return this.#state.uploads.get(id)?.record;
  }

  uploads(options: ScanOptions = {}): Iterable<UploadRecord> {
    return scan(this.#state.uploadOrder, ([key, id]) => position(options, key, id), options.prefix);
  }

  async createUpload(record: UploadRecord): Promise<void> {
    await this.#commit(undefined, (target) => {
      if (this.upload(record.id)) throw new StoreError("UploadExists", `the upload ${record.id} exists already`);
      return { ...target, op: "upload", record };
    });
  }

  parts(id: string): PartRecord[] {
    return Array.from(this.#state.uploads.get(id)?.parts.values() ?? [], (part) => part.record);
  }

  async putPart(id: string, number: number, body: StagedBody, meta: PartMeta): Promise<PartRecord> {
    const record: PartRecord = { ...meta, number, size: body.size };
    await this.#commit(body, (target) => {
      this.#upload(id);
      return { ...target, op: "part", id, record, body: [] };
    });
    return record;
  }

  async abortUpload(id: string): Promise<void> {
    await this.#commit(undefined, (target) => {
      this.#upload(id);
      return { ...target, op: "abort", id };
    });
  }

  async completeUpload(id: string, decide: (state: CompletionState) => Completion): Promise<ObjectRecord> {
    let record: ObjectRecord | undefined;
    await this.#commit(undefined, (target) => {
      const stored = this.#upload(id);
      const { key } = stored.record;
      const { parts, meta } = decide({ upload: stored.record, parts: this.parts(id), current: this.object(key) });
      let size = 0;
      for (const number of parts) {
        const part = stored.parts.get(number);
        if (!part) throw new StoreError("PartNotFound", `the upload ${id} has no part ${number}`);
        size += part.record.size;
      }
      record = { ...meta, key, size };
      return { ...target, op: "complete", id, record, parts };
    });
    return record as ObjectRecord;
  }

  #upload(id: string): _StoredUpload {
    const upload = this.#state.uploads.get(id);
    if (!upload) throw new StoreError("UploadNotFound", `there is no upload ${id}: it never was, or it has ended`);
    return upload;
  }

  #commit(body: StagedBody | undefined, decide: (target: { p: ProviderName; b: string }) => _Change): Promise<void> {
    return this.#engine.commit(body, () => {
      const { name } = this.record;
      if (this.#engine.state.bucket(this.provider, name) !== this.#state) {
        throw new StoreError("BucketNotFound", `the bucket ${name} does not exist`);
      }
      return decide({ p: this.provider, b: name });
    });
  }
}

/** Whether a scan has reached a key: true from the first key it wants on. */
function position(options: ScanOptions, key: string, id = ""): boolean {
  const { prefix = "", after, afterId, afterPrefix } = options;
  if (_compareKeys(key, prefix) < 0) return false;
  if (afterPrefix !== undefined && (key.startsWith(afterPrefix) || _compareKeys(key, afterPrefix) < 0)) return false;
  if (after === undefined) return true;
  const order = _compareKeys(key, after);
  return order > 0 || (order === 0 && afterId !== undefined && _compareKeys(id, afterId) > 0);
}

function* scan<K, T extends { readonly key: string }>(
  map: _SortedMap<K, { readonly record: T }>,
  reached: (key: K) => boolean,
  prefix = "",
): Generator<T, void, undefined> {
  for (const { record } of map.valuesFrom(reached)) {
    if (!record.key.startsWith(prefix)) return;
    yield record;
  }
}
