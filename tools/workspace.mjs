// What the other tools know about the packages: where they are, and which entry points they have.
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** The condition under which a package's exports name its sources. */
export const sourceCondition = "@cosmoss/source";

/** Reads one package folder. */
export function readPackage(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return {
    folder,
    manifest,
    name: manifest.name,
    short: manifest.name.replace("@cosmoss/", ""),
    isPublic: !manifest.private,
  };
}

/** All packages under `packages/`, sorted by name. */
export function allPackages() {
  const parent = join(root, "packages");
  const folders = readdirSync(parent).map((name) => join(parent, name));
  return folders
    .filter((folder) => existsSync(join(folder, "package.json")))
    .sort()
    .map(readPackage);
}

export function publicPackages() {
  return allPackages().filter((one) => one.isPublic);
}

/**
 * The entry points of a package: its exports, and its programs. `variants` maps a condition (`default`, `node`, …) to the
 * source file and the built file; all variants of an entry share `types`.
 * @returns {{ subpath?: string, types?: string, variants: Record<string, { from: string, to: string }> }[]}
 */
export function entriesOf({ manifest }) {
  const exported = Object.entries(manifest.exports ?? {}).map(([subpath, target]) => {
    const source = target[sourceCondition];
    const sources = typeof source === "string" ? { default: source } : source;
    const variants = Object.entries(sources).map(([condition, from]) => [condition, { from, to: target[condition] }]);
    return { subpath, types: target.types, variants: Object.fromEntries(variants) };
  });
  const programs = [manifest.bin ?? {}]
    .flatMap((bin) => (typeof bin === "string" ? bin : Object.values(bin)))
    .map((to) => ({
      subpath: undefined,
      types: undefined,
      variants: { default: { from: to.replace(/^(\.\/)?dist\/(.*)\.js$/, "./src/$2.ts"), to } },
    }));
  return [...exported, ...programs];
}

/** The specifier under which users import an entry point. */
export function specifierOf({ name }, { subpath }) {
  return name + subpath.slice(1);
}

/** The file name of an entry point's API report. */
export function reportNameOf({ short }, { subpath }) {
  return `${subpath === "." ? short : `${short}-${subpath.slice(2).replaceAll("/", "-")}`}.api.md`;
}
