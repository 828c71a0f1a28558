import type { Clock } from "@cosmoss/types";
import { contentFingerprints } from "./fingerprint.ts";
import type { OpenSource, TransferSource } from "./source.ts";

/** Bytes given out at once. */
const PIECE = 1_048_576;

/** Bytes in memory as a source: known by their content alone. */
export function bytesSource(bytes: Uint8Array, clock: Clock): TransferSource {
  const { length: size } = bytes;
  async function* read(start: number, end: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = start; at < end; at += PIECE) yield bytes.subarray(at, Math.min(at + PIECE, end));
  }
  const source = { size, read };
  const open: OpenSource = {
    ...source,
    fingerprint: contentFingerprints(source, clock),
    close: () => Promise.resolve(),
  };
  return { name: "bytes", open: () => Promise.resolve(open) };
}
