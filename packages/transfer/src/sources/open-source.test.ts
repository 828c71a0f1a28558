import { Readable } from "node:stream";
import { crc64 } from "@cosmoss/checksum";
import { ConfigError } from "@cosmoss/errors";
import type { Clock } from "@cosmoss/types";
import { describe, expect, it } from "vitest";
import { ByteStream } from "./byte-stream.ts";
import { openUploadSource } from "./open-source.ts";
import type { OpenSource, TransferSource } from "./source.ts";

const MIB = 1 << 20;
const clock: Clock = {
  now: () => 0,
  setTimeout: (callback) => queueMicrotask(callback),
  clearTimeout: () => {},
};

function bytesOf(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0, x = seed; i < length; i++) bytes[i] = x = ((x * 29 + 17) & 255) ^ (i >> 8);
  return bytes;
}

function source(given: any): TransferSource {
  const opened = openUploadSource(given, clock);
  expect(opened).not.toBeInstanceOf(ByteStream);
  return opened as TransferSource;
}

async function readAll(open: OpenSource, start = 0, end = open.size): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of open.read(start, end)) {
    expect(piece.length).toBeLessThanOrEqual(MIB);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

describe("telling sources apart", () => {
  it("takes bytes of all kinds, at their place in memory, and text as UTF-8", async () => {
    const memory = bytesOf(40);
    const given = [
      [memory, memory],
      [memory.buffer, memory],
      [new DataView(memory.buffer, 8, 16), memory.subarray(8, 24)],
      [new Uint16Array(memory.buffer, 2, 4), memory.subarray(2, 10)],
      [Buffer.from(memory).subarray(5, 9), memory.subarray(5, 9)],
      ["grün 😀", Buffer.from("grün 😀")],
      ["", Buffer.alloc(0)],
    ] as const;
    for (const [one, expected] of given) {
      const open = await source(one).open();
      expect(open.size).toBe(expected.length);
      expect((await readAll(open)).equals(expected)).toBe(true);
    }
  });

  it("gives a TransferSource as it is, also one with members of other kinds", () => {
    const own = { name: "mine", open: () => Promise.reject(new Error()), size: 1, slice() {}, arrayBuffer() {} };
    expect(openUploadSource(own as any, clock)).toBe(own);
  });

  it("takes streams of the web and of Node, and iterables", () => {
    const streams = [new Blob(["x"]).stream(), Readable.from(["x"]), (async function* () {})()];
    for (const stream of streams) expect(openUploadSource(stream as any, clock)).toBeInstanceOf(ByteStream);
    expect(streams.map((stream: any) => stream.locked)).toEqual([true, undefined, undefined]);
  });

  it.each([undefined, null, 5, true, {}, [new Uint8Array(1)], new URL("file:///x"), () => "x", new Response("x")])(
    "says what it takes instead of %s",
    (given: any) => {
      expect(() => openUploadSource(given, clock)).toThrow(/give text, bytes, a Blob or File, .* or fromFile\(path\)/);
      expect(() => openUploadSource(given, clock)).toThrow(ConfigError);
    },
  );
});

describe("a Blob", () => {
  it("is read a MiB at a time, never as a whole", async () => {
    const bytes = bytesOf(2 * MIB + 5);
    const slices: number[] = [];
    const blob = {
      size: bytes.length,
      type: "image/png",
      slice(start: number, end: number) {
        slices.push(end - start);
        return new Blob([bytes.slice(start, end)]);
      },
      arrayBuffer: () => Promise.reject(new Error("as a whole")),
    };
    const open = await source(blob).open();
    expect(open.type).toBe("image/png");
    expect((await readAll(open)).equals(bytes)).toBe(true);
    expect(slices).toEqual([MIB, MIB, 5]);
    expect((await readAll(open, 7, MIB + 9)).equals(bytes.subarray(7, MIB + 9))).toBe(true);
    await open.close();
  });

  it("without a type has none", async () => {
    expect("type" in (await source(new Blob(["x"])).open())).toBe(false);
  });

  it("that has become shorter or unreadable is an error that names it", async () => {
    const shorter = Object.assign(new Blob(["12345"]), { name: "a.txt", lastModified: 1 });
    Object.defineProperty(shorter, "size", { value: 9 });
    const reading = readAll(await source(shorter).open());
    await expect(reading).rejects.toThrow(ConfigError);
    await expect(reading).rejects.toThrow("file:a.txt gave 5 bytes of 9 from byte 0 on; it may have been changed");

    const cause = new DOMException("gone", "NotReadableError");
    const blob = { size: 3, type: "", slice: () => ({ arrayBuffer: () => Promise.reject(cause) }), arrayBuffer() {} };
    await expect(readAll(await source(blob).open())).rejects.toMatchObject({ name: "ConfigError", cause });
  });
});

describe("names", () => {
  it("say which file it is, whatever state it is in", () => {
    const older = new File(["a"], "a.txt", { lastModified: 1 });
    const newer = new File(["bb"], "a.txt", { lastModified: 2 });
    expect(source(older).name).toBe("file:a.txt");
    expect(source(newer).name).toBe(source(older).name);
    expect(source(new File(["a"], "b.txt")).name).not.toBe(source(older).name);
    const inFolder = Object.assign(new File(["a"], "a.txt"), { webkitRelativePath: "trip/a.txt" });
    expect(source(inFolder).name).toBe("file:trip/a.txt");
  });

  it("of bytes and plain Blobs are always the same: their content tells them apart", () => {
    expect(source(bytesOf(3)).name).toBe(source("abc").name);
    expect(source(new Blob(["a"])).name).toBe(source(new Blob(["b"])).name);
  });
});

describe("fingerprints", () => {
  const take = async (given: any, how: "sample" | "full" = "sample") => (await source(given).open()).fingerprint(how);

  it("of a File hold its time and samples, and everything when asked", async () => {
    const bytes = bytesOf(3 * MIB);
    const file = new File([bytes], "a", { lastModified: 1_700_000_000_000 });
    const sampled = [0, (3 * MIB - 65_536) / 2, 3 * MIB - 65_536].map((at) => bytes.subarray(at, at + 65_536));
    const sample = crc64(Buffer.concat(sampled));
    expect(await take(file)).toEqual({ size: 3 * MIB, modifiedMs: 1_700_000_000_000, sample });
    expect(await take(file, "full")).toEqual({
      size: 3 * MIB,
      modifiedMs: 1_700_000_000_000,
      sample,
      full: crc64(bytes),
    });
  });

  it.each([0, 1, 65_536, 3 * 65_536])("of %i bytes sample all of them", async (size) => {
    const bytes = bytesOf(size);
    expect((await take(bytes)).sample).toBe(crc64(bytes));
  });

  it.each(["bytes", "Blob"])("of %s notice a change of any byte, which samples alone would not", async (kind) => {
    const make = (bytes: Uint8Array<ArrayBuffer>) => (kind === "Blob" ? new Blob([bytes]) : bytes);
    const bytes = bytesOf(MIB);
    const before = await take(make(bytes));
    const same = await take(make(bytes.slice()));
    const changed = bytes.slice();
    changed[100_000]! ^= 1;
    const after = await take(make(changed));
    expect(same).toEqual(before);
    expect(after.full).not.toBe(before.full);
    expect(after.sample).toBe(before.sample);
  });

  it("of bytes read all of them once, and again when asked", async () => {
    const bytes = bytesOf(MIB);
    const open = await source(bytes).open();
    const first = await open.fingerprint("sample");
    bytes[100_000]! ^= 1;
    expect(await open.fingerprint("sample")).toEqual(first);
    expect((await open.fingerprint("full")).full).toBe(crc64(bytes));
    bytes[0]! ^= 1;
    expect((await open.fingerprint("sample")).sample).not.toBe(first.sample);
  });

  it("of many bytes let other work have its turn", async () => {
    let pauses = 0;
    const counting: Clock = { ...clock, setTimeout: (callback) => (pauses++, queueMicrotask(callback)) };
    const opened = openUploadSource(new Uint8Array(40 * MIB), counting) as TransferSource;
    await (await opened.open()).fingerprint("full");
    expect(pauses).toBe(2);
  });

  it("end with the signal", async () => {
    const open = await source(bytesOf(MIB)).open();
    const reason = new Error("enough");
    await expect(open.fingerprint("full", AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
