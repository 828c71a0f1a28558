import type { Kernel } from "./kernel.ts";

/** Slice-by-8 in plain JavaScript. */
export function jsKernel(): Kernel {
  // Entry 256 * k + b is the CRC of byte b followed by k zero bytes, in two halves.
  const low = new Int32Array(2048);
  const high = new Int32Array(2048);
  for (let byte = 0; byte < 256; byte++) {
    let lo = byte;
    let hi = 0;
    for (let entry = byte; entry < 2048; entry += 256) {
      for (let bit = 0; bit < 8; bit++) {
        const mask = -(lo & 1);
        lo = ((lo >>> 1) | (hi << 31)) ^ (mask & 0xd7870f42);
        hi = (hi >>> 1) ^ (mask & 0xc96c5795);
      }
      low[entry] = lo;
      high[entry] = hi;
    }
  }
  // The tables are constants of this closure: V8 then drops the bounds checks, which is half of the speed.
  return (crc, bytes) => {
    const end = bytes.length;
    // A DataView reads words at any offset and in one byte order on every machine, as fast as an Int32Array.
    const view = new DataView(bytes.buffer, bytes.byteOffset, end);
    let lo = ~Number(crc & 0xffffffffn);
    let hi = ~Number(crc >> 32n);
    let i = 0;
    for (; i < end - 7; i += 8) {
      const x = lo ^ view.getInt32(i, true);
      const y = hi ^ view.getInt32(i + 4, true);
      const a = 1792 + (x & 255);
      const b = 1536 + ((x >>> 8) & 255);
      const c = 1280 + ((x >>> 16) & 255);
      const d = 1024 + (x >>> 24);
      const e = 768 + (y & 255);
      const f = 512 + ((y >>> 8) & 255);
      const g = 256 + ((y >>> 16) & 255);
      const h = y >>> 24;
      lo = low[a]! ^ low[b]! ^ low[c]! ^ low[d]! ^ low[e]! ^ low[f]! ^ low[g]! ^ low[h]!;
      hi = high[a]! ^ high[b]! ^ high[c]! ^ high[d]! ^ high[e]! ^ high[f]! ^ high[g]! ^ high[h]!;
    }
    for (; i < end; i++) {
      const a = (lo ^ bytes[i]!) & 255;
      lo = ((lo >>> 8) | (hi << 24)) ^ low[a]!;
      hi = (hi >>> 8) ^ high[a]!;
    }
    return (BigInt(~hi >>> 0) << 32n) | BigInt(~lo >>> 0);
  };
}
