import { crc64 } from "@cosmoss/checksum";
import { IntegrityError } from "@cosmoss/errors";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { describe, expect, it } from "vitest";
import { TransferPool } from "../pool/pool.ts";
import { RunningTask } from "../task/task.ts";
import { each, sendCounted } from "./outgoing.ts";

const MIB = 1 << 20;

function setUp(options: { streamsBodies?: boolean; checksum?: boolean; maxBytesPerSecond?: number } = {}) {
  const clock = new FakeClock(1000);
  const { streamsBodies = true, checksum = true, maxBytesPerSecond } = options;
  const pool = new TransferPool({ clock, ...(maxBytesPerSecond !== undefined && { maxBytesPerSecond }) });
  const watched: string[] = [];
  const watch = {
    moved: () => void watched.push("moved"),
    sent: (unseen?: number) => void watched.push(unseen === undefined ? "sent" : `sent ${unseen}`),
    hold: (waiting: Promise<void>) => waiting,
  };
  const { signal } = new AbortController();
  let inFlight = (): number => 0;
  const send = <Stored extends { HashCrc64ecma?: string }>(
    bytes: Uint8Array,
    to: (body: any) => Promise<Stored>,
  ): RunningTask<Stored> =>
    new RunningTask(clock, {}, (control) => {
      const { meter } = control;
      // A task that is over shows nothing on its way.
      meter.close = meter.done = () => {};
      meter.begin(bytes.length, 0);
      inFlight = () => meter.current.inFlight;
      return sendCounted(control, { clock, pool, checksum, streamsBodies }, () => each([bytes]), to, signal, watch);
    });
  return { clock, pool, send, watched, inFlight: () => inFlight() };
}

it("counts each byte once, though an attempt that was given up still waits for its turn", async () => {
  const { clock, send, inFlight } = setUp({ maxBytesPerSecond: 100_000, checksum: false });
  const bytes = new Uint8Array(50_000).map((_, index) => index);
  const giveUp = async (body: () => AsyncIterable<Uint8Array>): Promise<void> => {
    const pieces = body()[Symbol.asyncIterator]();
    for (let i = 0; i < 3; i++) await pieces.next();
    // As a client does whose connection breaks: nobody is there for this one any more.
    void pieces.next();
  };
  const sent = send(bytes, async (body) => {
    await giveUp(body);
    for await (const _ of body());
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 1000));
    return { HashCrc64ecma: crc64(bytes) };
  });
  await clock.advance(10_000);
  await sent;
  expect(inFlight()).toBe(bytes.length);

  const failed = send(bytes, async (body) => {
    await giveUp(body);
    throw new Error("the connection broke");
  });
  await Promise.all([expect(failed).rejects.toThrow("broke"), clock.advance(10_000)]);
  expect(inFlight()).toBe(0);
});

describe("pieces", () => {
  it("grow on a fast line", async () => {
    const { send, watched } = setUp();
    const sizes: number[] = [];
    await send(new Uint8Array(20 * MIB), async (body) => {
      for await (const piece of body()) sizes.push(piece.length);
      return {};
    });
    expect(sizes.slice(0, 6)).toEqual([65_536, 131_072, 262_144, 524_288, MIB, 2 * MIB]);
    expect(Math.max(...sizes)).toBe(4 * MIB);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(20 * MIB);
    expect([watched.length, watched.at(-1)]).toEqual([sizes.length + 1, "sent"]);
  });

  it("shrink on a slow one, so that each is a sign of life", async () => {
    const { clock, send } = setUp();
    const sizes: number[] = [];
    const task = send(new Uint8Array(MIB / 2), async (body) => {
      for await (const piece of body()) {
        sizes.push(piece.length);
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 1000));
      }
      return {};
    });
    await clock.advance(120_000);
    await task;
    expect(sizes.slice(0, 4)).toEqual([65_536, 32_768, 16_384, 16_384]);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(MIB / 2);
  });

  it("are no larger than a limit lets through in a moment", async () => {
    const { clock, send } = setUp({ maxBytesPerSecond: 100_000 });
    const sizes: number[] = [];
    const task = send(new Uint8Array(100_000), async (body) => {
      for await (const piece of body()) sizes.push(piece.length);
      return {};
    });
    await clock.advance(2000);
    await task;
    expect(Math.max(...sizes)).toBe(5000);
  });
});

describe("a transport that does not send pieces", () => {
  it("gets all of it at once, with time for all of it", async () => {
    const { send, watched } = setUp({ streamsBodies: false });
    const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => i);
    await send(bytes, async (body) => {
      expect(body).toEqual(bytes);
      return {};
    });
    expect(watched).toEqual(["sent 200000"]);
  });
});

describe("without the client's comparison", () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);
  const read = async (body: any) => {
    for await (const _ of body());
  };

  it("the CRC-64 is computed here", async () => {
    const { send } = setUp({ checksum: false });
    const stored = await send(bytes, async (body) => {
      await read(body);
      // A second attempt of the client begins anew.
      await read(body);
      return { HashCrc64ecma: crc64(bytes) };
    });
    expect(stored).toEqual({ HashCrc64ecma: crc64(bytes) });
    const silent: { HashCrc64ecma?: string } = await send(bytes, async (body) => {
      await read(body);
      return {};
    });
    expect(silent.HashCrc64ecma).toBe(crc64(bytes));
  });

  it("another one in the answer is an IntegrityError", async () => {
    const { send } = setUp({ checksum: false });
    const task = send(bytes, async (body) => {
      await read(body);
      return { HashCrc64ecma: "1" };
    });
    await expect(task).rejects.toBeInstanceOf(IntegrityError);
  });
});
