import { ConfigError } from "@cosmoss/errors";
import type picomatch from "picomatch/posix.js";

/** Which paths take part. @public */
export interface PathFilter {
  /** Whether a path does not take part. */
  leavesOut(path: string): boolean;
  /** Whether a pattern excludes a directory, given with a `/` at the end, with everything below it. */
  leavesOutAll(directory: string): boolean;
}

/** Patterns of a {@link pathFilter}. @public */
export interface PathPatterns {
  /** Only paths that match one of these. Default: all. */
  include?: readonly string[];
  /** None that match one of these. */
  exclude?: readonly string[];
}

/**
 * Which paths, with `/`, take part where `include` and `exclude` say so, as in a {@link sync}. Rejects with a `ConfigError`
 * for a pattern that is none. @public
 */
export async function pathFilter({ include, exclude = [] }: PathPatterns): Promise<PathFilter> {
  if (!include && exclude.length === 0) return { leavesOut: () => false, leavesOutAll: () => false };
  // Loading it takes longer than the rest of the package, and few have patterns.
  const { default: glob } = await import("picomatch/posix.js");
  const included = include && anyOf(include.map((pattern) => matcher(glob, "include", pattern)));
  const excluded = anyOf(exclude.map((pattern) => matcher(glob, "exclude", pattern)));
  const excludedDirectory = anyOf(exclude.flatMap((pattern) => directoryMatchers(glob, pattern)));
  return {
    leavesOut: (path) => excluded(path) || (included !== undefined && !included(path)),
    leavesOutAll: (directory) => excludedDirectory(directory.slice(0, -1)),
  };
}

type Matcher = (path: string) => boolean;

function anyOf(matchers: readonly Matcher[]): Matcher {
  return (path) => matchers.some((matches) => matches(path));
}

function matcher(glob: typeof picomatch, option: string, pattern: string): Matcher {
  try {
    if (!/[^/]/.test(pattern)) throw new TypeError("it is empty");
    const text = globOf(pattern);
    return glob(text, { dot: true, basename: !pattern.startsWith("/") && !text.includes("/") });
  } catch (cause) {
    throw new ConfigError(`${option}: ${JSON.stringify(pattern)} is no glob pattern; write one as "*.jpg"`, { cause });
  }
}

/** What matches the directories that the pattern matches with everything below. */
function directoryMatchers(glob: typeof picomatch, pattern: string): Matcher[] {
  // What a negation matches says nothing about what is below.
  const [, text] = /^(?!!)(.+?)\/\*\*(?:\/\*)?$/.exec(globOf(pattern)) ?? [];
  return text === undefined ? [] : [glob(text, { dot: true })];
}

function globOf(pattern: string): string {
  const anchored = pattern.startsWith("/");
  // As in a shell; picomatch knows only the other way to write it.
  const glob = (anchored ? pattern.slice(1) : pattern).replace(/(?<!\\)\[!/g, "[^");
  if (!glob.endsWith("/")) return glob;
  // A folder anywhere, unless the pattern says where. Not a file of that name.
  const anywhere = !anchored && !glob.slice(0, -1).includes("/");
  return `${anywhere ? "**/" : ""}${glob}**/*`;
}
