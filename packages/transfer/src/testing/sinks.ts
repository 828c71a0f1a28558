import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** Bytes of which no two stretches are the same. */
export function content(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + ((i / 251) | 0) * seed) & 255);
}

/** Gives every test a directory of its own. */
export function useDirectory(): { path: string } {
  const directory = { path: "" };
  beforeEach(async () => {
    directory.path = await mkdtemp(join(tmpdir(), "cosmoss-transfer-"));
  });
  afterEach(() => rm(directory.path, { recursive: true }));
  return directory;
}

/** A stream that collects what is written to it. */
export interface Collector {
  readonly stream: WritableStream<Uint8Array>;
  bytes(): Uint8Array;
  /** `"closed"`, or what it was aborted with. */
  end(): unknown;
}

/** `wait`: how long each chunk takes. */
export function collector(wait: (chunk: Uint8Array) => Promise<void> | void = () => {}): Collector {
  const chunks: Uint8Array[] = [];
  let end: unknown;
  const stream = new WritableStream<Uint8Array>({
    async write(chunk) {
      await wait(chunk);
      chunks.push(chunk);
    },
    close() {
      end = "closed";
    },
    abort(reason) {
      end = reason;
    },
  });
  return { stream, bytes: () => Buffer.concat(chunks), end: () => end };
}
