import { _compareKeys } from "./order.ts";
import type { ScanOptions } from "./store.ts";

/** What to list. @public */
export interface ListOptions {
  readonly prefix?: string;
  /** Keys that share the part up to the first delimiter after the prefix become one common prefix. Empty means none. */
  readonly delimiter?: string;
  /** Only keys and common prefixes greater than this. */
  readonly after?: string;
  /** For uploads: see {@link ScanOptions.afterId}. */
  readonly afterId?: string;
  /** At most so many keys and common prefixes together. `0` gives an empty page that is not truncated. */
  readonly limit: number;
}

/** A page of a listing. @public */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly commonPrefixes: readonly string[];
  /** Whether a further page would hold anything. */
  readonly isTruncated: boolean;
  /** The key or the common prefix that came last; where the next page goes on. */
  readonly last?: string;
  /** The item that came last, if it was not a common prefix. */
  readonly lastItem?: T;
}

/**
 * Groups a scan by a delimiter, as both services do: items and common prefixes count together, in one order, and both must
 * be greater than `after`. So a common prefix that is not greater than `after` is left out although keys below it may be
 * greater. Keys below a common prefix are skipped by one new scan, not one by one.
 * @public
 */
export function listPage<T extends { readonly key: string }>(
  scan: (options: ScanOptions) => Iterable<T>,
  options: ListOptions,
): ListPage<T> {
  const { prefix = "", delimiter = "", after, limit } = options;
  const items: T[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  let lastItem: T | undefined;
  const page = (isTruncated: boolean): ListPage<T> => ({
    items,
    commonPrefixes,
    isTruncated,
    ...(last !== undefined && { last }),
    ...(lastItem !== undefined && { lastItem }),
  });
  if (limit <= 0) return page(false);
  const start: ScanOptions = {
    prefix,
    ...(after !== undefined && { after }),
    ...(options.afterId !== undefined && { afterId: options.afterId }),
  };
  for (let from: ScanOptions | undefined = start; from;) {
    const scanned: Iterable<T> = scan(from);
    from = undefined;
    for (const item of scanned) {
      const group = groupOf(item.key, prefix, delimiter);
      const isNew = group === undefined || after === undefined || _compareKeys(group, after) > 0;
      if (isNew && items.length + commonPrefixes.length === limit) return page(true);
      if (group === undefined) {
        items.push(item);
        last = item.key;
        lastItem = item;
        continue;
      }
      if (isNew) {
        commonPrefixes.push(group);
        last = group;
        lastItem = undefined;
      }
      from = { ...start, afterPrefix: group };
      break;
    }
  }
  return page(false);
}

function groupOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "") return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}
