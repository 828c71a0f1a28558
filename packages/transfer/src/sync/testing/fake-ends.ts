import { systemClock } from "@cosmoss/core";
import { TransferPool } from "../../pool/pool.ts";
import type { DeleteFailure, ListedObject, TransferPort } from "../../ports/port.ts";
import { RunningTask, type TransferTask } from "../../task/task.ts";
import type { TaskControl } from "../../task/task-control.ts";
import type { TaskOptions } from "../../task/task-options.ts";
import type { Transfers } from "../path-transfer.ts";
import type { FilesEnd, FilesGuard, ObjectsEnd, SyncEntry, SyncGap, SyncRemoval } from "../sync-end.ts";

type Items<T> = Iterable<T> | AsyncIterable<T>;

/** Hooks of {@link fakeObjects}. */
export interface FakeObjects {
  Bucket?: string;
  Prefix?: string;
  concurrency?: number;
  provider?: "oss" | "cos";
  /** CRC-64 by key. */
  crc?: Record<string, string>;
  deleteMany?: (Keys: readonly string[]) => DeleteFailure[];
  attributes?: (Key: string) => object;
}

/** A prefix whose port lists what it is given, in that order, and records what it is asked. */
export function fakeObjects(
  items: Items<SyncEntry>,
  { Bucket = "b", Prefix = "", concurrency = 3, provider = "oss", crc = {}, deleteMany, attributes }: FakeObjects = {},
): ObjectsEnd & { readonly calls: string[] } {
  const calls: string[] = [];
  const port = {
    provider,
    pool: new TransferPool({ concurrency }),
    clock: systemClock,
    random: () => 0,
    address: (name: string) => `${provider}://${name}`,
    async *list(): AsyncGenerator<ListedObject> {
      for await (const { path, size, modifiedMs, ETag = '"e"' } of items) {
        yield { Key: Prefix + path, Size: size, ETag, LastModified: new Date(modifiedMs) };
      }
    },
    async head({ Key }: { Key: string }) {
      calls.push(`head ${Key}`);
      return { HashCrc64ecma: crc[Key] };
    },
    async deleteMany(_: string, Keys: readonly string[]) {
      calls.push(`delete ${Keys.length > 5 ? Keys.length : Keys.join(" ")}`);
      return deleteMany?.(Keys) ?? [];
    },
  } as unknown as TransferPort<any>;
  return {
    kind: "objects",
    name: `${provider}://${Bucket}/${Prefix}`,
    port,
    Bucket,
    Prefix,
    calls,
    ...(attributes && { attributes }),
  };
}

/** Hooks of {@link fakeFiles}. */
export interface FakeFiles {
  /** What a file hashes to, by path. */
  hashes?: Record<string, string>;
  /** Why a path may not be written, by path. */
  refused?: Record<string, string>;
  inspect?: FilesGuard["inspect"];
}

/** A directory that lists what it is given, and records what it is asked. */
export function fakeFiles(
  items: Items<SyncEntry | SyncGap>,
  { hashes = {}, refused = {}, inspect = async () => undefined }: FakeFiles = {},
): FilesEnd & { readonly calls: string[]; closed: boolean } {
  const calls: string[] = [];
  const end = {
    kind: "files" as const,
    name: "/files",
    calls,
    closed: false,
    async *list() {
      try {
        yield* items;
      } finally {
        end.closed = true;
      }
    },
    async hash(path: string, algorithm: string) {
      calls.push(`${algorithm} ${path}`);
      return hashes[path] ?? "none";
    },
    source: (path: string) => ({ name: path }) as never,
    sink: (path: string) => ({ name: path }) as never,
    guard: async () => ({ visit: (path: string) => refused[path], inspect }),
    async remove(removals: readonly SyncRemoval[]) {
      calls.push(...removals.map(({ path, within }) => `remove ${path} within ${JSON.stringify(within)}`));
      return [];
    },
  };
  return end;
}

/** What a transfer was asked for: kind, key and options. */
export type Asked = [kind: string, Key: string, options: TaskOptions & { attributes?: object }];

/** Transfers that move nothing, and do what `work` says. */
export function fakeTransfers(
  work: (Key: string, control: TaskControl) => Promise<unknown> = async () => {},
): Transfers & { readonly asked: Asked[]; running: number; most: number } {
  const asked: Asked[] = [];
  const start = (kind: string, Key: string, options: TaskOptions): TransferTask<unknown> => {
    asked.push([kind, Key, options]);
    return new RunningTask(systemClock, options, async (control) => {
      transfers.most = Math.max(transfers.most, ++transfers.running);
      try {
        control.meter.begin(10, 0);
        return await control.step((signal) => {
          // As a request that ends when it is aborted.
          const aborted = new Promise<never>((_, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason));
          });
          return Promise.race([work(Key, control), aborted]);
        });
      } finally {
        transfers.running--;
      }
    });
  };
  const transfers = {
    asked,
    running: 0,
    most: 0,
    upload: (_: unknown, source: { name: string }, target: { Key: string }, options: TaskOptions) =>
      start("upload", `${source.name} > ${target.Key}`, options),
    download: (_: unknown, source: { Key: string }, sink: { name: string }, options: TaskOptions) =>
      start("download", `${source.Key} > ${sink.name}`, options),
    copy: (_: unknown, source: { Key: string }, __: unknown, target: { Key: string }, options: TaskOptions) =>
      start("copy", `${source.Key} > ${target.Key}`, options),
  };
  return transfers;
}
