import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as node from "./index.node.ts";
import * as web from "./index.ts";
import { type Kernel, SLICE } from "./kernel.ts";
import { jsKernel } from "./kernel-js.ts";
import { wasmKernel } from "./kernel-wasm.ts";
import { kernelHex } from "./kernel-wasm.hex.ts";

const POLYNOMIAL = 0xc96c5795d7870f42n;
const ONES = 0xffffffffffffffffn;

/** Bit by bit, as the definition says. `lengths` ascend; one result for each prefix of that length. */
function referencePrefixes(bytes: Uint8Array, lengths: readonly number[]): bigint[] {
  const results: bigint[] = [];
  let crc = ONES;
  let done = 0;
  for (const length of lengths) {
    for (; done < length; done++) {
      crc ^= BigInt(bytes[done]!);
      for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
    }
    results.push(crc ^ ONES);
  }
  return results;
}

const reference = (bytes: Uint8Array): bigint => referencePrefixes(bytes, [bytes.length])[0]!;

const ascii = (text: string) => new TextEncoder().encode(text);
const unsigned = (crc: bigint) => BigInt.asUintN(64, crc);

/** Bytes without a short period, the same in every run. */
function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 0x9e3779b9;
  for (let i = 0; i < length; i++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + i;
    bytes[i] = state >>> 11;
  }
  return bytes;
}

const VARIANTS = [
  ["node", node],
  ["default", web],
] as const;

const VECTORS: readonly (readonly [text: string, crc: string])[] = [
  ["", "0"],
  ["123456789", "11051210869376104954"],
  ["hello!", "12376253532637556581"],
];

describe("the reference", () => {
  it.each(VECTORS)("gives the published value of %j", (text, crc) => {
    expect(String(reference(ascii(text)))).toBe(crc);
  });
});

describe.each<[string, () => Kernel]>([
  ["WebAssembly", wasmKernel],
  ["JavaScript", jsKernel],
])("the %s kernel", (_, makeKernel) => {
  const kernel = makeKernel();

  it.each(VECTORS)("gives the published value of %j", (text, crc) => {
    expect(String(unsigned(kernel(0n, ascii(text))))).toBe(crc);
  });

  it("equals the reference on random bytes at any offset of their buffer", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(40), fc.nat(40), (bytes, before, after) => {
        const surrounding = new Uint8Array(before + bytes.length + after).fill(0xa5);
        surrounding.set(bytes, before);
        expect(unsigned(kernel(0n, surrounding.subarray(before, before + bytes.length)))).toBe(reference(bytes));
      }),
    );
  });

  it("goes on from the state of any split", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(400), { maxLength: 8 }), (bytes, cuts) => {
        const ends = [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        let crc = 0n;
        let start = 0;
        for (const end of ends) {
          crc = kernel(crc, bytes.subarray(start, end));
          start = end;
        }
        expect(unsigned(crc)).toBe(reference(bytes));
      }),
    );
  });

  it("equals the reference at every short length, and up to a whole slice", () => {
    const lengths = [...Array(200).keys(), 65_535, 65_536, 65_537, SLICE - 17, SLICE - 8, SLICE - 1, SLICE];
    const bytes = noise(SLICE);
    const expected = referencePrefixes(bytes, lengths);
    lengths.forEach((length, i) => {
      expect(unsigned(kernel(0n, bytes.subarray(0, length))), `length ${length}`).toBe(expected[i]);
    });
  });

  it("reads every entry of every table", () => {
    // In 16 bytes, one differs from zero: the result depends on one table alone.
    for (let at = 0; at < 16; at++) {
      for (let value = 0; value < 256; value++) {
        const bytes = new Uint8Array(16);
        bytes[at] = value;
        expect(unsigned(kernel(0n, bytes)), `byte ${at} = ${value}`).toBe(reference(bytes));
      }
    }
  });

  it("tells one flipped bit", () => {
    const bytes = noise(1000);
    const before = kernel(0n, bytes);
    bytes[777]! ^= 1;
    expect(kernel(0n, bytes)).not.toBe(before);
  });
});

it("both kernels agree on megabytes in odd pieces", () => {
  const kernels = [wasmKernel(), jsKernel()];
  const bytes = noise(3_000_001);
  const expected = node.crc64(bytes);
  expect(web.crc64(bytes)).toBe(expected);
  for (const kernel of kernels) {
    let crc = 0n;
    for (let i = 0, size = 1; i < bytes.length; i += size, size = (size * 3 + 1) % 130_003) {
      crc = kernel(crc, bytes.subarray(i, i + size));
    }
    expect(String(unsigned(crc))).toBe(expected);
  }
});

describe.each(VARIANTS)("Crc64 of the %s variant", (_, { Crc64, crc64 }) => {
  it.each(VECTORS)("gives the published value of %j", (text, crc) => {
    const checksum = new Crc64();
    checksum.update(ascii(text));
    expect(checksum.digest()).toBe(crc);
    expect(crc64(ascii(text))).toBe(crc);
  });

  it("prints as an unsigned number whatever the highest bit", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(crc64(bytes)).toBe(String(reference(bytes)));
      }),
    );
  });

  it("equals the reference around the edges of its slices", () => {
    const near = (edge: number) => [-17, -16, -8, -1, 0, 1, 7, 8, 16, 17].map((distance) => edge + distance);
    const lengths = [...near(SLICE), ...near(2 * SLICE), ...near(3 * SLICE)];
    const bytes = noise(lengths.at(-1)!);
    const expected = referencePrefixes(bytes, lengths).map(String);
    expect(lengths.map((length) => crc64(bytes.subarray(0, length)))).toEqual(expected);
  });

  it("digests at any time, and goes on", () => {
    const checksum = new Crc64();
    expect(checksum.digest()).toBe("0");
    checksum.update(ascii("12345"));
    expect(checksum.digest()).toBe(crc64(ascii("12345")));
    expect(checksum.digest()).toBe(crc64(ascii("12345")));
    checksum.update(new Uint8Array(0));
    checksum.update(ascii("6789"));
    expect(checksum.digest()).toBe("11051210869376104954");
  });

  it("counts its bytes", () => {
    const checksum = new Crc64();
    expect(checksum.length).toBe(0);
    checksum.update(ascii("12345"));
    checksum.update(new Uint8Array(0));
    checksum.update(new Uint8Array(200_000));
    expect(checksum.length).toBe(200_005);
    expect(new Crc64().length).toBe(0);
  });

  it("keeps interleaved streams apart", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(4), fc.uint8Array({ maxLength: 60 })), { maxLength: 40 }), (writes) => {
        const streams = Array.from({ length: 5 }, () => ({ checksum: new Crc64(), bytes: [] as number[] }));
        for (const [to, bytes] of writes) {
          streams[to]!.checksum.update(bytes);
          streams[to]!.bytes.push(...bytes);
        }
        for (const { checksum, bytes } of streams) {
          expect(checksum.digest()).toBe(String(reference(Uint8Array.from(bytes))));
          expect(checksum.length).toBe(bytes.length);
        }
      }),
    );
  });

  it("has read the bytes when update returns, so that a buffer can be filled anew", () => {
    const checksum = new Crc64();
    const buffer = ascii("12345");
    checksum.update(buffer);
    buffer.set(ascii("6789"));
    checksum.update(buffer.subarray(0, 4));
    expect(checksum.digest()).toBe("11051210869376104954");
  });

  it("leaves the input as it was", () => {
    const bytes = noise(5000);
    crc64(bytes);
    expect(bytes).toEqual(noise(5000));
  });
});

describe("set-up of the node variant", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  /** A module of its own, with nothing set up yet. */
  async function freshModule() {
    vi.resetModules();
    return import("./index.node.ts");
  }

  it("does nothing at import, and compiles once at the first use", async () => {
    const compiled = vi.fn<() => void>();
    const allocated = vi.fn<() => void>();
    const real = { WebAssembly, Int32Array };
    vi.stubGlobal("WebAssembly", {
      Instance: WebAssembly.Instance,
      Module: class {
        constructor(bytes: Uint8Array<ArrayBuffer>) {
          compiled();
          return new real.WebAssembly.Module(bytes);
        }
      },
    });
    vi.stubGlobal(
      "Int32Array",
      class extends real.Int32Array {
        constructor(length: number) {
          super(length);
          allocated();
        }
      },
    );
    const fresh = await freshModule();
    const first = new fresh.Crc64();
    const second = new fresh.Crc64();
    expect(first.digest()).toBe("0");
    expect(compiled).not.toHaveBeenCalled();
    expect(allocated).not.toHaveBeenCalled();
    first.update(ascii("123456789"));
    second.update(ascii("hello!"));
    expect(compiled).toHaveBeenCalledTimes(1);
    expect(allocated).not.toHaveBeenCalled();
    expect([first.digest(), second.digest()]).toEqual(["11051210869376104954", "12376253532637556581"]);
  });

  it("does not fail at import where compiling throws", async () => {
    const compile = vi.fn<() => never>(function () {
      throw new Error("compiled at import");
    });
    vi.stubGlobal("WebAssembly", { Module: compile, Instance: compile });
    const fresh = await freshModule();
    expect(new fresh.Crc64().digest()).toBe("0");
    expect(compile).not.toHaveBeenCalled();
  });

  const refuse = vi.fn<() => never>(function () {
    throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder");
  });
  it.each([
    ["is absent", undefined, 0],
    ["refuses to compile", { Module: refuse, Instance: WebAssembly.Instance }, 1],
    ["refuses to instantiate", { Module: WebAssembly.Module, Instance: refuse }, 1],
  ])("gives equal results where WebAssembly %s", async (_, stub, refusals) => {
    const bytes = noise(300_000);
    const expected = node.crc64(bytes);
    refuse.mockClear();
    vi.stubGlobal("WebAssembly", stub && { CompileError: WebAssembly.CompileError, ...stub });
    const allocated = vi.spyOn(globalThis, "Int32Array");
    const fresh = await freshModule();
    const checksum = new fresh.Crc64();
    checksum.update(bytes.subarray(0, 1001));
    checksum.update(bytes.subarray(1001));
    expect(checksum.digest()).toBe(expected);
    expect(fresh.crc64(ascii("123456789"))).toBe("11051210869376104954");
    // It was refused once, and it was the other kernel that allocated its two tables.
    expect(refuse).toHaveBeenCalledTimes(refusals);
    expect(allocated).toHaveBeenCalledTimes(2);
  });
});

describe("set-up of the default variant", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it("makes its tables at the first use, and never asks for WebAssembly", async () => {
    const asked = vi.fn<() => void>();
    vi.stubGlobal("WebAssembly", new Proxy({}, { get: asked }));
    const allocated = vi.spyOn(globalThis, "Int32Array");
    vi.resetModules();
    const fresh = await import("./index.ts");
    const checksum = new fresh.Crc64();
    expect(allocated).not.toHaveBeenCalled();
    checksum.update(ascii("123456789"));
    expect([checksum.digest(), fresh.crc64(ascii("hello!"))]).toEqual(["11051210869376104954", "12376253532637556581"]);
    expect(allocated).toHaveBeenCalledTimes(2);
    expect(asked).not.toHaveBeenCalled();
  });
});

describe("the committed WebAssembly module", () => {
  const bytes = Uint8Array.from(Buffer.from(kernelHex, "hex"));

  it("is what build/kernel-wasm.mjs assembles", () => {
    const script = fileURLToPath(new URL("../build/kernel-wasm.mjs", import.meta.url));
    const written = execFileSync(process.execPath, [script, "--print"], { encoding: "utf8" });
    expect(readFileSync(new URL("kernel-wasm.hex.ts", import.meta.url), "utf8")).toBe(written);
  });

  it("is small enough to be compiled synchronously on a browser's main thread, imports nothing, and asks for 192 KiB", () => {
    expect(bytes.length).toBeLessThan(4096);
    const module = new WebAssembly.Module(bytes);
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    const { m } = new WebAssembly.Instance(module).exports as { m: WebAssembly.Memory };
    expect(m.buffer.byteLength).toBe(192 * 1024);
  });
});

describe.each(VARIANTS)("a checksum of the %s variant that goes on from an earlier one", (_, { Crc64, crc64 }) => {
  it("is that of the whole", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (before, after) => {
        const whole = new Crc64(crc64(before));
        whole.update(after);
        expect(whole.digest()).toBe(crc64(Uint8Array.from([...before, ...after])));
      }),
    );
  });
});
