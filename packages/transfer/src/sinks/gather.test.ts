import { expect, it } from "vitest";
import { Gather } from "./gather.ts";
import type { OpenSink } from "./sink.ts";

const MIB = 1 << 20;

function recording({ vectors }: { vectors: boolean }): {
  sink: OpenSink;
  calls: [kind: string, sizes: number[], at: number][];
} {
  const calls: [string, number[], number][] = [];
  const sink: OpenSink = {
    write: async (bytes, at) => void calls.push(["write", [bytes.length], at]),
    ...(vectors && {
      writev: async (chunks, at) => void calls.push(["writev", chunks.map(({ length }) => length), at]),
    }),
    commit: async () => {},
    abandon: async () => {},
  };
  return { sink, calls };
}

it("gathers chunks until there is a MiB, and goes on behind them", async () => {
  const { sink, calls } = recording({ vectors: true });
  const gather = new Gather(sink, 100);
  const half = new Uint8Array(MIB / 2);
  expect(gather.add(half)).toBeUndefined();
  await gather.add(half);
  expect(calls).toEqual([["writev", [MIB / 2, MIB / 2], 100]]);
  expect(gather.add(new Uint8Array(3))).toBeUndefined();
  expect(gather.add(new Uint8Array(0))).toBeUndefined();
  await gather.flush();
  await gather.flush();
  expect(calls.slice(1)).toEqual([["write", [3], 100 + MIB]]);
});

it("does not let tiny chunks pile up", async () => {
  const { sink, calls } = recording({ vectors: true });
  const gather = new Gather(sink, 0);
  for (let i = 0; i < 3000; i++) await gather.add(new Uint8Array(1));
  await gather.flush();
  expect(calls.map(([, sizes, at]) => [sizes.length, at])).toEqual([
    [1024, 0],
    [1024, 1024],
    [952, 2048],
  ]);
});

it("passes each chunk on where the sink gains nothing from many", async () => {
  const { sink, calls } = recording({ vectors: false });
  const gather = new Gather(sink, 5);
  for (const size of [1, 2]) await gather.add(new Uint8Array(size));
  await gather.flush();
  expect(calls).toEqual([
    ["write", [1], 5],
    ["write", [2], 6],
  ]);
});

it("gathers on while it writes, one write at a time, and holds back who brings more than one ahead", async () => {
  const { sink, calls } = recording({ vectors: true });
  const ends: (() => void)[] = [];
  const slow: OpenSink = {
    ...sink,
    write: async (bytes, at) => {
      await sink.write(bytes, at);
      await new Promise<void>((resolve) => ends.push(resolve));
    },
  };
  const gather = new Gather(slow, 0);
  const mebibyte = new Uint8Array(MIB);
  expect(gather.add(mebibyte)).toBeUndefined();
  let isHeld = true;
  const held = gather.add(mebibyte)!.then(() => (isHeld = false));
  await new Promise((resolve) => setImmediate(resolve));
  expect([calls.length, isHeld]).toEqual([1, true]);
  ends[0]!();
  await held;
  expect(calls.length).toBe(2);

  let settled = 0;
  const all = Promise.all([gather.settled(), gather.flush()]).then(() => settled++);
  await new Promise((resolve) => setImmediate(resolve));
  expect(settled).toBe(0);
  ends[1]!();
  await all;
  expect(calls.map(([, , at]) => at)).toEqual([0, MIB]);
});

it.each(["add", "flush"] as const)("tells a failure to the next %s, and writes no more", async (next) => {
  const failure = new Error("disk full");
  let writes = 0;
  const failing = (): Promise<void> => {
    writes++;
    return Promise.reject(failure);
  };
  const gather = new Gather({ ...recording({ vectors: true }).sink, write: failing, writev: failing }, 0);
  expect(gather.add(new Uint8Array(MIB))).toBeUndefined();
  await gather.settled();
  await expect(next === "add" ? gather.add(new Uint8Array(MIB)) : gather.flush()).rejects.toBe(failure);
  await expect(gather.flush()).rejects.toBe(failure);
  expect(writes).toBe(1);
});
