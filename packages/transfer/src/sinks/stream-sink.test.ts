import { PassThrough, Writable } from "node:stream";
import { ConfigError } from "@cosmoss/errors";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bytesSink } from "./bytes-sink.ts";
import { openDownloadSink, streamSink } from "./stream-sink.ts";

const opening = { size: 4, resume: true };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", onUnhandled);
});
afterEach(async () => {
  await turn();
  process.off("unhandledRejection", onUnhandled);
  expect(unhandled).toEqual([]);
});

describe("streamSink", () => {
  it("passes bytes on in order and closes the stream", async () => {
    const seen: string[] = [];
    const stream = new WritableStream<Uint8Array>({
      write: (chunk) => void seen.push(Buffer.from(chunk).toString()),
      close: () => void seen.push("closed"),
    });
    const sink = await streamSink(stream).open(opening);
    expect(sink.ordered).toBe(true);
    expect(sink.read).toBeUndefined();
    await sink.write(Buffer.from("ab"), 0);
    await sink.write(Buffer.from("cd"), 2);
    await sink.commit({});
    expect(seen).toEqual(["ab", "cd", "closed"]);
    expect(stream.locked).toBe(false);
  });

  it("refuses bytes out of order", async () => {
    const sink = await streamSink(new WritableStream()).open(opening);
    await sink.write(Buffer.from("ab"), 0);
    await expect(sink.write(Buffer.from("x"), 3)).rejects.toThrow("stands at byte 2");
    await expect(sink.write(Buffer.from("x"), 0)).rejects.toThrow("stands at byte 2");
    await sink.abandon();
  });

  it("waits while the stream has no room", async () => {
    let go = (): void => {};
    const stream = new WritableStream({ write: () => new Promise<void>((resolve) => (go = resolve)) });
    const sink = await streamSink(stream).open(opening);
    await turn();
    let resolved = false;
    const writing = sink.write(Buffer.from("ab"), 0).then(() => (resolved = true));
    await turn();
    expect(resolved).toBe(false);
    go();
    await writing;
    await sink.abandon();
  });

  it("tells the error of the stream at the next write, and at the end", async () => {
    const failure = new Error("pipe broke");
    const failing = () => new WritableStream({ write: () => Promise.reject(failure) }, { highWaterMark: 4 });
    const one = await streamSink(failing()).open(opening);
    await one.write(Buffer.from("a"), 0);
    await turn();
    await expect(one.write(Buffer.from("b"), 1)).rejects.toBe(failure);
    await one.abandon();
    const other = await streamSink(failing()).open(opening);
    await other.write(Buffer.from("a"), 0);
    await expect(other.commit({})).rejects.toBe(failure);
    await other.abandon();
  });

  it("tells the stream why it was given up, and does not wait for a write that never ends", async () => {
    const aborted: AbortSignal[] = [];
    const stream = new WritableStream(
      { start: (controller) => void aborted.push(controller.signal), write: () => new Promise(() => {}) },
      { highWaterMark: 4 },
    );
    const sink = await streamSink(stream).open(opening);
    await sink.write(Buffer.from("ab"), 0);
    const reason = new Error("cancelled");
    await sink.abandon({ reason });
    expect(aborted[0]!.reason).toBe(reason);
    expect(stream.locked).toBe(false);
  });

  it("writes to a stream of Node", async () => {
    const seen: string[] = [];
    const node = new Writable({ write: (chunk, _encoding, done) => (seen.push(String(chunk)), done()) });
    const sink = await streamSink(Writable.toWeb(node)).open(opening);
    await sink.write(Buffer.from("ab"), 0);
    await sink.write(Buffer.from("c"), 2);
    await sink.commit({});
    expect(seen.join("")).toBe("abc");
    expect(node.writableFinished).toBe(true);
  });

  it("refuses a stream that someone else writes", async () => {
    const stream = new WritableStream();
    stream.getWriter();
    const opened = streamSink(stream).open(opening);
    await expect(opened).rejects.toThrow(ConfigError);
    await expect(opened).rejects.toThrow(/not locked/);
  });
});

describe("openDownloadSink", () => {
  it("tells sinks from streams", () => {
    const own = bytesSink();
    expect(openDownloadSink(own)).toBe(own);
    expect(openDownloadSink(new WritableStream()).name).toBe("stream");
  });

  it.each([undefined, null, "a.txt", {}, new PassThrough()])("says what it takes, #%#", (given: any) => {
    expect(() => openDownloadSink(given)).toThrow(ConfigError);
    expect(() => openDownloadSink(given)).toThrow(/WritableStream or toFile\(path\)/);
  });
});

describe("bytesSink", () => {
  it("puts bytes in their place, and shows them when they are all there", async () => {
    const sink = bytesSink();
    const open = await sink.open(opening);
    expect(open.ordered).toBeUndefined();
    await open.write(Buffer.from("cd"), 2);
    await open.write(Buffer.from("ab"), 0);
    expect(sink.bytes.length).toBe(0);
    await open.commit({});
    expect(Buffer.from(sink.bytes).toString()).toBe("abcd");
  });

  it("shows nothing of what was given up", async () => {
    const sink = bytesSink();
    const open = await sink.open(opening);
    await open.write(Buffer.from("abcd"), 0);
    await open.abandon();
    expect(sink.bytes.length).toBe(0);
  });

  it("says so when the object is too large for memory", async () => {
    const opened = bytesSink().open({ size: 2 ** 50, resume: false });
    await expect(opened).rejects.toThrow(ConfigError);
    await expect(opened).rejects.toThrow(/1125899906842624 bytes, more than fit into memory/);
  });
});
