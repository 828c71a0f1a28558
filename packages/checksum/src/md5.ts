/**
 * MD5 for the `Content-MD5` header, where node:crypto is missing (WebCrypto has no MD5).
 * @packageDocumentation
 */

/**
 * MD5 of `data` in base64, as the header `Content-MD5` wants it. Strings are hashed as UTF-8.
 *
 * MD5 finds transmission errors; it proves nothing about who wrote the data.
 * @public
 */
export function md5Base64(data: Uint8Array | string): string {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  // The padding of RFC 1321: one bit, zeros, and the length in bits in the last eight bytes of a block.
  const padded = new Uint8Array(((bytes.length + 72) >>> 6) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, bytes.length << 3, true);
  view.setUint32(padded.length - 4, bytes.length / 0x20000000, true);

  const sines = Int32Array.from({ length: 64 }, (_, i) => Math.abs(Math.sin(i + 1)) * 0x100000000);
  const digest = new DataView(new ArrayBuffer(16));
  let [a, b, c, d] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let block = 0; block < padded.length; block += 64) {
    const before = [a, b, c, d] as const;
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const mixed =
        round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
      const word = round === 0 ? i : round === 1 ? 5 * i + 1 : round === 2 ? 3 * i + 5 : 7 * i;
      const sum = (a + mixed + sines[i]! + view.getInt32(block + ((word & 15) << 2), true)) | 0;
      const turn = SHIFTS.charCodeAt(round * 4 + (i & 3)) - 96;
      [a, d, c, b] = [d, c, b, (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0];
    }
    a = (a + before[0]) | 0;
    b = (b + before[1]) | 0;
    c = (c + before[2]) | 0;
    d = (d + before[3]) | 0;
  }
  [a, b, c, d].forEach((word, i) => digest.setInt32(4 * i, word, true));
  return btoa(String.fromCharCode(...new Uint8Array(digest.buffer)));
}

/** How far each round turns its words, 7 12 17 22, 5 9 14 20, 4 11 16 23, 6 10 15 21, as letters from "a" = 1. */
const SHIFTS = "glqveintdkpwfjou";
