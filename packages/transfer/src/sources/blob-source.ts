import { ConfigError } from "@cosmoss/errors";
import type { BlobLike } from "@cosmoss/types";
import { contentFingerprints, timedFingerprint } from "./fingerprint.ts";
import type { OpenSource, TransferSource } from "./source.ts";

/** Bytes read at once. */
const PIECE = 1_048_576;

/**
 * A `Blob` or `File` as a source. The name says which file it is, not in which state: that a file of the same name was
 * changed has to be noticed, or its earlier upload would be left behind.
 */
export function blobSource(blob: BlobLike): TransferSource {
  const { name, webkitRelativePath } = blob as Partial<File>;
  const file = webkitRelativePath || name;
  const label = file === undefined ? "blob" : `file:${file}`;
  return { name: label, open: () => Promise.resolve(openBlob(blob, label)) };
}

function openBlob(blob: BlobLike, label: string): OpenSource {
  const { size, type } = blob;
  const { lastModified } = blob as Partial<File>;
  async function* read(start: number, end: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = start; at < end; at += PIECE) yield await readSlice(blob, label, at, Math.min(PIECE, end - at));
  }
  const source = { size, read };
  return {
    ...source,
    ...(type && { type }),
    fingerprint:
      lastModified === undefined
        ? contentFingerprints(source)
        : (how, signal) => timedFingerprint(source, lastModified, how, { signal }),
    close: () => Promise.resolve(),
  };
}

async function readSlice(blob: BlobLike, label: string, at: number, wanted: number): Promise<Uint8Array> {
  let found: ArrayBuffer;
  try {
    found = await blob.slice(at, at + wanted).arrayBuffer();
  } catch (cause) {
    throw new ConfigError(
      `${label} cannot be read at byte ${at}: ${(cause as Error).message}; it may have been changed or removed, choose it again`,
      { cause },
    );
  }
  if (found.byteLength === wanted) return new Uint8Array(found);
  throw new ConfigError(
    `${label} gave ${found.byteLength} bytes of ${wanted} from byte ${at} on; it may have been changed, choose it again`,
  );
}
