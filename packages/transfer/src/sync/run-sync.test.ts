import { setImmediate } from "node:timers/promises";
import { ConfigError, DecodeError, ServiceError } from "@cosmoss/errors";
import { describe, expect, it, vi } from "vitest";
import type { TransferProgress } from "../task/progress.ts";
import { prefix } from "./prefix.ts";
import { syncBy } from "./sync.ts";
import type { SyncEnd, SyncEntry, SyncGap } from "./sync-end.ts";
import { SyncError } from "./sync-error.ts";
import type { SyncAction, SyncOptions } from "./sync-options.ts";
import { fakeFiles, fakeObjects, fakeTransfers } from "./testing/fake-ends.ts";

const SECOND = 1000;

function entry(
  path: string,
  { size = 1, at = 100, ETag }: { size?: number; at?: number; ETag?: string } = {},
): SyncEntry {
  return { path, size, modifiedMs: at * SECOND, ...(ETag !== undefined && { ETag }) };
}

function entries(...paths: string[]): SyncEntry[] {
  return paths.map((path) => entry(path));
}

/** What a sync does, as `upload a (missing)`, and its result. */
async function actionsOf(from: SyncEnd, to: SyncEnd, options: SyncOptions = {}, transfers = fakeTransfers()) {
  const actions: SyncAction[] = [];
  const result = await syncBy(transfers, from, to, { ...options, onAction: (action) => actions.push(action) });
  return { result, transfers, actions: actions.map(({ kind, path, reason }) => `${kind} ${path} (${reason})`).sort() };
}

describe("what is transferred", () => {
  it("is what is missing, of another size or older by a second at the target", async () => {
    const source = [
      entry("bigger", { size: 2 }),
      entry("missing"),
      entry("newer", { at: 101 }),
      entry("older", { at: 99 }),
      entry("same"),
      entry("same-second", { at: 100.9 }),
    ];
    const target = [...entries("bigger", "extra", "newer", "older", "same"), entry("same-second")];
    const { actions, result, transfers } = await actionsOf(fakeFiles(source), fakeObjects(target, { Prefix: "p/" }));
    expect(actions).toEqual([
      "skip older (same)",
      "skip same (same)",
      "skip same-second (same)",
      "upload bigger (size)",
      "upload missing (missing)",
      "upload newer (newer)",
    ]);
    expect(result).toMatchObject({ transferred: 3, bytes: 4, skipped: 3, deleted: 0, failedCount: 0 });
    expect(transfers.asked.map(([kind, Key]) => `${kind} ${Key}`)).toEqual([
      "upload bigger > p/bigger",
      "upload missing > p/missing",
      "upload newer > p/newer",
    ]);
  });

  it("is downloaded from a prefix to a directory, and copied between prefixes", async () => {
    const from = fakeObjects(entries("x"), { Prefix: "a/" });
    expect((await actionsOf(from, fakeFiles([]))).transfers.asked.map(([kind, Key]) => `${kind} ${Key}`)).toEqual([
      "download a/x > x",
    ]);
    const to = fakeObjects([], { Prefix: "b/" });
    expect((await actionsOf(from, to)).transfers.asked.map(([kind, Key]) => `${kind} ${Key}`)).toEqual([
      "copy a/x > b/x",
    ]);
  });

  it.each([
    ["equal", '"D41D8CD98F00B204E9800998ECF8427E"', "skip x (same)"],
    ["another", '"00000000000000000000000000000000"', "upload x (etag)"],
    ["of parts, which tells nothing", '"D41D8CD98F00B204E9800998ECF8427E-2"', "skip x (same)"],
  ])("with etag follows the MD5 of a file: %s", async (_, ETag, action) => {
    const from = fakeFiles([entry("x", { at: 50 })], { hashes: { x: "d41d8cd98f00b204e9800998ecf8427e" } });
    const { actions } = await actionsOf(from, fakeObjects([entry("x", { ETag })]), { compare: "etag" });
    expect(actions).toEqual([action]);
    // A file is not read when there is nothing to compare with.
    expect(from.calls).toEqual(ETag.includes("-") ? [] : ["md5 x"]);
  });

  it.each([
    ["in other case", '"ABCD0000000000000000000000000000"', '"abcd0000000000000000000000000000"', 100, "skip x (same)"],
    ["of the same parts", '"A-2"', '"a-2"', 200, "skip x (same)"],
    ["of other parts, newer", '"A-2"', '"b-3"', 200, "copy x (newer)"],
    ["of other parts, older", '"A-2"', '"b-3"', 50, "skip x (same)"],
    ["different", `"${"0".repeat(32)}"`, `"${"1".repeat(32)}"`, 50, "copy x (etag)"],
  ])("with etag compares those of two objects: %s", async (_, one, other, at, action) => {
    const from = fakeObjects([entry("x", { ETag: one, at })], { Prefix: "a/" });
    const { actions } = await actionsOf(from, fakeObjects([entry("x", { ETag: other })], { Bucket: "c" }), {
      compare: "etag",
    });
    expect(actions).toEqual([action]);
  });

  it.each([
    ["equal", "7", "7", 200, "skip x (same)"],
    ["different", "7", "8", 50, "download x (crc64)"],
    ["unknown, newer", undefined, "8", 200, "download x (newer)"],
    ["unknown, older", undefined, "8", 50, "skip x (same)"],
  ])("with crc64 follows the CRC-64: %s", async (_, remote, local, at, action) => {
    const from = fakeObjects([entry("x", { at })], { crc: remote === undefined ? {} : { x: remote } });
    const to = fakeFiles(entries("x"), { hashes: { x: local } });
    expect((await actionsOf(from, to, { compare: "crc64" })).actions).toEqual([action]);
    expect(from.calls).toEqual(["head x"]);
    expect(to.calls).toEqual(remote === undefined ? [] : ["crc64 x"]);
  });

  it("is not compared by content where the sizes differ", async () => {
    const from = fakeObjects([entry("x", { size: 2 })]);
    const to = fakeFiles(entries("x"));
    expect((await actionsOf(from, to, { compare: "crc64" })).actions).toEqual(["download x (size)"]);
    expect([...from.calls, ...to.calls]).toEqual([]);
  });

  it("follows include and exclude", async () => {
    const from = fakeFiles(entries("a.jpg", "a.txt", "b/c.jpg", "b/d.jpg"));
    const { actions, result } = await actionsOf(from, fakeObjects([]), { include: ["*.jpg"], exclude: ["c.*"] });
    expect(actions).toEqual(["upload a.jpg (missing)", "upload b/d.jpg (missing)"]);
    expect(result.excluded).toBe(2);
  });
});

describe("folders", () => {
  const markers = [entry("", { size: 0 }), entry("d/", { size: 0 }), entry("d/x")];

  it("are no files: counted on the way to a directory, and left at the target of one", async () => {
    const down = await actionsOf(fakeObjects(markers, { Prefix: "p/" }), fakeFiles([]));
    expect(down.actions).toEqual(["download d/x (missing)"]);
    expect(down.result.folders).toBe(2);
    const up = await actionsOf(fakeFiles([]), fakeObjects(markers, { Prefix: "p/" }), { delete: true });
    expect(up.actions).toEqual(["delete d/x (extra)"]);
  });

  it("are objects between prefixes, but for the prefix itself", async () => {
    const from = fakeObjects(markers, { Prefix: "p/" });
    const to = fakeObjects([entry("", { size: 0 }), entry("e/", { size: 0 })], { Prefix: "q/" });
    const { actions, result } = await actionsOf(from, to, { delete: true });
    expect(actions).toEqual(["copy d/ (missing)", "copy d/x (missing)", "delete e/ (extra)"]);
    expect(result.folders).toBe(1);
  });
});

describe("with delete", () => {
  it("what the source does not have goes, and nothing without it", async () => {
    const [from, paths] = [() => fakeFiles(entries("b", "d")), entries("a", "b", "c", "e")];
    const to = fakeObjects(paths, { Prefix: "p/" });
    expect((await actionsOf(from(), to)).actions).toEqual(["skip b (same)", "upload d (missing)"]);
    expect(to.calls).toEqual([]);
    const { actions, result } = await actionsOf(from(), to, { delete: true });
    expect(actions).toEqual([
      "delete a (extra)",
      "delete c (extra)",
      "delete e (extra)",
      "skip b (same)",
      "upload d (missing)",
    ]);
    expect(to.calls).toEqual(["delete p/a p/c p/e"]);
    expect(result.deleted).toBe(3);
  });

  it("1,000 keys go at a time", async () => {
    const paths = Array.from({ length: 2500 }, (_, i) => String(i).padStart(4, "0"));
    const to = fakeObjects(entries(...paths));
    const { result } = await actionsOf(fakeFiles([]), to, { delete: true });
    expect(to.calls).toEqual(["delete 1000", "delete 1000", "delete 500"]);
    expect(result.deleted).toBe(2500);
  });

  it("what is excluded stays", async () => {
    const to = fakeObjects(entries("a.log", "b", "c.log"));
    const { actions } = await actionsOf(fakeFiles(entries("c.log")), to, { delete: true, exclude: ["*.log"] });
    expect(actions).toEqual(["delete b (extra)"]);
    const only = await actionsOf(fakeFiles([]), to, { delete: true, include: ["*.log"] });
    expect(only.actions).toEqual(["delete a.log (extra)", "delete c.log (extra)"]);
  });

  it("what the source has but cannot be read stays", async () => {
    const gaps: (SyncEntry | SyncGap)[] = [
      { path: "\ufffd", reason: "no UTF-8", nameless: true },
      { path: "link/", reason: "a link" },
      entry("m"),
      { path: "secret/", reason: "unreadable", error: new Error("EACCES") },
      { path: "sock", reason: "a socket" },
    ];
    const to = fakeObjects(entries("a", "link/x", "link/y/z", "link0", "m", "secret/x", "sock", "sock/x", "z"));
    const task = syncBy(fakeTransfers(), fakeFiles(gaps), to, { delete: true });
    const error = await task.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(to.calls).toEqual(["delete a link0 sock/x z"]);
    expect(error).toSatisfy(SyncError.isInstance);
    const { result } = error as SyncError;
    expect(result.failures).toEqual([{ path: "secret/", error: new Error("EACCES") }]);
    expect(result.ignored).toEqual([
      { path: "\ufffd", reason: "no UTF-8" },
      { path: "link/", reason: "a link" },
      { path: "sock", reason: "a socket" },
    ]);
  });

  it("directories that the source uses are kept", async () => {
    const from = fakeObjects(entries("a/b/x", "a/c/y"));
    const to = fakeFiles(entries("a/b/old", "a/b/z/1", "a/b1/2", "a/d/3", "e/f/4"));
    await actionsOf(from, to, { delete: true });
    expect(to.calls).toEqual([
      'remove a/b/old within "a/b/"',
      'remove a/b/z/1 within "a/b/"',
      'remove a/b1/2 within "a/"',
      'remove a/d/3 within "a/"',
      'remove e/f/4 within ""',
    ]);
  });

  it("a key that the service refuses to delete is a failure, and no deletion", async () => {
    const to = fakeObjects(entries("a", "b"), {
      deleteMany: () => [{ Key: "a", Code: "AccessDenied", Message: "not yours" }],
    });
    const task = syncBy(fakeTransfers(), fakeFiles([]), to, { delete: true });
    const error = (await task.catch((reason: unknown) => reason)) as SyncError;
    expect(error.result).toMatchObject({ deleted: 1, failedCount: 1, failures: [{ path: "a" }] });
    expect(error.result.failures[0]!.error).toSatisfy(ServiceError.isInstance);
    expect(error.message).toMatch(/1 failed.*"a".*not yours/);
  });

  it("a request to delete that fails is the failure of all its keys", async () => {
    const to = fakeObjects(entries("a", "b"), {
      deleteMany: () => {
        throw new ServiceError("no", { code: "AccessDenied", statusCode: 403 });
      },
    });
    const error = (await syncBy(fakeTransfers(), fakeFiles([]), to, { delete: true }).catch(
      (e: unknown) => e,
    )) as SyncError;
    expect(error.result).toMatchObject({ deleted: 0, failedCount: 2 });
  });

  it("nothing goes when a listing is out of order", async () => {
    const to = fakeObjects(entries("a", "b", "c"));
    await expect(actionsOf(fakeFiles(entries("b", "a", "c")), to, { delete: true })).rejects.toThrow(DecodeError);
    expect(to.calls).toEqual([]);
    const disordered = fakeObjects(entries("b", "a"));
    await expect(actionsOf(fakeFiles([]), disordered, { delete: true })).rejects.toThrow(DecodeError);
    expect(disordered.calls).toEqual([]);
  });
});

describe("a dry run", () => {
  it("tells all that the real run does, and does nothing", async () => {
    const ends = (): [SyncEnd & { calls: string[] }, SyncEnd & { calls: string[] }] => [
      fakeObjects([entry("a"), entry("b", { size: 2 }), entry("c", { ETag: '"-1"' }), entry("d"), entry("e")], {
        crc: { a: "1", b: "1", c: "1" },
      }),
      fakeFiles(entries("a", "b", "c", "x", "y"), { hashes: { a: "2", c: "1" }, refused: { e: "bad name" } }),
    ];
    const run = async (dryRun: boolean) => {
      const [from, to] = ends();
      return { ...(await actionsOf(from, to, { delete: true, compare: "crc64", dryRun })), calls: to.calls };
    };
    const dry = await run(true);
    expect(dry.transfers.asked).toEqual([]);
    expect(dry.calls.filter((call) => call.startsWith("remove"))).toEqual([]);
    const real = await run(false);
    expect(dry.actions).toEqual(real.actions);
    expect(dry.result).toEqual(real.result);
    expect(real.transfers.asked).toHaveLength(3);
    expect(real.actions).toEqual([
      "delete x (extra)",
      "delete y (extra)",
      "download a (crc64)",
      "download b (size)",
      "download d (missing)",
      "refuse e (bad name)",
      "skip c (same)",
    ]);
  });
});

describe("what is refused", () => {
  it("is reported with its key, and fails nothing", async () => {
    const from = fakeObjects(entries("../x", "ok", "y"), { Prefix: "p/" });
    const to = fakeFiles([], {
      refused: { "../x": "leads out" },
      inspect: async (path, { found }) => (path === "y" ? `on disk, ${found}` : undefined),
    });
    const { actions, result } = await actionsOf(from, to);
    expect(result.refused).toEqual([
      { Key: "p/../x", reason: "leads out" },
      { Key: "p/y", reason: "on disk, false" },
    ]);
    expect(result).toMatchObject({ refusedCount: 2, transferred: 1 });
    expect(actions).toEqual(["download ok (missing)", "refuse ../x (leads out)", "refuse y (on disk, false)"]);
  });

  it("is a failure where the disk cannot be looked at", async () => {
    const to = fakeFiles([], { inspect: () => Promise.reject(new Error("EIO")) });
    await expect(actionsOf(fakeObjects(entries("a")), to)).rejects.toThrow(/"a": EIO/);
  });
});

describe("a file that fails", () => {
  const failing = (bad: RegExp) =>
    fakeTransfers(async (Key) => {
      if (bad.test(Key)) throw new Error(`broken ${Key}`);
    });

  it("does not stop the others; the task rejects with what was done", async () => {
    const actions: SyncAction[] = [];
    const task = syncBy(failing(/^[bd]/), fakeFiles(entries("a", "b", "c", "d", "e")), fakeObjects([]), {
      onAction: (action) => actions.push(action),
    });
    const error = (await task.catch((reason: unknown) => reason)) as SyncError;
    expect(error).toSatisfy(SyncError.isInstance);
    expect(SyncError.isInstance(new ConfigError("other"))).toBe(false);
    expect(error.message).toBe('2 failed, 3 transferred; "b": broken b > b; sync again for what is missing');
    expect(error.cause).toEqual(new Error("broken b > b"));
    expect(error.result).toMatchObject({ transferred: 3, bytes: 3, failedCount: 2 });
    expect(error.result.failures.map(({ path }) => path)).toEqual(["b", "d"]);
    expect(Object.keys(error)).not.toContain("result");
    expect(task.state).toBe("failed");
    expect(actions.filter(({ kind }) => kind === "fail")).toEqual([
      { kind: "fail", path: "b", size: 1, reason: "broken b > b", error: new Error("broken b > b") },
      { kind: "fail", path: "d", size: 1, reason: "broken d > d", error: new Error("broken d > d") },
    ]);
  });

  it("is named among the first 1,000, and counted beyond", async () => {
    const paths = Array.from({ length: 1200 }, (_, i) => String(i).padStart(4, "0"));
    const task = syncBy(failing(/./), fakeFiles(entries(...paths)), fakeObjects([], { concurrency: 50 }), {});
    const { result } = (await task.catch((reason: unknown) => reason)) as SyncError;
    expect([result.failedCount, result.failures.length]).toEqual([1200, 1000]);
  });

  it("with stopOnError stops all: others are cancelled, nothing more begins", async () => {
    const transfers = fakeTransfers((Key) =>
      Key.startsWith("c") ? setImmediate().then(() => Promise.reject(new Error("broken"))) : new Promise(() => {}),
    );
    const from = fakeFiles(entries("a", "b", "c", "d", "e"));
    const actions: SyncAction[] = [];
    const onAction = (action: SyncAction): void => void actions.push(action);
    const task = syncBy(transfers, from, fakeObjects([]), { stopOnError: true, onAction });
    await expect(task).rejects.toThrow("broken");
    // The others did not fail by themselves.
    expect(actions.map(({ kind, path }) => `${kind} ${path}`)).toEqual(["fail c"]);
    expect(transfers.asked).toHaveLength(3);
    expect(transfers.running).toBe(0);
    expect(from.closed).toBe(true);
  });
});

describe("a listing that fails", () => {
  it("fails the sync, after what was under way is cancelled", async () => {
    const transfers = fakeTransfers(() => new Promise(() => {}));
    const from = fakeFiles(
      (async function* () {
        yield entry("a");
        await setImmediate();
        throw new ConfigError("the disk is gone");
      })(),
    );
    await expect(syncBy(transfers, from, fakeObjects([]), {})).rejects.toThrow("the disk is gone");
    expect(transfers.asked).toHaveLength(1);
    expect(transfers.running).toBe(0);
  });
});

it("what onAction throws, the sync rejects with", async () => {
  const onAction = (): void => {
    throw new Error("from the caller");
  };
  const run = (options: SyncOptions) => syncBy(fakeTransfers(), fakeFiles(entries("a", "b")), fakeObjects([]), options);
  await expect(run({ onAction })).rejects.toThrow("from the caller");
  await expect(run({ onAction, dryRun: true })).rejects.toThrow("from the caller");
});

describe("100,000 paths on each side", () => {
  it("take the memory of some thousand entries and of as many transfers as there are places", async () => {
    let live = 0;
    let most = 0;
    // All but every twentieth path.
    async function* generated(missing: number): AsyncGenerator<SyncEntry> {
      for (let i = 0; i < 100_000; i++) {
        if (i % 20 === missing) continue;
        most = Math.max(most, ++live);
        yield entry(`d${Math.floor(i / 1000) + 100}/${String(i).padStart(6, "0")}`);
      }
    }
    const transfers = fakeTransfers(() => setImmediate());
    const result = await syncBy(transfers, fakeFiles(generated(1)), fakeObjects(generated(0), { concurrency: 4 }), {
      delete: true,
      onAction: ({ kind }) => (live -= kind === "skip" ? 2 : 1),
    });
    expect(result).toMatchObject({ skipped: 90_000, transferred: 5000, deleted: 5000, failedCount: 0 });
    expect(live).toBe(0);
    // A page of the listing, the keys to delete that were gathered or are on their way, and the running transfers.
    expect(most).toBeLessThan(7000);
    expect(transfers.most).toBe(4);
  }, 60_000);
});

describe("the task", () => {
  it("pauses the transfers within, goes on with them, and begins nothing meanwhile", async () => {
    const ends: (() => void)[] = [];
    const transfers = fakeTransfers(() => new Promise<void>((resolve) => ends.push(resolve)));
    const task = syncBy(transfers, fakeFiles(entries("a", "b", "c")), fakeObjects([], { concurrency: 2 }), {});
    await vi.waitFor(() => expect(ends).toHaveLength(2));
    await task.pause();
    // The work of both was stopped; it begins again only afterwards.
    ends.splice(0).forEach((end) => end());
    await setImmediate();
    expect([transfers.asked.length, ends.length, task.state]).toEqual([2, 0, "paused"]);
    task.resume();
    await vi.waitFor(() => expect(ends).toHaveLength(2));
    expect(transfers.asked).toHaveLength(2);
    ends.splice(0).forEach((end) => end());
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    ends[0]!();
    expect((await task).transferred).toBe(3);
    expect(transfers.asked.map(([, Key]) => Key)).toEqual(["a > a", "b > b", "c > c"]);
  });

  it("cancels the transfers within, and resolves when they have tidied up", async () => {
    const transfers = fakeTransfers(() => new Promise(() => {}));
    const from = fakeFiles(entries("a", "b", "c"));
    const onAction = vi.fn<(action: SyncAction) => void>();
    const task = syncBy(transfers, from, fakeObjects([], { concurrency: 2 }), { onAction });
    await vi.waitFor(() => expect(transfers.running).toBe(2));
    const reason = new Error("enough");
    const cancelled = task.cancel({ reason, keep: true });
    await expect(task).rejects.toBe(reason);
    await cancelled;
    expect([transfers.running, from.closed, task.state]).toEqual([0, true, "cancelled"]);
    expect(onAction).not.toHaveBeenCalled();
  });

  it("can be cancelled while it is paused, and by its signal", async () => {
    const transfers = fakeTransfers(() => new Promise(() => {}));
    const stop = new AbortController();
    const task = syncBy(transfers, fakeFiles(entries("a")), fakeObjects([]), { signal: stop.signal });
    await vi.waitFor(() => expect(transfers.running).toBe(1));
    await task.pause();
    stop.abort(new Error("over"));
    await expect(task).rejects.toThrow("over");
    await vi.waitFor(() => expect(transfers.running).toBe(0));
  });

  it("shows the bytes of all files together, and of each", async () => {
    const ends: (() => void)[] = [];
    const transfers = fakeTransfers(async (_, control) => {
      control.meter.sent(7);
      control.meter.acknowledge(4);
      control.meter.unsent(1);
      await new Promise<void>((resolve) => ends.push(resolve));
      control.meter.acknowledge(6);
    });
    const seen: TransferProgress[] = [];
    const files = new Map<string, number>();
    const source = ["a", "b"].map((path) => entry(path, { size: 10 }));
    const task = syncBy(transfers, fakeFiles(source), fakeObjects([]), {
      onProgress: (progress) => seen.push(progress),
      onFileProgress: (path, { acknowledged }) => files.set(path, acknowledged),
    });
    await vi.waitFor(() => expect(ends).toHaveLength(2));
    await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ acknowledged: 8, inFlight: 4, total: 20 }));
    expect([...files.keys()]).toEqual(["a", "b"]);
    ends.forEach((end) => end());
    await task;
    expect(seen.at(-1)).toMatchObject({ phase: "done", fraction: 1, acknowledged: 20, total: 20 });
    expect(files).toEqual(
      new Map([
        ["a", 10],
        ["b", 10],
      ]),
    );
  });

  it("passes on what each transfer needs, with the attributes of its key", async () => {
    const checkpoints = { load: async () => undefined, save: async () => {}, remove: async () => {} } as never;
    const options = { priority: 2, partSize: 1 << 20, stallTimeoutMs: 5, patienceMs: 6, checkpoints };
    const to = fakeObjects([], { Prefix: "p/", attributes: (Key) => ({ ContentType: `type of ${Key}` }) });
    const { transfers } = await actionsOf(fakeFiles(entries("a")), to, options);
    expect(transfers.asked[0]![2]).toEqual({
      ...options,
      attributes: { ContentType: "type of p/a" },
      onProgress: expect.any(Function),
    });
    const bare = await actionsOf(fakeFiles(entries("a")), fakeObjects([]));
    expect(bare.transfers.asked[0]![2]).toEqual({ onProgress: expect.any(Function) });
  });
});

describe("maxBytesPerSecond", () => {
  it("limits this sync alone, in the places of the port's pool", async () => {
    const to = fakeObjects([], { concurrency: 2 });
    const { pool } = to.port;
    const transfers = fakeTransfers();
    const plain = transfers.upload;
    let own: typeof pool | undefined;
    transfers.upload = (port, ...args) => {
      own = port.pool;
      return plain(port, ...args);
    };
    await actionsOf(fakeFiles(entries("a")), to, { maxBytesPerSecond: 1000 }, transfers);
    expect([pool.maxBytesPerSecond, own!.maxBytesPerSecond]).toEqual([undefined, 1000]);
    expect(to.port.pool).toBe(pool);
    pool.concurrency = 7;
    expect(own!.concurrency).toBe(7);
    const run = vi.spyOn(pool, "run");
    expect(await own!.run(async () => "done", { priority: 1 })).toBe("done");
    expect(run).toHaveBeenCalledTimes(1);
    // 100 bytes pass at once, the next have to wait; the port's own pool is as fast as ever.
    void own!.take(100);
    const stop = new AbortController();
    const waiting = own!.take(1000, stop.signal);
    expect([waiting, pool.take(1_000_000)]).toEqual([expect.any(Promise), undefined]);
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });
});

describe("refuses with a ConfigError", () => {
  const files = () => fakeFiles([]);
  const objects = (Prefix: string, Bucket = "b") => fakeObjects([], { Prefix, Bucket });
  it.each<[string, SyncEnd, SyncEnd, SyncOptions, RegExp]>([
    ["two directories", files(), files(), {}, /both sides are directories/],
    ["a prefix and itself", objects("a/"), objects("a/"), {}, /lie in each other/],
    ["a prefix in the other", objects("a/"), objects("a/b/"), {}, /lie in each other/],
    ["a prefix around the other", objects("a/b/"), objects(""), {}, /lie in each other/],
    ["a pattern that is none", files(), objects(""), { include: [""] }, /include/],
    ["a bandwidth of nothing", files(), objects(""), { maxBytesPerSecond: 0 }, /maxBytesPerSecond/],
    ["patience that is no number", files(), objects(""), { patienceMs: NaN }, /patienceMs/],
    ["a comparison that is none", files(), objects(""), { compare: "md5" as never }, /compare/],
  ])("%s", async (_, from, to, options, message) => {
    const task = syncBy(fakeTransfers(), from, to, options);
    await expect(task).rejects.toThrow(ConfigError);
    await expect(task).rejects.toThrow(message);
  });

  it("but not prefixes side by side, or in other buckets", async () => {
    await actionsOf(objects("a/"), objects("b/"));
    expect((await actionsOf(objects("a/"), objects("a/", "c"))).result.transferred).toBe(0);
  });

  it("a prefix that ends within a name", () => {
    const { port } = fakeObjects([]);
    expect(() => prefix(port, { Bucket: "b", Prefix: "photos" })).toThrow(/give "photos\/"/);
    expect(prefix(port, { Bucket: "b", Prefix: "photos/" })).toMatchObject({ name: "oss://b/photos/" });
    expect(prefix(port, { Bucket: "b" })).toMatchObject({ Prefix: "", name: "oss://b/" });
  });
});
