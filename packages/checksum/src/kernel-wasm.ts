import type { Kernel } from "./kernel.ts";
import { kernelHex } from "./kernel-wasm.hex.ts";

/**
 * Slice-by-16 in WebAssembly, with 192 KiB of memory in which no stream's state outlives a call.
 * Throws where the runtime has no WebAssembly or refuses to compile.
 */
export function wasmKernel(): Kernel {
  const code = Uint8Array.from(kernelHex.match(/../g)!, (byte) => parseInt(byte, 16));
  // Synchronous on purpose: browsers allow it on the main thread for modules under 4 KiB.
  const { m, u } = new WebAssembly.Instance(new WebAssembly.Module(code)).exports as {
    m: WebAssembly.Memory;
    u: (crc: bigint, length: number) => bigint;
  };
  const data = new Uint8Array(m.buffer, 32768);
  return (crc, bytes) => {
    data.set(bytes);
    return BigInt.asUintN(64, u(crc, bytes.length));
  };
}
