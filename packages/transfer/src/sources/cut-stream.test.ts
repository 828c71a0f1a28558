import { PassThrough, Readable } from "node:stream";
import { ConfigError } from "@cosmoss/errors";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ByteStream } from "./byte-stream.ts";
import { cutStream, type StreamPart } from "./cut-stream.ts";

const KIB = 1024;

async function cut(stream: any, partSize: number | ((PartNumber: number) => number)): Promise<StreamPart[]> {
  const parts: StreamPart[] = [];
  for await (const part of cutStream(new ByteStream(stream), partSize)) parts.push(part);
  return parts;
}

async function* give(chunks: readonly unknown[]): AsyncGenerator<any, void, undefined> {
  yield* chunks;
}

const joined = (parts: readonly StreamPart[]): Buffer => Buffer.concat(parts.flatMap(({ chunks }) => [...chunks]));

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", onUnhandled);
});
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", onUnhandled);
  expect(unhandled).toEqual([]);
});

describe("cutStream", () => {
  it("cuts chunks of any size into parts of one size, and loses nothing", async () => {
    const sizes = fc.array(fc.oneof(fc.nat(40), fc.integer({ min: 16_000, max: 70_000 })), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 90_000 }), async (lengths, partSize) => {
        const chunks = lengths.map((length, i) => Buffer.alloc(length, i + 1));
        const all = Buffer.concat(chunks);
        const size = all.length / partSize > 2000 ? 90_000 : partSize;
        const parts = await cut(give(chunks), size);
        expect(joined(parts).equals(all)).toBe(true);
        expect(parts.length).toBe(Math.max(1, Math.ceil(all.length / size)));
        for (const [i, part] of parts.entries()) {
          const last = i === parts.length - 1;
          expect(part.PartNumber).toBe(i + 1);
          expect(part.last).toBe(last);
          expect(part.chunks.reduce((sum, { length }) => sum + length, 0)).toBe(part.length);
          expect(part.length).toBe(last ? all.length - i * size : size);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("gives an empty part for an empty stream, also one of empty chunks", async () => {
    const empty = [{ PartNumber: 1, chunks: [], length: 0, last: true }];
    expect(await cut(give([]), 5)).toEqual(empty);
    expect(await cut(give([Buffer.alloc(0), "", new Uint8Array(0)]), 5)).toEqual(empty);
  });

  it("asks for the size of each part", async () => {
    const parts = await cut(give([Buffer.alloc(10)]), (PartNumber) => PartNumber);
    expect(parts.map(({ length }) => length)).toEqual([1, 2, 3, 4]);
    expect(parts.map(({ last }) => last)).toEqual([false, false, false, true]);
  });

  it("copies no large chunk, and cuts one that spans parts in place", async () => {
    const large = Buffer.alloc(100 * KIB);
    const [first, second] = await cut(give([large]), 60 * KIB);
    for (const part of [first!, second!]) expect(part.chunks.map(({ buffer }) => buffer)).toEqual([large.buffer]);
  });

  it("collects small chunks, so that they do not take many times their bytes", async () => {
    const bytes = new Uint8Array(200_000).map((_, i) => i);
    const [part] = await cut(give(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))), 1e6);
    expect(part!.chunks.length).toBeLessThan(6);
    expect(joined([part!]).equals(bytes)).toBe(true);
    // What was given out before stays as it was.
    const parts = await cut(give([Buffer.from("ab"), Buffer.alloc(20 * KIB), Buffer.from("cd"), Buffer.from("ef")]), 4);
    expect(joined(parts).subarray(0, 2).toString()).toBe("ab");
    expect(joined(parts).subarray(-4).toString()).toBe("cdef");
  });

  it("reads no further than one chunk beyond the part", async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given++;
        yield Buffer.alloc(16 * KIB);
      }
    }
    const parts = cutStream(new ByteStream(endless()), 64 * KIB);
    await parts.next();
    expect(given).toBe(5);
    await parts.next();
    expect(given).toBe(9);
    await parts.return();
  });
});

describe("text", () => {
  it("becomes UTF-8, whatever the stream", async () => {
    for (const stream of [
      give(["grün", "😀"]),
      Readable.from(["grün", "😀"]),
      Readable.toWeb(Readable.from(["grün", "😀"])),
    ]) {
      expect(joined(await cut(stream, 3)).toString()).toBe("grün😀");
    }
  });

  it("keeps characters whole that two chunks share", async () => {
    expect(joined(await cut(give(["a\ud83d", "", "\ude00b"]), 100)).toString()).toBe("a😀b");
    expect(joined(await cut(give(["a\ud83d"]), 100)).toString()).toBe("a\ufffd");
  });

  it("may stand beside bytes, but not be broken by them", async () => {
    expect(joined(await cut(give(["a", Buffer.from("b"), "c"]), 100)).toString()).toBe("abc");
    await expect(cut(give(["a\ud83d", Buffer.from("b")]), 100)).rejects.toThrow(/in the middle of a character/);
  });
});

describe("a stream that is no good", () => {
  it.each([5, null, {}, [1]])("is let go of when it gives %j", async (chunk: any) => {
    let returned = false;
    const stream = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: chunk }),
        return: async () => ((returned = true), { done: true }),
      }),
    };
    await expect(cut(stream, 10)).rejects.toThrow(ConfigError);
    expect(returned).toBe(true);
  });

  it("is refused when someone else reads it or has read it", async () => {
    const web = new Blob(["x"]).stream();
    web.getReader();
    expect(() => new ByteStream(web)).toThrow(/being read by someone else/);
    const node = Readable.from(["x"]);
    for await (const _ of node);
    expect(() => new ByteStream(node)).toThrow(/read to its end before/);
  });

  it("gives its own error, before a part is handed out that would be short", async () => {
    const failure = new Error("disk on fire");
    const streams = [
      (async function* () {
        yield Buffer.alloc(5);
        throw failure;
      })(),
      Readable.from(
        (async function* () {
          yield Buffer.alloc(5);
          throw failure;
        })(),
      ),
      new ReadableStream({
        start: (controller) => controller.enqueue(Buffer.alloc(5)),
        pull: () => Promise.reject(failure),
      }),
    ];
    for (const stream of streams) {
      const seen: StreamPart[] = [];
      const reading = (async () => {
        for await (const part of cutStream(new ByteStream(stream), 5)) seen.push(part);
      })();
      await expect(reading).rejects.toBe(failure);
      expect(seen).toEqual([]);
    }
  });

  it("of Node may fail while nobody reads, without ending the process", async () => {
    const node = new PassThrough();
    const stream = new ByteStream(node);
    const failure = new Error("too early");
    node.destroy(failure);
    await new Promise((resolve) => setImmediate(resolve));
    await expect(stream.next()).rejects.toBe(failure);
    await expect(stream.next()).rejects.toBe(failure);
  });

  it("of Node that is destroyed early is no short upload", async () => {
    const node = new PassThrough();
    node.write("abc");
    const parts = cutStream(new ByteStream(node), 2);
    expect((await parts.next()).value!.length).toBe(2);
    node.destroy();
    await expect(parts.next()).rejects.toThrow(/close/i);
  });

  it("that throws instead of rejecting is told like any other", async () => {
    const failure = new Error("at once");
    const stream = {
      [Symbol.asyncIterator]: () => ({
        next() {
          throw failure;
        },
      }),
    };
    await expect(cut(stream, 5)).rejects.toBe(failure);
  });
});

describe("letting go", () => {
  function silent(kind: string): { stream: any; isOpen: () => boolean } {
    if (kind === "node") {
      const stream = new PassThrough();
      stream.write("abc");
      return { stream, isOpen: () => !stream.destroyed };
    }
    let open = true;
    if (kind === "web") {
      const stream = new ReadableStream({
        start: (controller) => controller.enqueue(Buffer.from("abc")),
        cancel: () => void (open = false),
      });
      return { stream, isOpen: () => open };
    }
    let given = false;
    const iterator = {
      next: () => (given ? new Promise(() => {}) : ((given = true), Promise.resolve({ value: Buffer.from("abc") }))),
      return: () => ((open = false), new Promise(() => {})),
    };
    return { stream: { [Symbol.asyncIterator]: () => iterator }, isOpen: () => open };
  }

  it.each(["node", "web", "iterable"])("happens when the caller stops: %s", async (kind) => {
    const { stream, isOpen } = silent(kind);
    for await (const part of cutStream(new ByteStream(stream), 2)) {
      expect(part.length).toBe(2);
      expect(isOpen()).toBe(true);
      break;
    }
    expect(isOpen()).toBe(false);
  });

  it.each(["node", "web", "iterable"])("happens on abort, though the stream gives nothing: %s", async (kind) => {
    const { stream, isOpen } = silent(kind);
    const controller = new AbortController();
    const parts = cutStream(new ByteStream(stream), 2, controller.signal);
    await parts.next();
    const waiting = parts.next();
    const reason = new Error("stop");
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(isOpen()).toBe(false);
    expect(await parts.next()).toEqual({ done: true, value: undefined });
  });

  it.each(["node", "web", "iterable"])("reads nothing when it was aborted before: %s", async (kind) => {
    const { stream, isOpen } = silent(kind);
    const reason = new Error("stop");
    const parts = cutStream(new ByteStream(stream), 2, AbortSignal.abort(reason));
    await expect(parts.next()).rejects.toBe(reason);
    expect(isOpen()).toBe(false);
  });

  it.each(["node", "web", "iterable"])("works before anything was read: %s", async (kind) => {
    const { stream, isOpen } = silent(kind);
    const reason = new Error("stop");
    const taken = new ByteStream(stream);
    taken.cancel(reason);
    taken.cancel(new Error("again"));
    expect(isOpen()).toBe(false);
    await expect(taken.next()).rejects.toBe(reason);
  });

  it("leaves no listener on the signal", async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: any) => (listeners++, addEventListener.apply(signal, args));
    signal.removeEventListener = (...args: any) => (listeners--, removeEventListener.apply(signal, args));
    for await (const part of cutStream(new ByteStream(give(["abc"])), 2, signal)) {
      expect(listeners).toBe(1);
      expect(part.length).toBeGreaterThan(0);
    }
    expect(listeners).toBe(0);
  });

  it("does nothing to a stream that has ended", async () => {
    let cancelled = false;
    const stream = new ReadableStream({
      start: (controller) => controller.close(),
      cancel: () => void (cancelled = true),
    });
    const taken = new ByteStream(stream);
    expect(await taken.next()).toBeUndefined();
    taken.cancel(new Error("late"));
    expect(await taken.next()).toBeUndefined();
    expect(cancelled).toBe(false);
  });
});
