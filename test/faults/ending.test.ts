import { getEventListeners, once } from "node:events";
import { readdirSync } from "node:fs";
import { Readable } from "node:stream";
import { TimeoutError } from "@cosmoss/errors";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { describe, expect, it } from "vitest";
import { guardProcess, makeTransport, matrix, nextTurn, pattern, rejection, until, useStage } from "./stage.ts";

const BODY = pattern(2_000_000);
const never = new Promise<undefined>(() => {});

guardProcess();

/** A stream without an end, and how much of it was taken. */
function endless() {
  const seen = { chunks: 0 };
  const stream = new Readable({
    highWaterMark: 0,
    read: () =>
      setImmediate(() => {
        seen.chunks++;
        stream.push(pattern(50_000, seen.chunks));
      }),
  });
  return { stream, seen };
}

/** The names of the events that someone listens to. */
const listenersOf = (stream: Readable): (string | symbol)[] =>
  stream
    .eventNames()
    .flatMap((name) => Array.from({ length: stream.listenerCount(name) }, () => name))
    .sort();

/** Fails for a stream that is not closed, or has more listeners than Node's own loop leaves on one that is. */
async function expectReleased(stream: Readable): Promise<void> {
  const loop = Readable.from(["x"]);
  for await (const chunk of loop) expect(chunk).toBe("x");
  if (!loop.closed) await once(loop, "close");
  if (!stream.closed) await once(stream, "close");
  await nextTurn();
  const left = listenersOf(stream);
  for (const name of listenersOf(loop)) if (left.includes(name)) left.splice(left.indexOf(name), 1);
  expect(left).toEqual([]);
}

describe.each(matrix)("aborts, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { PutObjectCommand, GetObjectCommand } = cloud.commands;
  const at = { Bucket: cloud.Bucket, Key: "a" };

  it("before anything", async () => {
    const reason = { any: "thing" };
    const stream = Readable.from(["x"]);
    const sending = stage.client.send(new PutObjectCommand({ ...at, Body: stream }), {
      signal: AbortSignal.abort(reason),
    });
    expect(await rejection(sending)).toBe(reason);
    expect(stage.emulator.requests).toEqual([]);
  });

  it("during the wait between attempts, at once, and leave nothing", async () => {
    const clock = new FakeClock(stage.clock.now());
    const client = stage.connect({ clock });
    stage.emulator.faults = () => ({ error: { code: "SlowDown", status: 503, headers: { "retry-after": "15" } } });
    const aborter = new AbortController();
    const reason = new Error("never mind");
    const sending = client.send(new PutObjectCommand({ ...at, Body: BODY }), { signal: aborter.signal });
    void sending.catch(() => {});
    await until(() => clock.pending > 0);
    aborter.abort(reason);
    // Of 15 s nearly all are left.
    await clock.advance(100);
    expect(await rejection(sending)).toBe(reason);
    expect(clock.pending).toBe(0);
    expect(getEventListeners(aborter.signal, "abort")).toHaveLength(0);
    expect(stage.emulator.requests).toHaveLength(1);
  });

  it.each(["content-length", "chunked"])("during an upload (%s)", async (kind) => {
    const aborter = new AbortController();
    const reason = new Error("never mind");
    const { stream, seen } = endless();
    const input = { ...at, Body: stream, ...(kind === "content-length" && { ContentLength: 5_000_000_000 }) };
    const sending = stage.client.send(new PutObjectCommand(input), { signal: aborter.signal });
    void sending.catch(() => {});
    await until(() => seen.chunks > 20);
    aborter.abort(reason);
    expect(await rejection(sending)).toBe(reason);
    await expectReleased(stream);
    expect(getEventListeners(aborter.signal, "abort")).toHaveLength(0);
    await until(() => stage.emulator.requests.length === 1);
    expect(await stage.stored("a")).toBeUndefined();
  });

  it("while the answer is waited for", async () => {
    let arrived = false;
    stage.emulator.faults = () => {
      arrived = true;
      return never;
    };
    const aborter = new AbortController();
    const sending = stage.client.send(new GetObjectCommand(at), { signal: aborter.signal });
    void sending.catch(() => {});
    await until(() => arrived);
    aborter.abort("a string is a reason too");
    expect(await rejection(sending)).toBe("a string is a reason too");
    expect(getEventListeners(aborter.signal, "abort")).toHaveLength(0);
  });

  it.each(["bytes", "iterator", "stream", "toReadable"] as const)("during a download (%s)", async (way) => {
    await stage.put("a", BODY);
    stage.emulator.faults = () => ({ stallResponseAt: 300_000 });
    const aborter = new AbortController();
    const reason = new Error("never mind");
    const { Body } = await stage.client.send(new GetObjectCommand(at), { signal: aborter.signal });
    let received = 0;
    const read = async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) if ((received += chunk.length) >= 300_000) aborter.abort(reason);
    };
    const reading =
      way === "bytes"
        ? Body.bytes()
        : read(
            way === "iterator"
              ? Body
              : ((way === "stream" ? Body.stream() : Body.toReadable()) as AsyncIterable<Uint8Array>),
          );
    if (way === "bytes") {
      await until(() => stage.emulator.requests.length === 1);
      for (let turn = 0; turn < 10; turn++) await nextTurn();
      aborter.abort(reason);
    }
    expect(await rejection(reading)).toBe(reason);
    expect(getEventListeners(aborter.signal, "abort")).toHaveLength(0);
  });

  it("after the end do nothing, and a signal may serve many sends", async () => {
    const aborter = new AbortController();
    const { signal } = aborter;
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const Key = `a${index}`;
        await stage.client.send(new PutObjectCommand({ ...at, Key, Body: "x" }), { signal });
        const { Body } = await stage.client.send(new GetObjectCommand({ ...at, Key }), { signal });
        expect(await Body.text()).toBe("x");
      }),
    );
    await until(() => getEventListeners(signal, "abort").length === 0);
    aborter.abort();
  });
});

describe.each(matrix)("time limits, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { PutObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsCommand } = cloud.commands;
  const at = { Bucket: cloud.Bucket, Key: "a" };

  /** A client all of whose time is in the test's hands. */
  function timed(limits: {
    attemptTimeoutMs?: number;
    totalTimeoutMs?: number;
    idleTimeoutMs?: number;
    maxAttempts?: number;
  }) {
    const clock = new FakeClock(stage.clock.now());
    const { idleTimeoutMs = 0, ...options } = limits;
    const client = stage.connect({
      maxAttempts: 1,
      clock,
      ...options,
      requestHandler: makeTransport(transport, { clock, idleTimeoutMs }),
    });
    return { clock, client };
  }
  /** Moves the clock on until the promise has settled. */
  async function passing<T>(clock: FakeClock, promise: Promise<T>, step = 100): Promise<T> {
    let settled = false;
    void promise.then(
      () => (settled = true),
      () => (settled = true),
    );
    while (!settled) {
      await clock.advance(step);
      await nextTurn();
    }
    return promise;
  }
  function check(error: unknown, timeout: string, limitMs: number): void {
    expect(TimeoutError.isInstance(error), String(error)).toBe(true);
    expect(error).toMatchObject({ timeout, limitMs });
    expect((error as Error).message).toContain(String(limitMs));
  }

  it("of an attempt", async () => {
    stage.emulator.faults = () => never;
    const { clock, client } = timed({ attemptTimeoutMs: 1500 });
    check(await rejection(passing(clock, client.send(new HeadObjectCommand(at)))), "attempt", 1500);
    check(
      await rejection(passing(clock, client.send(new PutObjectCommand({ ...at, Body: endless().stream })))),
      "attempt",
      1500,
    );
    const own = client.send(new HeadObjectCommand(at), { attemptTimeoutMs: 700 });
    check(await rejection(passing(clock, own)), "attempt", 700);
    expect(clock.pending).toBe(0);
  });

  it("of idleness, before the answer and within it", async () => {
    await stage.put("a", BODY);
    const { clock, client } = timed({ idleTimeoutMs: 2500 });
    stage.emulator.faults = () => never;
    check(await rejection(passing(clock, client.send(new HeadObjectCommand(at)))), "idle", 2500);
    stage.emulator.faults = () => ({ stallResponseAt: 0 });
    check(await rejection(passing(clock, client.send(new ListObjectsCommand({ Bucket: cloud.Bucket })))), "idle", 2500);
    stage.emulator.faults = ({ headers }) => ({ stallResponseAt: headers["range"] ? 0 : 100_000 });
    const { Body } = await passing(clock, client.send(new GetObjectCommand(at)));
    check(await rejection(passing(clock, Body.bytes())), "idle", 2500);
    expect(clock.pending).toBe(0);
  });

  it("of idleness, while an upload stands still", async () => {
    const { clock, client } = timed({ idleTimeoutMs: 2500 });
    const stream = new Readable({ read() {} });
    stream.push("and then nothing");
    const sending = client.send(new PutObjectCommand({ ...at, Body: stream }));
    check(await rejection(passing(clock, sending)), "idle", 2500);
    if (!stream.closed) await once(stream, "close");
    expect(clock.pending).toBe(0);
  });

  it("of the whole, within an attempt", async () => {
    stage.emulator.faults = () => never;
    const { clock, client } = timed({ attemptTimeoutMs: 5000, totalTimeoutMs: 3000, maxAttempts: 4 });
    check(await rejection(passing(clock, client.send(new HeadObjectCommand(at)))), "total", 3000);
    check(
      await rejection(passing(clock, client.send(new HeadObjectCommand(at), { totalTimeoutMs: 200 }))),
      "total",
      200,
    );
    expect(clock.pending).toBe(0);
  });

  it("of the whole, over attempts and waits", async () => {
    stage.emulator.faults = () => never;
    const { clock, client } = timed({ attemptTimeoutMs: 2000, totalTimeoutMs: 5000, maxAttempts: 9 });
    check(await rejection(passing(clock, client.send(new HeadObjectCommand(at)))), "total", 5000);
    stage.emulator.faults = () => ({ error: { code: "SlowDown", status: 503, headers: { "retry-after": "10" } } });
    const error = await rejection(passing(clock, client.send(new HeadObjectCommand(at))));
    check(error, "total", 5000);
    expect(error.cause).toMatchObject({ name: "ServiceError", statusCode: 503 });
    expect(clock.pending).toBe(0);
  });

  it("are off when they are 0, and do not count while the caller takes his time", async () => {
    await stage.put("a", BODY);
    const { clock, client } = timed({ attemptTimeoutMs: 0, totalTimeoutMs: 0, idleTimeoutMs: 1000 });
    const { Body } = await client.send(new GetObjectCommand(at));
    let received = 0;
    for await (const chunk of Body) {
      if (received === 0) await clock.advance(10_000_000);
      received += chunk.length;
    }
    expect(received).toBe(BODY.length);
    expect(clock.pending).toBe(0);
  });
});

describe.each(matrix)("what is left behind, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { PutObjectCommand, GetObjectCommand, ListObjectsCommand } = cloud.commands;
  const at = { Bucket: cloud.Bucket, Key: "a" };
  const descriptors = (): number => readdirSync("/proc/self/fd").length;
  const resources = (): string[] =>
    process
      .getActiveResourcesInfo()
      .filter((name) => /TCP|Timeout|Pipe/.test(name))
      .sort();

  it("nothing, after success, refusals, breaks and aborts", async () => {
    // What the runtime opens once is there from here on.
    await stage.put("warm", "up");
    const { signal } = new AbortController();
    const streams: Readable[] = [];
    const open = (): Readable => {
      const stream = Readable.from([pattern(70_000), pattern(70_000)], { objectMode: false });
      streams.push(stream);
      return stream;
    };
    const client = stage.connect();
    const send = (command: any, options = {}) =>
      client.send(command, { signal, ...options }).catch((error: unknown) => error);
    for (let round = 0; round < 3; round++) {
      stage.emulator.faults = undefined;
      await send(new PutObjectCommand({ ...at, Body: open() }));
      await send(new PutObjectCommand({ ...at, Body: open(), ContentLength: 7 }));
      await send(new PutObjectCommand({ ...at, Body: open(), Bucket: "missing-1250000000" }));
      await send(new ListObjectsCommand({ Bucket: cloud.Bucket }));
      const { Body } = (await send(new GetObjectCommand(at))) as {
        Body: AsyncIterable<Uint8Array> & { cancel(): Promise<void> };
      };
      for await (const chunk of Body) if (chunk.length > 0) break;
      const unread = (await send(new GetObjectCommand(at))) as { Body: { cancel(): Promise<void> } };
      await unread.Body.cancel();
      stage.emulator.faults = () => ({ resetRequestAt: 10_000 });
      await send(new PutObjectCommand({ ...at, Body: open() }));
      stage.emulator.faults = () => ({ error: { code: "AccessDenied", status: 403 } });
      await send(new PutObjectCommand({ ...at, Body: open() }));
      stage.emulator.faults = () => ({ resetResponseAt: 0 });
      await send(new ListObjectsCommand({ Bucket: cloud.Bucket }));
      stage.emulator.faults = () => never;
      const aborter = new AbortController();
      const aborted = send(new PutObjectCommand({ ...at, Body: open() }), { signal: aborter.signal });
      await nextTurn();
      aborter.abort(new Error("enough"));
      await aborted;
      expect(getEventListeners(aborter.signal, "abort")).toHaveLength(0);
    }
    await until(() => getEventListeners(signal, "abort").length === 0);
    await until(() => streams.every((stream) => stream.closed));
    for (const stream of streams) await expectReleased(stream);
  });

  it("no connection, timer or descriptor once client and emulator are closed", async () => {
    const before = { resources: resources(), descriptors: descriptors() };
    const client = stage.connect();
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 10 }, (_, index) => stage.put(`a${index}`, pattern(1000), client)));
      stage.emulator.faults = () => ({ resetRequestAt: 0 });
      await rejection(stage.put("a", endless().stream, client));
      stage.emulator.faults = undefined;
      const { Body } = await client.send(new GetObjectCommand({ ...at, Key: "a1" }));
      await Body.cancel();
    }
    expect(descriptors()).toBeGreaterThan(before.descriptors);
    await stage.end();
    // The listening socket of the emulator was there before.
    await until(() => resources().length < before.resources.length || resources().length === 0);
    await until(() => descriptors() < before.descriptors);
    expect(resources().filter((name) => name.startsWith("TCPSocket"))).toEqual([]);
  });
});
