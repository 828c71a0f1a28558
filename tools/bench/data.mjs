// What the server and all clients agree on. Every object is a prefix of one block, repeated, so that the server can
// compare each byte that arrives, and knows the digest of whatever length without computing it anew.
import { createHash } from "node:crypto";
import { combineCrc64, crc64 } from "@cosmoss/checksum";

export const MIB = 1 << 20;
export const PART = 8 * MIB;
export const PARALLEL = 4;
export const SMALL = 1024;
export const LISTED = 1000;

export const bucket = "bench";
export const cosBucket = "bench-1250000000";
export const region = "cn-hangzhou";
export const cosRegion = "ap-guangzhou";
export const accessKeyId = "LTAI5tBenchBenchBenchBen";
export const accessKeySecret = "BenchBenchBenchBenchBenchBench";

export const smallKey = "small";
/** A large object says in its key how long it is. */
export const largeKey = (mib) => `large-${mib}`;

let made;

/** 8 MiB without a pattern that a file system or a network could make use of. */
export const block = () => (made ??= bytes(PART));

/** The bytes of a small object. */
export const small = () => bytes(SMALL);

function bytes(length) {
  const words = new Uint32Array(length / 4);
  for (let i = 0, x = 2463534242; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return Buffer.from(words.buffer);
}

const digests = new Map();

/** ETag, MD5 and CRC-64 of an object of `length` bytes. */
export function digestOf(length) {
  let digest = digests.get(length);
  if (!digest) {
    const rest = block().subarray(0, length % PART);
    const md5 = createHash("md5");
    let crc = "0";
    for (let at = PART; at <= length; at += PART) {
      md5.update(block());
      crc = combineCrc64(crc, digests.get("block") ?? remember("block", crc64(block())), PART);
    }
    const hash = md5.update(rest).digest();
    digest = {
      etag: `"${hash.toString("hex").toUpperCase()}"`,
      md5: hash.toString("base64"),
      crc: combineCrc64(crc, crc64(rest), rest.length),
    };
    digests.set(length, digest);
  }
  return digest;
}

function remember(key, value) {
  digests.set(key, value);
  return value;
}

/** Throws unless `actual` is what it has to be: a benchmark of wrong results is none. */
export function expectEqual(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: expected ${expected}, got ${actual}`);
}
