import { _compareKeys } from "./order.ts";
import type { BucketRecord, ObjectRecord, PartRecord, ProviderName, UploadRecord } from "./records.ts";
import { _SortedMap } from "./sorted-map.ts";

/** Bytes `[offset, offset + length)` of a blob. A body is a list of them. @internal */
export type _Segment = readonly [blob: number, offset: number, length: number];

/** A body at rest. @internal */
export type _Body = readonly _Segment[];

/** One change, as JSON. Applying the same changes in the same order gives the same state. @internal */
export type _Change = { readonly p: ProviderName; readonly b: string } & (
  | { readonly op: "bucket"; readonly record: BucketRecord }
  | { readonly op: "remove" }
  | { readonly op: "put"; readonly record: ObjectRecord; readonly body: _Body }
  | { readonly op: "append"; readonly record: ObjectRecord; readonly body: _Body }
  | { readonly op: "revise"; readonly record: ObjectRecord }
  | { readonly op: "delete"; readonly key: string }
  | { readonly op: "upload"; readonly record: UploadRecord }
  | { readonly op: "part"; readonly id: string; readonly record: PartRecord; readonly body: _Body }
  | { readonly op: "lose"; readonly id: string; readonly parts: readonly number[] }
  | { readonly op: "abort"; readonly id: string }
  | { readonly op: "complete"; readonly id: string; readonly record: ObjectRecord; readonly parts: readonly number[] }
);

/** @internal */
export interface _StoredObject {
  readonly record: ObjectRecord;
  readonly body: _Body;
}

/** @internal */
interface _StoredPart {
  readonly record: PartRecord;
  readonly body: _Body;
}

/** @internal */
export interface _StoredUpload {
  readonly record: UploadRecord;
  readonly parts: _SortedMap<number, _StoredPart>;
}

/** @internal */
export interface _BucketState {
  record: BucketRecord;
  readonly objects: _SortedMap<string, _StoredObject>;
  readonly uploads: Map<string, _StoredUpload>;
  readonly uploadOrder: _SortedMap<readonly [key: string, id: string], _StoredUpload>;
}

/** All that a store knows, and how a change changes it. Everything but the bytes of bodies. @internal */
export class _StoreState {
  readonly #buckets: { readonly [P in ProviderName]: _SortedMap<string, _BucketState> } = {
    oss: new _SortedMap(_compareKeys),
    cos: new _SortedMap(_compareKeys),
  };
  readonly #references: Map<number, number> = new Map();

  bucket(provider: ProviderName, name: string): _BucketState | undefined {
    return this.#buckets[provider].get(name);
  }

  buckets(provider: ProviderName): Iterable<_BucketState> {
    return this.#buckets[provider].values();
  }

  /** Blobs that something refers to. */
  blobs(): Iterable<number> {
    return this.#references.keys();
  }

  isReferenced(blob: number): boolean {
    return this.#references.has(blob);
  }

  retain(body: _Body): void {
    for (const [blob] of body) this.#references.set(blob, (this.#references.get(blob) ?? 0) + 1);
  }

  /** Gives references up and says which blobs nothing refers to any more. */
  release(body: _Body): number[] {
    const free: number[] = [];
    for (const [blob] of body) {
      const left = (this.#references.get(blob) ?? 0) - 1;
      if (left > 0) this.#references.set(blob, left);
      else if (this.#references.delete(blob)) free.push(blob);
    }
    return free;
  }

  /** Applies a change. Returns the bodies that it let go, still retained: release them once the change is durable. */
  apply(change: _Change): _Body[] {
    const buckets = this.#buckets[change.p];
    if (change.op === "bucket") {
      const known = buckets.get(change.b);
      if (known) known.record = change.record;
      else {
        buckets.set(change.b, {
          record: change.record,
          objects: new _SortedMap(_compareKeys),
          uploads: new Map(),
          uploadOrder: new _SortedMap((a, b) => _compareKeys(a[0], b[0]) || _compareKeys(a[1], b[1])),
        });
      }
      return [];
    }
    const bucket = buckets.get(change.b);
    if (!bucket) throw new Error(`a change to the bucket ${change.b}, which does not exist`);
    switch (change.op) {
      case "remove":
        buckets.delete(change.b);
        return [];
      case "put":
        this.retain(change.body);
        // A copy, because the appends below add to it in place.
        return this.#replace(bucket, { record: change.record, body: change.body.slice() });
      case "append": {
        this.retain(change.body);
        const body = (bucket.objects.get(change.record.key)?.body ?? []) as _Segment[];
        // Added in place, so that n appends cost O(n). An open reader took its own copy of the list.
        for (const segment of change.body) body.push(segment);
        bucket.objects.set(change.record.key, { record: change.record, body });
        return [];
      }
      case "revise": {
        const body = bucket.objects.get(change.record.key)?.body ?? [];
        bucket.objects.set(change.record.key, { record: change.record, body });
        return [];
      }
      case "delete": {
        const old = bucket.objects.get(change.key);
        bucket.objects.delete(change.key);
        return old ? [old.body] : [];
      }
      case "upload": {
        const upload = { record: change.record, parts: new _SortedMap<number, _StoredPart>((a, b) => a - b) };
        bucket.uploads.set(change.record.id, upload);
        bucket.uploadOrder.set([change.record.key, change.record.id], upload);
        return [];
      }
      case "part": {
        const { parts } = known(bucket, change.id);
        this.retain(change.body);
        const old = parts.get(change.record.number);
        parts.set(change.record.number, { record: change.record, body: change.body });
        return old ? [old.body] : [];
      }
      case "lose": {
        const { parts } = known(bucket, change.id);
        return change.parts.flatMap((number) => {
          const old = parts.get(number);
          parts.delete(number);
          return old ? [old.body] : [];
        });
      }
      case "abort":
        return end(bucket, change.id);
      case "complete": {
        const { parts } = known(bucket, change.id);
        const body = change.parts.flatMap((number) => parts.get(number)?.body ?? []);
        this.retain(body);
        return [...end(bucket, change.id), ...this.#replace(bucket, { record: change.record, body })];
      }
    }
  }

  #replace(bucket: _BucketState, object: _StoredObject): _Body[] {
    const old = bucket.objects.get(object.record.key);
    bucket.objects.set(object.record.key, object);
    return old ? [old.body] : [];
  }
}

function known(bucket: _BucketState, id: string): _StoredUpload {
  const upload = bucket.uploads.get(id);
  if (!upload) throw new Error(`a change to the upload ${id}, which does not exist`);
  return upload;
}

function end(bucket: _BucketState, id: string): _Body[] {
  const upload = known(bucket, id);
  bucket.uploads.delete(id);
  bucket.uploadOrder.delete([upload.record.key, id]);
  return Array.from(upload.parts.values(), (part) => part.body);
}
