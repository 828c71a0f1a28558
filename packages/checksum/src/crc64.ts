import type { Checksum } from "@cosmoss/types";
import type { Kernel } from "./kernel.ts";
import { jsKernel } from "./kernel-js.ts";

/** One for all streams: it keeps nothing between calls. Made at the first use, so that an import costs nothing. */
let kernel: Kernel | undefined;

/**
 * A running CRC-64/ECMA-182 (reflected, also known as CRC-64/XZ), as OSS writes it in `x-oss-hash-crc64ecma` and COS in
 * `x-cos-hash-crc64ecma`.
 *
 * Instances are independent of each other. The first use in a process also sets up the tables, in about a millisecond.
 * @public
 */
export class Crc64 implements Checksum {
  /** How many bytes were seen so far. */
  readonly length: number = 0;
  #crc: bigint;

  /** `initial`: the value of the bytes that came before these, when there were any; default `"0"`, none. */
  constructor(initial = "0") {
    this.#crc = BigInt(initial);
  }

  /** Takes the next bytes of the stream. They are read at once, so the buffer may be reused afterwards. */
  update(bytes: Uint8Array): void {
    kernel ??= jsKernel();
    this.#crc = kernel(this.#crc, bytes);
    (this as { length: number }).length += bytes.length;
  }

  /** The value of the bytes so far: an unsigned decimal number, `"0"` for none. The stream may go on afterwards. */
  digest(): string {
    return `${this.#crc}`;
  }
}

/** CRC-64/ECMA-182 of `bytes`, as an unsigned decimal number. @public */
export function crc64(bytes: Uint8Array): string {
  const crc = new Crc64();
  crc.update(bytes);
  return crc.digest();
}
