import type { Side } from "./sides.ts";
import { md5OfETag } from "./sides.ts";
import type { SyncEntry } from "./sync-end.ts";
import type { SyncCompare, SyncReason } from "./sync-options.ts";

/** A file or an object, and the side it is on. */
export interface Compared {
  readonly side: Side;
  readonly entry: SyncEntry;
}

/** What the listings alone say: a reason to transfer, `same`, or `undefined` where the content has to be compared. */
export function listedReason(
  compare: SyncCompare,
  source: SyncEntry,
  target: SyncEntry | undefined,
): SyncReason | undefined {
  if (!target) return "missing";
  if (source.size !== target.size) return "size";
  if (compare === "size-mtime") return isNewer(source, target) ? "newer" : "same";
  if (compare === "etag" && source.ETag !== undefined && target.ETag !== undefined) {
    if (bare(source.ETag) === bare(target.ETag)) return "same";
    if (md5OfETag(source.ETag) && md5OfETag(target.ETag)) return "etag";
    return isNewer(source, target) ? "newer" : "same";
  }
  return undefined;
}

/** The same, after a look at the contents of two of the same size. */
export async function contentReason(
  compare: "etag" | "crc64",
  source: Compared,
  target: Compared,
): Promise<SyncReason> {
  const algorithm = compare === "etag" ? "md5" : "crc64";
  // An object first: where it has no such value, no file need be read.
  const [first, second] = source.entry.ETag === undefined ? [target, source] : [source, target];
  const one = await first.side.hash(first.entry, algorithm);
  const other = one === undefined ? undefined : await second.side.hash(second.entry, algorithm);
  if (one === undefined || other === undefined) return isNewer(source.entry, target.entry) ? "newer" : "same";
  return one === other ? "same" : compare;
}

/** By whole seconds: the time of an object has no more, that of a file may have. */
function isNewer(source: SyncEntry, target: SyncEntry): boolean {
  return Math.floor(source.modifiedMs / 1000) > Math.floor(target.modifiedMs / 1000);
}

/** OSS writes ETags in upper case, COS in lower case. */
function bare(ETag: string): string {
  return ETag.replaceAll('"', "").toLowerCase();
}
