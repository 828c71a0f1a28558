import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Environment } from "./environment.ts";
import { type Location, textOf } from "./locations.ts";
import { UsageError } from "./problems.ts";

/** Where things go: to this very name, or into a directory under a name of their own. */
export interface Target {
  readonly location: Location;
  readonly isDirectory: boolean;
}

/** Whether a target is a directory: it ends with a slash, is a whole bucket, or is a directory on this machine. */
export async function readTarget(
  location: Location,
  { cwd, platform }: Pick<Environment, "cwd" | "platform">,
): Promise<Target> {
  if (location.kind === "stream") return { location, isDirectory: false };
  if (location.kind === "remote") {
    if (location.bucket === "") {
      throw new UsageError(
        `${JSON.stringify(textOf(location))} names no bucket`,
        `write ${location.provider}://bucket/key`,
      );
    }
    return { location, isDirectory: location.key === "" || location.key.endsWith("/") };
  }
  const { path } = location;
  const endsAsOne = path.endsWith("/") || (platform === "win32" && path.endsWith("\\"));
  const found = await stat(resolve(cwd, path)).catch(() => undefined);
  return { location, isDirectory: endsAsOne || (found?.isDirectory() ?? false) };
}

/** The name that a source has in a directory. */
export function nameOf(source: Location, { cwd }: Pick<Environment, "cwd">): string {
  if (source.kind === "stream")
    throw new UsageError("standard input has no name", "end the target with the name of the object");
  if (source.kind === "local") {
    const name = basename(resolve(cwd, source.path));
    if (name !== "") return name;
    throw new UsageError(`${JSON.stringify(source.path)} has no name`, "end the target with one");
  }
  const name = source.key.slice(source.key.lastIndexOf("/") + 1);
  if (name !== "") return name;
  throw new UsageError(`${textOf(source)} is a directory`, "add --recursive");
}

/** The place below a directory. */
export function within(directory: Location, name: string, { platform }: Pick<Environment, "platform">): Location {
  if (directory.kind !== "local") {
    if (directory.kind === "stream") throw new UsageError("standard output is no directory");
    const { key } = directory;
    return { ...directory, key: `${key === "" || key.endsWith("/") ? key : `${key}/`}${name}` };
  }
  // Names of objects may be anything, also what leads somewhere else.
  if (name === "." || name === ".." || name.includes("\0") || (platform === "win32" && /[\\:]/.test(name))) {
    throw new UsageError(`${JSON.stringify(name)} cannot be the name of a file here`, "name the target");
  }
  return { kind: "local", path: join(directory.path, name) };
}
