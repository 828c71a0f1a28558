// Writes the declarations of a package's entry points, and of what they reach, into `dist/`.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { root } from "../workspace.mjs";

const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const relativeSpecifier = /(\bfrom\s*|\bimport\s*\(?\s*)"(\.[^"]+)\.ts"/g;
const bareSpecifier = /(?:\bfrom\s*|\bimport\s*\(?\s*)"([^".][^"]*)"/g;

/**
 * Dependencies are read from their sources, so nothing else has to be built first; their declarations come out too and
 * are left behind. Ends the process when the sources do not compile, or when a declaration names a package that users
 * would not have.
 */
export function emitDeclarations({ folder, name }, { entries, inlined, dependencies }) {
  const temporary = join(folder, "temp", "declarations");
  mkdirSync(temporary, { recursive: true });
  const ambient = readdirSync(join(folder, "src")).flatMap((file) =>
    file.endsWith(".d.ts") ? join(folder, "src", file) : [],
  );
  const files = entries
    .flatMap(({ variants }) => Object.values(variants).map(({ from }) => join(folder, from)))
    .concat(ambient);
  const compilerOptions = {
    noEmit: false,
    emitDeclarationOnly: true,
    rootDir: join(root, "packages"),
    outDir: temporary,
  };
  const config = join(folder, "temp", "tsconfig.declarations.json");
  writeFileSync(config, JSON.stringify({ extends: join(root, "tsconfig.base.json"), compilerOptions, files }));
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", config], { cwd: root, encoding: "utf8" });
  if (status !== 0) fail(name, `the sources do not compile\n${stdout}`);

  const emitted = join(temporary, folder.slice(join(root, "packages").length), "src");
  const todo = entries.flatMap(({ types }) => (types ? types.replace(/^\.\/dist\//, "") : []));
  const done = new Set();
  for (let file = todo.pop(); file; file = todo.pop()) {
    if (done.has(file)) continue;
    done.add(file);
    const text = readFileSync(join(emitted, file), "utf8");
    for (const [, , path] of text.matchAll(relativeSpecifier))
      todo.push(posix.join(posix.dirname(file), `${path}.d.ts`));
    for (const [, specifier] of text.matchAll(bareSpecifier)) {
      const dependency = specifier.split("/", 2).join("/");
      if (inlined.includes(dependency)) fail(name, `${file} names the private package ${dependency}`);
      if (!dependencies.includes(dependency)) fail(name, `${file} names ${specifier}, which is not in "dependencies"`);
    }
    const target = join(folder, "dist", file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text.replace(relativeSpecifier, '$1"$2.js"'));
  }
  rmSync(temporary, { recursive: true });
  rmSync(config);
}

function fail(name, problem) {
  console.error(`${name}: ${problem}`);
  process.exit(1);
}
