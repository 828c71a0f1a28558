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
import type { _Body, _BucketState, _Change, _StoredUpload, _StoreState } from "./state.ts";
import {
  type Bucket,
  type Completion,
  type CompletionState,
  type OpenObject,
  type ScanOptions,
  type StagedBody,
  StoreError,
} from "./store.ts";

/** What a bucket needs of its store. @internal */
export interface _BucketStore {
  readonly state: _StoreState;
  open(record: ObjectRecord, body: _Body): OpenObject;
  /** Makes `body` durable, then decides, applies and logs at one instant. The body's place is filled in afterwards. */
  commit(body: StagedBody | undefined, decide: () => _Change): Promise<void>;
}

/** Looks up in, and decides changes of, the state of one bucket. @internal */
export class _StoreBucket implements Bucket {
  readonly provider: ProviderName;
  readonly #store: _BucketStore;
  readonly #state: _BucketState;

  constructor(store: _BucketStore, provider: ProviderName, state: _BucketState) {
    this.#store = store;
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
    return stored && this.#store.open(stored.record, stored.body);
  }

  put(key: string, body: StagedBody, decide: (current: ObjectRecord | undefined) => ObjectMeta): Promise<ObjectRecord> {
    return this.#putObject("put", key, body, decide);
  }

  append(
    key: string,
    body: StagedBody,
    decide: (current: ObjectRecord | undefined) => ObjectMeta,
  ): Promise<ObjectRecord> {
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

  async dropParts(id: string, choose: (part: PartRecord) => boolean): Promise<number[]> {
    let parts: number[] = [];
    await this.#commit(undefined, (target) => {
      this.#upload(id);
      parts = this.parts(id)
        .filter(choose)
        .map(({ number }) => number);
      return { ...target, op: "lose", id, parts };
    });
    return parts;
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
    return this.#store.commit(body, () => {
      const { name } = this.record;
      if (this.#store.state.bucket(this.provider, name) !== this.#state) {
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
