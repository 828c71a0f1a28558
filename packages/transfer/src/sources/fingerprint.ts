import { Crc64 } from "@cosmoss/checksum";
import type { AbortSignalLike, Clock } from "@cosmoss/types";
import type { Fingerprint, OpenSource } from "./source.ts";

/** Bytes of each of the three samples. */
const SAMPLE = 65_536;
/** Other work gets its turn after so many bytes that were hashed without a pause. */
const STRETCH = 16_777_216;

type Readable = Pick<OpenSource, "size" | "read">;

/** Options of the functions below. */
interface FingerprintOptions {
  readonly signal?: AbortSignalLike | undefined;
  /** For a source whose reads let no other work in between. */
  readonly clock?: Clock | undefined;
}

/** The fingerprint of a source that has a time. */
export async function timedFingerprint(
  source: Readable,
  modifiedMs: number,
  how: "sample" | "full",
  options?: FingerprintOptions,
): Promise<Fingerprint> {
  const { size } = source;
  const sample = await digest(source, samples(size), options);
  const fingerprint: Fingerprint = { size, modifiedMs, sample };
  return how === "full" ? { ...fingerprint, full: await digest(source, [0], options) } : fingerprint;
}

/**
 * The fingerprints of a source without a time. A change between the samples would not be seen, and old parts would be joined
 * with new ones; so it is read in full once, also where samples would do, and then as often as that is asked for.
 */
export function contentFingerprints(source: Readable, clock?: Clock): OpenSource["fingerprint"] {
  const { size } = source;
  let full: string | undefined;
  return async (how, signal) => {
    const options = { signal, clock };
    const sample = await digest(source, samples(size), options);
    if (full === undefined || how === "full") full = await digest(source, [0], options);
    return { size, sample, full };
  };
}

/** Where the samples begin; only one, at the beginning, is everything. */
function samples(size: number): number[] {
  return size <= 3 * SAMPLE ? [0] : [0, Math.floor((size - SAMPLE) / 2), size - SAMPLE];
}

async function digest(
  { size, read }: Readable,
  starts: readonly number[],
  { signal, clock }: FingerprintOptions = {},
): Promise<string> {
  const crc = new Crc64();
  let paused = 0;
  for (const start of starts) {
    for await (const piece of read(start, starts.length > 1 ? start + SAMPLE : size)) {
      if (signal?.aborted) throw signal.reason;
      crc.update(piece);
      if (clock && crc.length - paused >= STRETCH) {
        paused = crc.length;
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 0));
      }
    }
  }
  return crc.digest();
}
