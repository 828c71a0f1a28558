// Files in and out, with the same care for everyone who is measured with them.
import { open } from "node:fs/promises";
import { block, expectEqual, MIB, PARALLEL, PART } from "./data.mjs";

/** Writes the file that everyone uploads. */
export async function makeFile(path, size) {
  await using(path, "w", async (file) => {
    for (let at = 0; at < size; at += PART) await file.write(block(), 0, PART, at);
  });
}

/** Reads parts into as many buffers as there are parts under way, and sends them. */
export async function sendParts(path, size, send) {
  const results = [];
  let next = 0;
  await using(path, "r", async (file) => {
    const lane = async () => {
      const buffer = Buffer.allocUnsafeSlow(PART);
      while (next * PART < size) {
        const part = next++;
        const length = Math.min(PART, size - part * PART);
        for (let at = 0; at < length;) {
          at += (await file.read(buffer, at, length - at, part * PART + at)).bytesRead;
        }
        results[part] = await send(part + 1, length === PART ? buffer : buffer.subarray(0, length));
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, lane));
  });
  return results;
}

/** Collects pieces and writes them by the MiB; one write is under way while the next MiB is collected. */
export class Gatherer {
  #file;
  #pieces = [];
  #held = 0;
  #writing = Promise.resolve();
  written = 0;

  constructor(file) {
    this.#file = file;
  }

  /** A promise when the caller is to wait before it gives more. */
  add(piece) {
    this.#pieces.push(piece);
    this.#held += piece.length;
    return this.#held >= MIB ? this.flush() : undefined;
  }

  flush() {
    const pieces = this.#pieces;
    const at = this.written;
    this.written += this.#held;
    this.#pieces = [];
    this.#held = 0;
    const before = this.#writing;
    this.#writing = before.then(() => this.#file.writev(pieces, at));
    return before;
  }

  async end() {
    await this.flush();
    await this.#writing;
  }
}

/** Throws unless the file holds what was to be downloaded. */
export async function checkFile(path, size) {
  await using(path, "r", async (file) => {
    expectEqual((await file.stat()).size, size, "bytes of the downloaded file");
    const buffer = Buffer.allocUnsafeSlow(PART);
    for (let at = 0; at < size; at += PART) {
      await file.read(buffer, 0, PART, at);
      if (!buffer.equals(block())) throw new Error(`the downloaded file differs within 8 MiB from byte ${at}`);
    }
  });
}

export async function using(path, flags, body) {
  const file = await open(path, flags);
  try {
    return await body(file);
  } finally {
    await file.close();
  }
}
