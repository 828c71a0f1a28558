import { pathFilter, type PathPatterns } from "@cosmoss/transfer";

/** Whether a key, below the directory that a command works on, is to be dealt with. */
export type KeyFilter = (relativeKey: string) => boolean;

/** What `--include` and `--exclude` let through, as a sync understands them. Rejects with a `ConfigError` for no pattern. */
export async function keyFilter({ include, exclude }: PathPatterns): Promise<KeyFilter> {
  const filter = await pathFilter({ ...(include && { include }), ...(exclude && { exclude }) });
  return (key) => !filter.leavesOut(key);
}
