import { DecodeError, ServiceError } from "@cosmoss/errors";
import { type AttemptLimits, tryPart } from "../task/attempts.ts";
import { ListingBatches } from "../listing/listing-batches.ts";
import type { ListedObject, ObjectLocation } from "../ports/port.ts";
import type { TaskControl } from "../task/task-control.ts";
import type { Listing } from "./merge-listings.ts";
import type { FilesEnd, ObjectsEnd, SyncEnd, SyncEntry, SyncRemoval, SyncRemovalFailure } from "./sync-end.ts";

/** Keys of one DeleteMultipleObjects. */
const KEYS_PER_REQUEST = 1000;
const FILES_PER_STEP = 64;

/** What a sync does with either of its ends, in steps of its task. */
export interface Side {
  readonly name: string;
  /** Files or objects worth transferring at the same time, by the port's pool. */
  readonly concurrency: number;
  /** Whether it can have something whose path ends in `/`. */
  readonly hasFolders: boolean;
  readonly removalBatch: number;
  list(options: Parameters<FilesEnd["list"]>[0]): Listing;
  /** MD5 or CRC-64 of the content, as far as it is known. */
  hash(entry: SyncEntry, algorithm: "md5" | "crc64"): Promise<string | undefined>;
  remove(removals: readonly SyncRemoval[]): Promise<SyncRemovalFailure[]>;
}

export function sideOf(control: TaskControl, end: SyncEnd, limits: AttemptLimits): Side {
  return end.kind === "objects" ? objectsSide(control, end, limits) : filesSide(control, end);
}

export function locate({ Bucket, Prefix }: ObjectsEnd, path: string): ObjectLocation {
  return { Bucket, Key: Prefix + path };
}

/** The MD5 that an ETag is, in lower case; that of an object stored in parts is none. */
export function md5OfETag(ETag: string | undefined): string | undefined {
  return /^"?([0-9a-f]{32})"?$/i.exec(ETag ?? "")?.[1]!.toLowerCase();
}

function objectsSide(control: TaskControl, end: ObjectsEnd, limits: AttemptLimits): Side {
  const { name, port, Bucket, Prefix } = end;
  return {
    name,
    get concurrency() {
      return port.pool.concurrency;
    },
    hasFolders: true,
    removalBatch: KEYS_PER_REQUEST,
    list() {
      const batches = new ListingBatches(port, { Bucket, Prefix }, limits, (Key) => {
        throw outOfOrder(name, Key);
      });
      let batch: ListedObject[] = [];
      let at = 0;
      let reading: Promise<unknown> | undefined;
      return {
        name,
        async next() {
          if (at === batch.length) {
            const next = batches.next(control);
            reading = next;
            [batch, at] = [await next, 0];
          }
          const object = batch[at++];
          if (!object) return { done: true, value: undefined };
          const { Key, Size, ETag, LastModified } = object;
          const path = Key.slice(Prefix.length);
          return { done: false, value: { path, size: Size, modifiedMs: LastModified.getTime(), ETag } };
        },
        close: async () => void (await reading),
      };
    },
    async hash({ path, ETag }, algorithm) {
      if (algorithm === "md5") return md5OfETag(ETag);
      const object = await tryPart(control, port, limits, (signal) => port.head(locate(end, path), { signal }));
      return object.HashCrc64ecma;
    },
    async remove(removals) {
      const Keys = removals.map(({ path }) => Prefix + path);
      const failures = await tryPart(control, port, limits, (signal) => port.deleteMany(Bucket, Keys, { signal }));
      return failures.map(({ Key, Code, Message }) => ({
        path: Key.slice(Prefix.length),
        error: new ServiceError(`${name}: ${JSON.stringify(Key)} was not deleted: ${Message}`, {
          code: Code,
          statusCode: 200,
          resource: `${Bucket}/${Key}`,
        }),
      }));
    },
  };
}

function filesSide(control: TaskControl, end: FilesEnd): Side {
  return {
    name: end.name,
    concurrency: 1,
    hasFolders: false,
    removalBatch: FILES_PER_STEP,
    list(options) {
      const entries = end.list(options)[Symbol.asyncIterator]();
      return {
        name: end.name,
        next: () => control.step(() => entries.next()),
        close: async () => void (await entries.return?.()),
      };
    },
    hash: ({ path }, algorithm) => control.step((signal) => end.hash(path, algorithm, { signal })),
    remove: (removals) => control.step(() => end.remove(removals)),
  };
}

/** Read on, files would be deleted that are there on the other side. */
function outOfOrder(name: string, Key: string): DecodeError {
  return new DecodeError(
    `The listing of ${name} has ${JSON.stringify(Key)} after a key that comes later by its UTF-8 bytes; it cannot be compared with another`,
  );
}
