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

/**
 * Where the emulator keeps buckets, objects and unfinished uploads of both services.
 *
 * What is only looked up is synchronous; what must last is a promise that resolves once it does. A change is visible to
 * lookups at its commit instant, which is before the promise resolves. Records are immutable: do not change what a lookup
 * returns or what a callback returned.
 * @public
 */
export interface Store {
  /** All buckets of a service, by name. */
  buckets(provider: ProviderName): Bucket[];
  bucket(provider: ProviderName, name: string): Bucket | undefined;
  /** Rejects with a {@link StoreError} `BucketExists`. */
  createBucket(provider: ProviderName, record: BucketRecord): Promise<Bucket>;
  /** Starts a body. It belongs to nothing until `put`, `append` or `putPart` takes it; until then `discard` it on failure. */
  stage(): StagedBody;
  /** Waits for running commits, then releases every file handle. Readers and bodies still in use fail afterwards. */
  close(): Promise<void>;
}

/** A body on its way in. Made by `write`s or by `link`s, not by both. @public */
export interface StagedBody {
  /** Bytes so far. */
  readonly size: number;
  /** Adds bytes; wait for it before the next one. The chunk must not be changed afterwards. */
  write(chunk: Uint8Array): Promise<void>;
  /** Adds the bytes `[start, end)` of a stored object without copying them. */
  link(source: OpenObject, start?: number, end?: number): void;
  /** Gives the bytes up. Harmless after a commit, and more than once. */
  discard(): Promise<void>;
}

/** One version of an object, held for reading whatever happens to its key meanwhile. `close` it. @public */
export interface OpenObject {
  readonly record: ObjectRecord;
  /** The bytes `[start, end)`, by default all. */
  read(start?: number, end?: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Where a scan starts. Order is that of the UTF-8 bytes of keys. @public */
export interface ScanOptions {
  /** Only keys that begin with this. */
  readonly prefix?: string;
  /** Only keys greater than this. */
  readonly after?: string;
  /** For uploads, with `after`: also uploads of the key `after` itself whose id is greater than this. */
  readonly afterId?: string;
  /** Only keys beyond all keys that begin with this. */
  readonly afterPrefix?: string;
}

/**
 * A bucket. Every change takes effect at one instant. The `decide` callbacks run at that instant: what they are given is
 * current, and what they throw refuses the change, so that nothing is stored and the promise rejects with it.
 *
 * All changes reject with a {@link StoreError} `BucketNotFound` once the bucket was removed, even if one of its name was
 * created since.
 * @public
 */
export interface Bucket {
  readonly provider: ProviderName;
  /** The record at this moment. */
  readonly record: BucketRecord;
  /** Replaces the attributes. */
  update(decide: (current: BucketRecord) => { readonly [name: string]: Json }): Promise<BucketRecord>;
  /** Rejects with a {@link StoreError} `BucketNotEmpty` while it holds objects or unfinished uploads. */
  remove(): Promise<void>;

  object(key: string): ObjectRecord | undefined;
  /** Lazily, in order, from O(log n). Read it in one go: the next change to the bucket ends its validity. */
  objects(options?: ScanOptions): Iterable<ObjectRecord>;
  open(key: string): OpenObject | undefined;
  /** Creates or replaces an object. */
  put(key: string, body: StagedBody, decide: (current: ObjectRecord | undefined) => ObjectMeta): Promise<ObjectRecord>;
  /** Adds the body to the object's end, or creates it. The bytes already there are not touched. */
  append(
    key: string,
    body: StagedBody,
    decide: (current: ObjectRecord | undefined) => ObjectMeta,
  ): Promise<ObjectRecord>;
  /** Replaces all about an object but its bytes. Rejects with a {@link StoreError} `ObjectNotFound`. */
  revise(key: string, decide: (current: ObjectRecord) => ObjectMeta): Promise<ObjectRecord>;
  /** Resolves to what was deleted, if anything. */
  delete(key: string): Promise<ObjectRecord | undefined>;

  upload(id: string): UploadRecord | undefined;
  /** As {@link Bucket.objects}, by key and then by id. */
  uploads(options?: ScanOptions): Iterable<UploadRecord>;
  /** Rejects with a {@link StoreError} `UploadExists`. */
  createUpload(record: UploadRecord): Promise<void>;
  /** All parts, by number; none if there is no such upload. */
  parts(id: string): PartRecord[];
  /** Stores or replaces a part. Rejects with a {@link StoreError} `UploadNotFound`, also when the upload ended meanwhile. */
  putPart(id: string, number: number, body: StagedBody, meta: PartMeta): Promise<PartRecord>;
  /** Drops parts that `choose` names, and gives their numbers. Rejects with a {@link StoreError} `UploadNotFound`. */
  dropParts(id: string, choose: (part: PartRecord) => boolean): Promise<number[]>;
  /** Drops an upload and its parts. Rejects with a {@link StoreError} `UploadNotFound`. */
  abortUpload(id: string): Promise<void>;
  /**
   * Makes the object out of the parts whose numbers `decide` returns, in that order and without copying; the upload and its
   * other parts vanish at the same instant. Rejects with a {@link StoreError} `UploadNotFound` or `PartNotFound`.
   */
  completeUpload(id: string, decide: (state: CompletionState) => Completion): Promise<ObjectRecord>;
}

/** What a completion is decided on. @public */
export interface CompletionState {
  readonly upload: UploadRecord;
  /** All parts, by number. */
  readonly parts: readonly PartRecord[];
  /** The object that has the key now. */
  readonly current: ObjectRecord | undefined;
}

/** What becomes of an upload. @public */
export interface Completion {
  readonly parts: readonly number[];
  readonly meta: ObjectMeta;
}

/** Why a store refused. @public */
export type StoreErrorCode =
  | "BucketExists"
  | "BucketNotFound"
  | "BucketNotEmpty"
  | "ObjectNotFound"
  | "UploadExists"
  | "UploadNotFound"
  | "PartNotFound"
  | "Closed";

/** A store refused a change, and nothing was changed. @public */
export class StoreError extends Error {
  override readonly name: "StoreError" = "StoreError" as const;
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
