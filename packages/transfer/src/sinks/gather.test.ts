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

it("tells a failure to whoever added the chunk that was too much", async () => {
  const failure = new Error("disk full");
  const { sink } = recording({ vectors: true });
  const gather = new Gather({ ...sink, write: () => Promise.reject(failure) }, 0);
  await expect(gather.add(new Uint8Array(MIB))).rejects.toBe(failure);
});
