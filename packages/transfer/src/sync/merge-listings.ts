import { DecodeError } from "@cosmoss/errors";
import { compareKeys } from "../listing/key-order.ts";
import type { SyncEntry, SyncGap } from "./sync-end.ts";

/** What both sides have at one path. */
export interface PathPair {
  path: string;
  source?: SyncEntry | SyncGap;
  target?: SyncEntry | SyncGap;
  /** The path that comes next in the source, from this one on. */
  upcoming: string | undefined;
}

/** A listing that is read one entry at a time. */
export interface Listing {
  readonly name: string;
  next(): Promise<IteratorResult<SyncEntry | SyncGap, unknown>>;
  /** Releases what it holds. */
  close(): Promise<void>;
}

/** Walks through two listings side by side, in the order of the paths, holding one entry of each. */
export async function* mergeListings(source: Listing, target: Listing): AsyncGenerator<PathPair, void, undefined> {
  const left = new Head(source);
  const right = new Head(target);
  await Promise.all([left.advance(), right.advance()]);
  for (;;) {
    // What has no place in the order is passed on at once, so that it holds up nothing.
    const nameless = [left, right].find(({ item }) => item && isGap(item) && item.nameless);
    if (nameless) {
      const item = nameless.item!;
      const side = nameless === left ? { source: item } : { target: item };
      yield { path: item.path, ...side, upcoming: undefined };
      await nameless.advance();
      continue;
    }
    const { item: one } = left;
    const { item: other } = right;
    if (!one && !other) return;
    const order = !one ? 1 : !other ? -1 : compareKeys(one.path, other.path);
    yield {
      path: (order <= 0 ? one! : other!).path,
      ...(order <= 0 && { source: one! }),
      ...(order >= 0 && { target: other! }),
      upcoming: one?.path,
    };
    await Promise.all([order <= 0 && left.advance(), order >= 0 && right.advance()]);
  }
}

export function isGap(item: SyncEntry | SyncGap): item is SyncGap {
  return "reason" in item;
}

class Head {
  readonly #listing: Listing;
  #path: string | undefined;
  item: SyncEntry | SyncGap | undefined;

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  /** Takes the next one. A listing out of order would have files deleted that are there on the other side. */
  async advance(): Promise<void> {
    const { value, done } = await this.#listing.next();
    this.item = done ? undefined : (value as SyncEntry | SyncGap);
    if (!this.item || (isGap(this.item) && this.item.nameless)) return;
    const { path } = this.item;
    if (this.#path !== undefined && compareKeys(this.#path, path) >= 0) {
      const [before, after] = [JSON.stringify(this.#path), JSON.stringify(path)];
      throw new DecodeError(
        `The listing of ${this.#listing.name} has ${after} after ${before}, which is not the order of their UTF-8 bytes; it cannot be compared with another`,
      );
    }
    this.#path = path;
  }
}
