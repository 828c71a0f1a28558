import { ConfigError } from "@cosmoss/errors";

/** A polynomial over GF(2) of degree below 64, in two signed halves; the highest bit of `hi` is the coefficient of x^0. */
interface Polynomial {
  hi: number;
  lo: number;
}

/**
 * The CRC-64/ECMA-182 of two pieces of data in a row, from the CRCs of the pieces; the data is not needed.
 * So parts of an upload that were checksummed apart, in any order, give the checksum of the whole object.
 *
 * @param crcA - of the first piece, as {@link Crc64.digest} and the services write it
 * @param crcB - of the second piece
 * @param lengthB - of the second piece, in bytes; 0 to `Number.MAX_SAFE_INTEGER`
 * @returns an unsigned decimal number
 * @throws ConfigError if a CRC is not an unsigned 64-bit decimal string, or the length is not a whole number in range
 * @public
 */
export function combineCrc64(crcA: string, crcB: string, lengthB: number): string {
  const a = parse(crcA, "crcA");
  const b = parse(crcB, "crcB");
  if (!Number.isSafeInteger(lengthB) || lengthB < 0) {
    throw new ConfigError(
      `combineCrc64: lengthB is ${String(lengthB)}; give the length of the second piece in bytes, a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
    );
  }
  // B's CRC already holds what B adds; A's has to be moved on by lengthB zero bytes, that is, multiplied by x^(8 lengthB).
  let moved = split(a);
  let power: Polynomial = { hi: 1 << 23, lo: 0 }; // x^8
  for (let rest = lengthB; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) moved = multiply(moved, power);
    power = multiply(power, power);
  }
  return `${BigInt.asUintN(64, ((BigInt(moved.hi) << 32n) | BigInt(moved.lo >>> 0)) ^ b)}`;
}

function parse(crc: string, name: string): bigint {
  // A number would already have lost its last digits, so only strings will do.
  const value = typeof crc === "string" && /^\d{1,20}$/.test(crc) ? BigInt(crc) : -1n;
  if (BigInt.asUintN(64, value) !== value) {
    throw new ConfigError(
      `combineCrc64: ${name} is ${typeof crc === "string" ? JSON.stringify(crc) : typeof crc}; give an unsigned 64-bit decimal number as a string, like "11051210869376104954"`,
    );
  }
  return value;
}

function split(value: bigint): Polynomial {
  return { hi: Number(BigInt.asIntN(32, value >> 32n)), lo: Number(BigInt.asIntN(32, value)) };
}

/** `a * b` modulo the CRC's polynomial. */
function multiply(a: Polynomial, b: Polynomial): Polynomial {
  let hi = 0;
  let lo = 0;
  let { hi: bHi, lo: bLo } = b;
  for (let degree = 0; degree < 64; degree++) {
    const take = -(((degree < 32 ? a.hi : a.lo) >>> (31 - (degree & 31))) & 1);
    hi ^= bHi & take;
    lo ^= bLo & take;
    const carry = -(bLo & 1);
    bLo = ((bLo >>> 1) | (bHi << 31)) ^ (carry & 0xd7870f42);
    bHi = (bHi >>> 1) ^ (carry & 0xc96c5795);
  }
  return { hi, lo };
}
