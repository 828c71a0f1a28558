// The subpath exports of the command packages: every source file that exports a command class has one of its own name.
// `node tools/build/commands.mjs --update` writes them into the manifests.
import { readFileSync, readdirSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publicPackages, sourceCondition } from "../workspace.mjs";

/** The files of a command package that hold a command, without extension. */
function commandFiles({ folder, short }) {
  const sources = join(folder, "src");
  if (!short.startsWith("commands-") || !existsSync(sources)) return [];
  const files = readdirSync(sources).filter(
    (file) => file.endsWith(".ts") && !/\.test(-d)?\.ts$|^index\.ts$/.test(file),
  );
  return files
    .filter((file) => /^export class \w+Command\b/m.test(readFileSync(join(sources, file), "utf8")))
    .map((file) => file.slice(0, -3))
    .sort();
}

/** The commands that the manifest does not export. */
export function commandsWithoutExport(pkg) {
  return commandFiles(pkg).filter((file) => !(`./${file}` in pkg.manifest.exports));
}

function updateExports(pkg) {
  const { manifest } = pkg;
  const built = (name) => ({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` });
  const names = [[".", "index"], ...commandFiles(pkg).map((file) => [`./${file}`, file])];
  manifest.exports = Object.fromEntries(
    names.map(([path, name]) => [path, { [sourceCondition]: `./src/${name}.ts`, ...built(name) }]),
  );
  manifest.publishConfig.exports = Object.fromEntries(names.map(([path, name]) => [path, built(name)]));
  writeFileSync(join(pkg.folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

if (process.argv[1] === import.meta.filename && process.argv.includes("--update")) {
  for (const pkg of publicPackages()) if (commandFiles(pkg).length > 0) updateExports(pkg);
}
