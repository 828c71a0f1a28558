import { crc64 } from "@cosmoss/checksum";
import { expect, it } from "vitest";
import { planParts } from "../parts/part-plan.ts";
import { ProgressMeter } from "../task/progress.ts";
import { provedParts } from "./proved-parts.ts";
import type { OpenSink } from "../sinks/sink.ts";
import { TaskControl } from "../task/task-control.ts";
import { CountingClock } from "../testing/clouds.ts";
import { content } from "../testing/sinks.ts";

const bytes = content(25);
const planned = [...planParts(bytes.length, 10)];
const claimed = planned.map(({ PartNumber, start, end }) => ({
  PartNumber,
  HashCrc64ecma: crc64(bytes.subarray(start, end)),
}));

function setUp(read?: NonNullable<OpenSink["read"]>) {
  const clock = new CountingClock();
  const control = new TaskControl(clock, new ProgressMeter(clock));
  const sink: OpenSink = {
    ...(read && { read }),
    write: async () => {},
    commit: async () => {},
    abandon: async () => {},
  };
  return { control, sink };
}

/** What a sink has, in pieces. */
const holding = (held: Uint8Array): NonNullable<OpenSink["read"]> =>
  async function* (start, end) {
    for (let at = start; at < Math.min(end, held.length); at += 4) yield held.subarray(at, Math.min(at + 4, end));
  };

it("takes what is there for there", async () => {
  const { control, sink } = setUp(holding(bytes));
  expect(await provedParts(control, sink, planned, claimed)).toEqual(claimed);
  expect(await provedParts(control, sink, planned, claimed.slice(1, 2))).toEqual(claimed.slice(1, 2));
});

it("takes nothing on trust from a sink that cannot be read", async () => {
  const { control, sink } = setUp();
  expect(await provedParts(control, sink, planned, claimed)).toEqual([]);
});

it("does not take what is shorter, or nothing at all, for the part", async () => {
  const { control, sink } = setUp(holding(bytes.subarray(0, 24)));
  expect(await provedParts(control, sink, planned, claimed)).toEqual(claimed.slice(0, 2));
  const none = setUp(holding(new Uint8Array(0)));
  const zeros = claimed.map(({ PartNumber }) => ({ PartNumber, HashCrc64ecma: "0" }));
  expect(await provedParts(none.control, none.sink, planned, zeros)).toEqual([]);
});

it("passes over parts without a CRC-64, and such as cannot be read", async () => {
  const { control, sink } = setUp((start, end) => {
    if (start === 10) throw new Error("bad sector");
    return holding(bytes)(start, end);
  });
  const odd = [{ PartNumber: 1 }, ...claimed.slice(1)];
  expect(await provedParts(control, sink, planned, odd)).toEqual(claimed.slice(2));
});

it("ends when the task is cancelled", async () => {
  let reads = 0;
  const { control, sink } = setUp(async function* (start, end) {
    for (let at = start; at < end; at++) {
      if (++reads === 3) control.cancel("enough", undefined);
      yield bytes.subarray(at, at + 1);
    }
  });
  await expect(provedParts(control, sink, planned, claimed)).rejects.toBe("enough");
  expect(reads).toBe(3);
});
