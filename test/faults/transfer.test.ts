import { getEventListeners } from "node:events";
import { readdirSync } from "node:fs";
import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import type { Fault, FaultRequest } from "@cosmoss/emulator";
import { IntegrityError } from "@cosmoss/errors";
import {
  copy,
  download,
  downloadBytes,
  type TransferPort,
  type TransferSink,
  type TransferTask,
  upload,
} from "@cosmoss/transfer";
import { fromFile, toFile } from "@cosmoss/transfer/fs";
import { NodeHttpTransport } from "@cosmoss/transport-node/http";
import type { Credentials, HttpHandler } from "@cosmoss/types";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Cloud, clouds, cos, guardProcess, nextTurn, oss, pattern, rejection, until } from "./stage.ts";
import { partSize, TurnClock, useTransferStage } from "./transfer-stage.ts";

guardProcess();

const SEED = 20_240_506;

/** Which part a request is about: its number, or the first byte of its range. */
function partOf({ target, headers }: FaultRequest): string | undefined {
  return new URLSearchParams(target.split("?")[1]).get("partNumber") ?? headers["range"];
}

/** A sink that gathers what is written to it. */
function gathering(write: (chunk: Uint8Array) => Promise<void> | void = () => {}) {
  const chunks: Uint8Array[] = [];
  const stream = new WritableStream<Uint8Array>({
    async write(chunk) {
      await write(chunk);
      chunks.push(chunk);
    },
  });
  return { stream, bytes: () => Buffer.concat(chunks) };
}

/** A sink that keeps what it got when it is told to, as a file does. */
function memorySink(size: number) {
  const bytes = Buffer.alloc(size);
  const sink: TransferSink = {
    name: "memory",
    open: async () => ({
      async *read(start, end) {
        yield bytes.subarray(start, end);
      },
      write: async (piece, at) => bytes.set(piece, at),
      commit: async () => {},
      async abandon({ keep } = {}) {
        if (!keep) bytes.fill(0);
      },
    }),
  };
  return { sink, bytes };
}

describe.each(clouds)("one bit that flips on its way, $name", (cloud) => {
  const stage = useTransferStage();
  const PART = partSize(cloud);
  const size = 3 * PART + 4321;
  const bytes = pattern(size);
  const { Bucket } = cloud;
  const source = { Bucket, Key: "source" };
  const runs = { seed: SEED, numRuns: cloud === oss ? 25 : 10 };
  const place = fc.integer({ min: 0, max: size - 1 });

  /** How many bits were flipped. */
  let fired = 0;
  /** Flips a bit of the byte at `at` of the whole in each request that carries it, as often as said. */
  const flip = (at: number, times: number, operation: string, name: "corruptRequestAt" | "corruptResponseAt"): void => {
    const part = Math.floor(at / PART);
    const mine = operation === "UploadPart" ? String(part + 1) : new RegExp(`^bytes=${part * PART}-`);
    let left = times;
    fired = 0;
    stage.emulator.faults = (request) => {
      if (request.operation !== operation || !partOf(request)?.match(mine) || left-- <= 0) return undefined;
      fired++;
      return { [name]: at % PART };
    };
  };

  it("in an upload: once, it is sent again; always, nothing is stored", async () => {
    const port = stage.connect(cloud, { maxAttempts: 2 });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(place, fc.boolean(), async (at, always) => {
        const target = { Bucket, Key: `up${number++}` };
        flip(at, always ? Infinity : 1, "UploadPart", "corruptRequestAt");
        const task = upload(port, bytes, target, { partSize: PART });
        if (always) {
          expect(IntegrityError.isInstance(await rejection(task.finally()))).toBe(true);
          await task.cancel();
          expect([await stage.stored(cloud, target.Key), await stage.uploads(cloud)]).toEqual([undefined, []]);
        } else {
          expect((await task).verified).toBe(true);
          expect((await stage.stored(cloud, target.Key))?.equals(bytes)).toBe(true);
        }
        expect(fired > 1).toBe(always);
      }),
      runs,
    );
  });

  it("in a download: once, it is fetched again; always, nothing is given", async () => {
    const port = stage.connect(cloud, { maxAttempts: 2 });
    await upload(port, bytes, source, { partSize: PART });
    await fc.assert(
      fc.asyncProperty(place, fc.boolean(), fc.boolean(), async (at, always, toStream) => {
        flip(at, always ? Infinity : 1, "GetObject", "corruptResponseAt");
        if (toStream) {
          // What has been passed on cannot be taken back: it is the end that tells.
          const sink = gathering();
          const task = download(port, source, sink.stream, { partSize: PART });
          expect(IntegrityError.isInstance(await rejection(task.finally()))).toBe(true);
        } else if (always) {
          const task = downloadBytes(port, source, { partSize: PART });
          expect(IntegrityError.isInstance(await rejection(task.finally()))).toBe(true);
        } else expect(bytes.equals((await downloadBytes(port, source, { partSize: PART })).bytes)).toBe(true);
        expect(fired).toBeGreaterThan(0);
      }),
      runs,
    );
  });

  it("in a copy to the other cloud, on either way: what is stored in the end is the source, or nothing", async () => {
    const other = cloud === oss ? cos : oss;
    const [from, to] = [stage.connect(cloud, { maxAttempts: 2 }), stage.connect(other, { maxAttempts: 2 })];
    const whole = pattern(3 * partSize(other));
    await upload(from, whole, source);
    const length = partSize(other);
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: length - 1 }),
        fc.constantFrom("GetObject", "UploadPart"),
        fc.boolean(),
        async (at, operation, always) => {
          let left = always ? Infinity : 1;
          fired = 0;
          stage.emulator.faults = (request) => {
            const isIt =
              request.operation === operation && request.provider === (operation === "GetObject" ? from : to).provider;
            if (!isIt || !(left-- > 0)) return undefined;
            fired++;
            return operation === "GetObject" ? { corruptResponseAt: at } : { corruptRequestAt: at };
          };
          const target = { Bucket: other.Bucket, Key: `copy${number++}` };
          const task = copy(from, source, to, target, { partSize: length });
          const outcome: any = await task.catch((error: unknown) => error);
          const stored = await stage.stored(other, target.Key);
          if (operation === "UploadPart" && !always) expect(outcome.verified).toBe(true);
          if (outcome.verified) expect(stored?.equals(whole)).toBe(true);
          else expect([IntegrityError.isInstance(outcome), stored]).toEqual([true, undefined]);
          await task.cancel();
          expect(fired).toBeGreaterThan(0);
          expect(await stage.uploads(other)).toEqual([]);
        },
      ),
      { ...runs, numRuns: 10 },
    );
  });
});

describe.each(clouds)("a network that is cut, $name", (cloud) => {
  const stage = useTransferStage();
  const other = cloud === oss ? cos : oss;
  const PART = Math.max(partSize(cloud), partSize(other));
  const bytes = pattern(6 * PART + 11);
  const source = { Bucket: cloud.Bucket, Key: "source" };

  /** What a cut does: it says so, or whatever was on its way is never heard of again. */
  const kinds: [string, (request: FaultRequest) => Fault | Promise<never>][] = [
    ["resets", () => ({ resetRequestAt: 0 })],
    [
      "silence",
      ({ method, operation }) => {
        if (method === "PUT") return { stallRequestAt: 70_000 };
        return operation === "GetObject" ? { stallResponseAt: 70_000 } : new Promise<never>(() => {});
      },
    ],
  ];
  const ways: [string, string, (options: object) => TransferTask<any>, () => Promise<Buffer | undefined>][] = [
    [
      "upload",
      "UploadPart",
      (options) => upload(port(cloud), bytes, source, options),
      () => stage.stored(cloud, "source"),
    ],
    [
      "download",
      "GetObject",
      (options) => download(port(cloud), source, memory.sink, options),
      async () => memory.bytes,
    ],
    [
      "copy to the other cloud",
      "UploadPart",
      (options) => copy(port(cloud), source, port(other), { Bucket: other.Bucket, Key: "copy" }, options),
      () => stage.stored(other, "copy"),
    ],
  ];
  let ports: Map<Cloud, TransferPort<any>>;
  let memory: ReturnType<typeof memorySink>;
  const port = (one: Cloud) => ports.get(one)!;
  beforeEach(async () => {
    memory = memorySink(bytes.length);
    const options = { random: () => 0.5, maxAttempts: 2 };
    ports = new Map(clouds.map((one) => [one, stage.connect(one, options)]));
    await upload(port(cloud), bytes, source, { partSize: PART });
  });

  /** Cuts everything off at the third request of an operation, for so many milliseconds. */
  function cut(operation: string, ms: number, what: (request: FaultRequest) => Fault | Promise<never>) {
    const seen = { until: Infinity, cut: 0 };
    let count = 0;
    stage.emulator.faults = (request) => {
      if (request.operation === operation && ++count === 3) seen.until = stage.clock.now() + ms;
      if (count < 3 || stage.clock.now() >= seen.until) return undefined;
      seen.cut++;
      return what(request);
    };
    return seen;
  }

  describe.each(ways)("in the middle of a %s", (_, operation, start, result) => {
    it.each(kinds)("for 30 s, with %s, is outlived", async (_kind, what) => {
      const began = stage.clock.now();
      const seen = cut(operation, 30_000, what);
      const done = await start({ partSize: PART });
      expect(done).toMatchObject({ verified: true, resumedBytes: 0 });
      expect((await result())?.equals(bytes)).toBe(true);
      expect(seen.cut).toBeGreaterThan(2);
      // It did wait for the network, and not for much longer: two stalls, or ten seconds between attempts.
      const took = stage.clock.now() - began;
      expect(took).toBeGreaterThan(29_000);
      expect(took).toBeLessThan(150_000);
      for (const one of clouds) expect(await stage.uploads(one)).toEqual([]);
    });

    it("for longer than its patience ends it, and the next run goes on", async () => {
      const checkpoints = memoryCheckpoints({ clock: stage.clock });
      const options = { partSize: PART, checkpoints, patienceMs: 20_000 };
      const seen = cut(operation, Infinity, () => ({ resetRequestAt: 0 }));
      const began = stage.clock.now();
      const task = start(options);
      expect(await rejection(task.finally())).toMatchObject({ name: "TransportError" });
      expect(stage.clock.now() - began).toBeGreaterThanOrEqual(20_000);
      expect(stage.clock.now() - began).toBeLessThan(60_000);
      expect(seen.cut).toBeGreaterThan(3);
      const { checkpoint } = task;
      expect(checkpoint).toMatchObject({ version: 1, partSize: PART });
      stage.emulator.faults = undefined;
      const done = await start(options);
      expect(done).toMatchObject({ verified: true, resumedBytes: checkpoint!.parts.length * PART });
      expect((await result())?.equals(bytes)).toBe(true);
      for (const one of clouds) expect(await stage.uploads(one)).toEqual([]);
      for await (const left of checkpoints.entries()) expect.unreachable(left.id);
    });
  });
});

describe.each(clouds)("a part that stands still, $name", (cloud) => {
  const stage = useTransferStage();
  const PART = partSize(cloud);
  const bytes = pattern(8 * PART);
  const source = { Bucket: cloud.Bucket, Key: "source" };

  it.each([
    ["UploadPart", { stallRequestAt: PART / 2 }],
    ["GetObject", { stallResponseAt: PART / 2 }],
  ])("in %s is begun again after the stall time, when all others are through", async (operation, fault) => {
    const port = stage.connect(cloud, { maxAttempts: 1 });
    if (operation === "GetObject") await upload(port, bytes, source, { partSize: PART });
    const isWhole = (one: { requestBytes: number; responseBytes: number }): boolean =>
      Math.max(one.requestBytes, one.responseBytes) === PART;
    const parts: { part: string | undefined; atMs: number; ended: number }[] = [];
    stage.emulator.clearRequests();
    stage.emulator.faults = (request) => {
      if (request.operation !== operation) return undefined;
      const ended = stage.emulator.requests.filter((one) => one.operation === operation && isWhole(one)).length;
      parts.push({ part: partOf(request), atMs: stage.clock.now(), ended });
      return parts.length === 2 ? fault : undefined;
    };
    const options = { partSize: PART, stallTimeoutMs: 12_000 };
    const done =
      operation === "GetObject" ? downloadBytes(port, source, options) : upload(port, bytes, source, options);
    expect((await done).verified).toBe(true);
    expect((await stage.stored(cloud, "source"))?.equals(bytes)).toBe(true);
    const [first, again] = parts.filter(({ part }) => part === parts[1]!.part);
    expect(parts).toHaveLength(9);
    expect(again).toBe(parts[8]);
    expect(again!.atMs - first!.atMs).toBeGreaterThanOrEqual(12_000);
    expect(again!.ended).toBe(7);
  });
});

describe.each(clouds)("credentials that expire midway, $name", (cloud) => {
  let expired = false;
  const secret = "secret-of-temporary-keys";
  const first: Credentials = { accessKeyId: "first", accessKeySecret: secret, securityToken: "token-1" };
  const second: Credentials = { accessKeyId: "second", accessKeySecret: secret, securityToken: "token-2" };
  const stage = useTransferStage({
    credentials: [
      {
        ...first,
        get expiration() {
          return expired ? new Date(0) : undefined;
        },
      } as Credentials,
      second,
    ],
  });
  let memory: ReturnType<typeof memorySink>;
  beforeEach(() => void (expired = false));
  const PART = partSize(cloud);
  const bytes = pattern(10 * PART);
  const source = { Bucket: cloud.Bucket, Key: "source" };
  const code = cloud === oss ? "SecurityTokenExpired" : "ExpiredToken";
  const refusals = () => stage.emulator.requests.filter((request) => request.code === code).length;

  /** Lets the first keys expire at the fifth request of an operation. */
  const expireAt = (operation: string): void => {
    let count = 0;
    stage.emulator.faults = (request) => {
      if (request.operation === operation && ++count === 5) expired = true;
      return undefined;
    };
  };
  const ways: [string, string, (port: TransferPort<any>, options: object) => TransferTask<any>][] = [
    ["upload", "UploadPart", (port, options) => upload(port, bytes, source, options)],
    ["download", "GetObject", (port, options) => download(port, source, memory.sink, options)],
  ];

  describe.each(ways)("(%s)", (way, operation, start) => {
    beforeEach(async () => {
      memory = memorySink(bytes.length);
      if (way === "download") await upload(stage.connect(cloud, { credentials: second }), bytes, source);
      stage.emulator.clearRequests();
    });

    it("are fetched anew, once, and nothing else is noticed", async () => {
      const asked: (boolean | undefined)[] = [];
      const port = stage.connect(cloud, {
        maxAttempts: 1,
        credentials: async (options?: { forceRefresh?: boolean }) => {
          asked.push(options?.forceRefresh);
          return asked.length === 1 ? first : second;
        },
      });
      expireAt(operation);
      const done = await start(port, { partSize: PART });
      expect(done.verified).toBe(true);
      const result = way === "upload" ? await stage.stored(cloud, "source") : memory.bytes;
      expect(result?.equals(bytes)).toBe(true);
      expect(asked).toEqual([undefined, true]);
      expect(refusals()).toBeGreaterThan(0);
      expect(refusals()).toBeLessThanOrEqual(port.pool.concurrency);
    });

    it("and cannot be fetched anew end it at once; later, with new ones, it goes on", async () => {
      const checkpoints = memoryCheckpoints();
      const port = stage.connect(cloud, { maxAttempts: 1, credentials: async () => first });
      expireAt(operation);
      const task = start(port, { partSize: PART, checkpoints });
      expect(await rejection(task.finally())).toMatchObject({ name: "ServiceError", code });
      await task.cancel();
      // Each request once, and once more for the keys that might have been new.
      expect(refusals()).toBeLessThanOrEqual(2 * port.pool.concurrency);
      const renewed = stage.connect(cloud, { credentials: second });
      const { parts } = task.checkpoint!;
      expect(parts.length).toBeGreaterThan(0);
      const done = await start(renewed, { partSize: PART, checkpoints });
      expect(done).toMatchObject({ verified: true, resumedBytes: parts.length * PART });
      const result = way === "upload" ? await stage.stored(cloud, "source") : memory.bytes;
      expect(result?.equals(bytes)).toBe(true);
      expect(await stage.uploads(cloud)).toEqual([]);
    });
  });
});

describe.each(clouds)("an abort at any moment, $name", (cloud) => {
  const stage = useTransferStage();
  const PART = partSize(cloud);
  const size = (cloud === oss ? 6 : 4) * PART + 5;
  const bytes = pattern(size);
  const source = { Bucket: cloud.Bucket, Key: "source" };
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "transfer-abort-"));
    await writeFile(join(folder, "from.bin"), bytes);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const resources = (): string[] =>
    process
      .getActiveResourcesInfo()
      .filter((name) => /TCP|Pipe|FSReq|FileHandle/.test(name))
      .sort();
  const descriptors = (): number => readdirSync("/proc/self/fd").length;
  const leftovers = async () => (await readdir(folder)).filter((name) => !/^(from|to)\.bin$/.test(name));
  const start = (way: string, port: TransferPort<any>, options: object): TransferTask<any> =>
    way === "upload"
      ? upload(port, fromFile(join(folder, "from.bin")), source, { partSize: PART, ...options })
      : download(port, source, toFile(join(folder, "to.bin")), { partSize: PART, ...options });
  const settle = (task: TransferTask<any>): { isSettled: boolean; outcome: Promise<any> } => {
    const seen = { isSettled: false, outcome: task.catch((error: unknown) => error) };
    void seen.outcome.then(() => (seen.isSettled = true));
    return seen;
  };
  /** So many turns after so many requests, so that every step is met: opening, head, begin, parts, the end. */
  const moment = fc.record({ requests: fc.integer({ min: 0, max: 9 }), turns: fc.nat(15) });
  const reach = async ({ requests, turns }: { requests: number; turns: number }, seen: { isSettled: boolean }) => {
    let begun = 0;
    stage.emulator.faults = async () => {
      begun++;
      // Not too fast to be interrupted.
      for (let turn = 0; turn < 6; turn++) await nextTurn();
      return undefined;
    };
    await until(() => begun >= requests || seen.isSettled);
    for (let turn = 0; turn < turns && !seen.isSettled; turn++) await nextTurn();
  };

  describe.each(["upload", "download"])("(%s)", (way) => {
    beforeEach(async () => {
      const port = stage.connect(cloud);
      if (way === "download") await upload(port, bytes, source, { partSize: PART });
    });

    it("rejects in the same turn, and leaves nothing behind", async () => {
      stage.disconnect();
      await until(() => resources().filter((name) => name === "TCPSocketWrap").length === 0);
      const before = { resources: resources(), descriptors: descriptors() };
      let aborted = 0;
      const port = stage.connect(cloud);
      await fc.assert(
        fc.asyncProperty(moment, async (when) => {
          const aborter = new AbortController();
          const { signal } = aborter;
          const task = start(way, port, { signal });
          const seen = settle(task);
          await reach(when, seen);
          const reason = new Error("enough");
          const wasRunning = !seen.isSettled;
          aborter.abort(reason);
          await nextTurn();
          expect(seen.isSettled).toBe(true);
          const outcome = await seen.outcome;
          if (wasRunning) {
            aborted++;
            expect([outcome, task.state]).toEqual([reason, "cancelled"]);
          } else expect(outcome.verified).toBe(true);
          // Resolves when everything is tidied up.
          await task.cancel();
          expect(await stage.uploads(cloud)).toEqual([]);
          expect(await leftovers()).toEqual([]);
          expect(getEventListeners(signal, "abort")).toEqual([]);
          await until(() => stage.clock.pending === 0);
        }),
        { seed: SEED, numRuns: 40 },
      );
      expect(aborted).toBeGreaterThan(5);
      stage.disconnect();
      // What the system closes by and by.
      await until(() => resources().length <= before.resources.length && descriptors() <= before.descriptors);
      expect(resources()).toEqual(before.resources);
    });

    it("that is to be kept leaves what the next run needs, and that goes on", async () => {
      const port = stage.connect(cloud);
      let kept = 0;
      await fc.assert(
        fc.asyncProperty(moment, async (when) => {
          const checkpoints = memoryCheckpoints();
          const task = start(way, port, { checkpoints });
          const seen = settle(task);
          await reach(when, seen);
          await task.cancel({ keep: true });
          const { checkpoint } = task;
          const done = await start(way, port, { checkpoints });
          expect(done.verified).toBe(true);
          if (task.state === "cancelled" && checkpoint && checkpoint.parts.length > 0) {
            kept++;
            const length = ({ PartNumber }: { PartNumber: number }) => Math.min(PART, size - (PartNumber - 1) * PART);
            expect(done.resumedBytes).toBe(checkpoint.parts.reduce((sum, part) => sum + length(part), 0));
          }
          const result =
            way === "upload" ? await stage.stored(cloud, "source") : await readFile(join(folder, "to.bin"));
          expect(result?.equals(bytes)).toBe(true);
          expect([await stage.uploads(cloud), await leftovers()]).toEqual([[], []]);
          for await (const left of checkpoints.entries()) expect.unreachable(left.id);
        }),
        { seed: SEED, numRuns: 25 },
      );
      expect(kept).toBeGreaterThan(0);
    });
  });
});

describe.each(clouds)("a disk that is full, $name", (cloud) => {
  const stage = useTransferStage();
  const PART = partSize(cloud);
  const source = { Bucket: cloud.Bucket, Key: "source" };
  const bytes = pattern(5 * PART);
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "transfer-full-"))));
  afterEach(() => rm(folder, { recursive: true }));

  it.each([0, 1, 3])("after %i writes is said so, and nothing is left", async (writes) => {
    const port = stage.connect(cloud);
    await upload(port, bytes, source, { partSize: PART });
    const probe = await open(join(folder, "probe"), "w");
    const files = Object.getPrototypeOf(probe);
    await probe.close();
    await rm(join(folder, "probe"));
    let left = writes;
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    for (const name of ["write", "writev"] as const) {
      const real = files[name];
      vi.spyOn(files, name).mockImplementation(function (this: unknown, ...args: unknown[]) {
        return left-- > 0 ? real.apply(this, args) : Promise.reject(full);
      });
    }
    const checkpoints = memoryCheckpoints();
    const task = download(port, source, toFile(join(folder, "to.bin")), { partSize: PART, checkpoints });
    const error = await rejection(task.finally());
    expect(error).toMatchObject({ name: "ConfigError", cause: full });
    expect(error.message).toMatch(/no space left on device.*make room/);
    await task.cancel();
    expect(await readdir(folder)).toEqual([]);
    for await (const one of checkpoints.entries()) expect.unreachable(one.id);
    vi.restoreAllMocks();
    await download(port, source, toFile(join(folder, "to.bin")), { partSize: PART, checkpoints });
    expect((await readFile(join(folder, "to.bin"))).equals(bytes)).toBe(true);
  });
});

describe.each(clouds)("parts that the service loses, $name", (cloud) => {
  const stage = useTransferStage();
  const PART = partSize(cloud);
  const bytes = pattern(6 * PART);
  const target = { Bucket: cloud.Bucket, Key: "target" };
  const place = { provider: cloud.name, ...target };
  const sent = () => stage.emulator.requests.filter(({ operation }) => operation === "UploadPart").length;

  it.each([
    ["one", [2]],
    ["some", [1, 3, 4]],
    ["all", undefined],
  ])("between two runs, %s of them, are sent again", async (_, PartNumbers) => {
    const port = stage.connect(cloud, { pool: { concurrency: 1 } });
    const options = { partSize: PART, checkpoints: memoryCheckpoints() };
    let count = 0;
    stage.emulator.faults = ({ operation }) =>
      operation === "UploadPart" && ++count === 5 ? { error: { code: "AccessDenied", status: 403 } } : undefined;
    await rejection(upload(port, bytes, target, options).finally());
    const lost = await stage.emulator.loseParts({ ...place, ...(PartNumbers && { PartNumbers }) });
    expect(lost).toBe(PartNumbers?.length ?? 4);
    stage.emulator.faults = undefined;
    stage.emulator.clearRequests();
    const done = await upload(port, bytes, target, options);
    expect(done).toMatchObject({ verified: true, resumedBytes: (4 - lost) * PART });
    expect(sent()).toBe(2 + lost);
    expect((await stage.stored(cloud, "target"))?.equals(bytes)).toBe(true);
    expect(await stage.uploads(cloud)).toEqual([]);
  });

  it("within a run are sent again within it, and nothing else is", async () => {
    const port = stage.connect(cloud);
    const options = { partSize: PART, checkpoints: memoryCheckpoints() };
    let isLosing = true;
    stage.emulator.faults = async ({ operation }) => {
      if (operation === "CompleteMultipartUpload" && isLosing) {
        isLosing = false;
        await stage.emulator.loseParts({ ...place, PartNumbers: [2, 5] });
      }
      return undefined;
    };
    const { verified, resumedBytes } = await upload(port, bytes, target, options);
    expect([verified, resumedBytes]).toEqual([true, 0]);
    expect(sent()).toBe(8);
    expect((await stage.stored(cloud, "target"))?.equals(bytes)).toBe(true);
    expect(await stage.uploads(cloud)).toEqual([]);
  });
});

describe.each(clouds)("one pool for all, $name", (cloud) => {
  const stage = useTransferStage();
  const PART = partSize(cloud);
  const bytes = pattern(8 * PART);
  const at = (Key: string) => ({ Bucket: cloud.Bucket, Key });

  it("never has more requests under way than it has places, whoever sends them", async () => {
    for (const concurrency of [1, 2, 5]) {
      const port = stage.connect(cloud, { pool: { concurrency } });
      stage.emulator.clearRequests();
      let begun = 0;
      let most = 0;
      stage.emulator.faults = async () => {
        most = Math.max(most, ++begun - stage.emulator.requests.length);
        // They take their time, so that they do meet.
        for (let turn = 0; turn < 5; turn++) await nextTurn();
        return undefined;
      };
      await Promise.all(["a", "b", "c"].map((Key) => upload(port, bytes, at(Key), { partSize: PART })));
      await Promise.all(["a", "b"].map((Key) => downloadBytes(port, at(Key), { partSize: PART })));
      expect(most).toBe(concurrency);
      stage.emulator.faults = undefined;
    }
  });

  it("lets what has a higher priority overtake", async () => {
    const port = stage.connect(cloud, { pool: { concurrency: 2 } });
    const order: string[] = [];
    stage.emulator.faults = ({ operation, key }) => {
      if (operation === "UploadPart") order.push(key!);
      return undefined;
    };
    const low = upload(port, pattern(30 * PART), at("low"), { partSize: PART });
    await until(() => order.length >= 4);
    const high = upload(port, bytes, at("high"), { partSize: PART, priority: 1 });
    await high;
    expect(low.state).toBe("running");
    // It got at least half of the places as long as it wanted any.
    const span = order.slice(order.indexOf("high"), order.lastIndexOf("high") + 1);
    expect(span.filter((key) => key === "low").length).toBeLessThanOrEqual(span.length / 2);
    await low;
  });

  it("keeps to its bandwidth within 10 % over 30 s, and to a new one at once", async () => {
    const RATE = 400_000;
    /** Bytes that have gone to or come from the network, when. */
    const moved: { atMs: number; bytes: number }[] = [];
    const count = async function* (pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces) {
        moved.push({ atMs: stage.clock.now(), bytes: piece.length });
        yield piece;
      }
    };
    const real = new NodeHttpTransport({ clock: stage.clock });
    const requestHandler: HttpHandler & { takesIterables: boolean } = {
      takesIterables: true,
      handle: (request, options) =>
        real.handle(
          request.body?.[Symbol.asyncIterator] ? { ...request, body: count(request.body) } : request,
          options,
        ),
      destroy: () => real.destroy(),
    };
    const port = stage.connect(cloud, { requestHandler, pool: { concurrency: 5, maxBytesPerSecond: RATE } });
    const size = 4_500_000;
    const began = stage.clock.now();
    const all = Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        upload(port, pattern(size, index + 1), at(`b${index}`), { partSize: PART }),
      ),
    );
    const over = (fromMs: number, toMs: number): number =>
      moved.reduce(
        (sum, { atMs, bytes: length }) => (atMs >= began + fromMs && atMs < began + toMs ? sum + length : sum),
        0,
      ) /
      ((toMs - fromMs) / 1000);
    await until(() => stage.clock.now() >= began + 30_000);
    port.pool.maxBytesPerSecond = 3 * RATE;
    await all;
    const tookMs = stage.clock.now() - began;
    expect(over(0, 30_000) / RATE).toBeGreaterThan(0.9);
    expect(over(0, 30_000) / RATE).toBeLessThan(1.1);
    // Also within it, second by second.
    for (let second = 1; second < 29; second++) {
      const rate = over(second * 1000, second * 1000 + 1000);
      expect(rate / RATE).toBeGreaterThan(0.7);
      expect(rate / RATE).toBeLessThan(1.3);
    }
    expect(over(31_000, tookMs - 500) / (3 * RATE)).toBeGreaterThan(0.9);
    expect(over(31_000, tookMs - 500) / (3 * RATE)).toBeLessThan(1.1);
    for (const index of [0, 4]) {
      expect((await stage.stored(cloud, `b${index}`))?.equals(pattern(size, index + 1))).toBe(true);
    }
  });
});

describe.each(clouds)("memory, $name", (cloud) => {
  const stage = useTransferStage();
  const PART = partSize(cloud);
  const CONCURRENCY = 3;
  const COUNT = 24;
  const bytes = pattern(COUNT * PART + 99);
  const source = { Bucket: cloud.Bucket, Key: "source" };

  it("an upload of unknown length takes no more from its source than its parts hold", async () => {
    const port = stage.connect(cloud, { pool: { concurrency: CONCURRENCY } });
    let turn = 0;
    stage.emulator.faults = async () => {
      // Slow at times, so that the source gets ahead.
      for (let wait = (turn = (turn + 7) % 40); wait > 0; wait--) await nextTurn();
      return undefined;
    };
    let pulled = 0;
    let most = 0;
    const stored = () =>
      stage.emulator.requests.reduce((sum, { operation, status, requestBytes }) => {
        return operation === "UploadPart" && status === 200 ? sum + requestBytes : sum;
      }, 0);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let start = 0; start < bytes.length; start += 20_000) {
        const piece = bytes.subarray(start, start + 20_000);
        pulled += piece.length;
        most = Math.max(most, pulled - stored());
        yield piece;
      }
    }
    const done = await upload(port, pieces(), source, { partSize: PART });
    expect(done).toMatchObject({ Size: bytes.length, verified: true });
    expect(most).toBeGreaterThan(PART);
    expect(most).toBeLessThanOrEqual(PART * (CONCURRENCY + 1));
    expect((await stage.stored(cloud, "source"))?.equals(bytes)).toBe(true);
  });

  it("a download to a stream that is slow takes no more from the network than its parts hold", async () => {
    const real = stage.connect(cloud, { pool: { concurrency: CONCURRENCY } });
    await upload(real, bytes, source, { partSize: PART });
    let received = 0;
    let written = 0;
    let most = 0;
    const port: TransferPort<any> = {
      ...real,
      async get(...args) {
        const { object, body } = await real.get(...args);
        const forEach: typeof body.forEach = (each) =>
          body.forEach((chunk) => {
            received += chunk.length;
            most = Math.max(most, received - written);
            return each(chunk);
          });
        return { object, body: { ...body, forEach } };
      },
    };
    const sink = gathering(async (chunk) => {
      await nextTurn();
      await nextTurn();
      written += chunk.length;
    });
    const done = await download(port, source, sink.stream, { partSize: PART });
    expect(done.verified).toBe(true);
    expect(sink.bytes().equals(bytes)).toBe(true);
    expect(received).toBe(bytes.length);
    expect(most).toBeGreaterThan(PART);
    expect(most).toBeLessThanOrEqual(PART * (CONCURRENCY + 1));
  });
});

it("the clock of these tests passes by turns, and only while somebody waits", async () => {
  const clock = new TurnClock();
  const began = clock.now();
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  expect(clock.now()).toBe(began);
  const fired: number[] = [];
  clock.setTimeout(() => fired.push(clock.now() - began), 10);
  const never = clock.setTimeout(() => expect.unreachable("it was cleared"), 5);
  clock.clearTimeout(never);
  await until(() => fired.length > 0);
  expect([fired, clock.pending]).toEqual([[10], 0]);
});
