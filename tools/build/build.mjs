// Builds the package in the working directory into `dist/`: JavaScript by esbuild, declarations by tsc.
//
// Each entry point becomes one file, so that a cold start opens few: private packages and those in the manifest's
// `cosmoss.inline` are bundled in; everything else stays an import. The variants of an entry (`node`, `default`) are
// built apart, so that they share no chunk. A subpath whose code the index holds anyway only re-exports it.
import { build } from "esbuild";
import { rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { allPackages, entriesOf, readPackage, sourceCondition } from "../workspace.mjs";
import { emitDeclarations } from "./declarations.mjs";
import { commandsWithoutExport } from "./commands.mjs";

const pkg = readPackage(process.cwd());
const { manifest } = pkg;
const entries = entriesOf(pkg);
const privateNames = allPackages().flatMap((one) => (one.isPublic ? [] : one.name));
const inlined = [
  ...privateNames.filter((name) => name in (manifest.devDependencies ?? {})),
  ...(manifest.cosmoss?.inline ?? []),
];
const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });

for (const file of commandsWithoutExport(pkg))
  fail(`${file} is a command without a subpath: run node tools/build/commands.mjs --update`);
rmSync("dist", { recursive: true, force: true });
for (const condition of new Set(entries.flatMap(({ variants }) => Object.keys(variants)))) await bundle(condition);
emitDeclarations(pkg, { entries, inlined: privateNames, dependencies });

async function bundle(condition) {
  const sources = new Map(); // output name without extension -> source
  for (const { variants } of entries) {
    const variant = variants[condition];
    if (variant) sources.set(variant.to.replace(/^\.\/dist\/|\.js$/g, ""), variant.from);
  }
  const first = await run(sources, condition, false);
  const thin = thinSubpaths(first.metafile, sources);
  const rest = new Map([...sources].filter(([name]) => !thin.has(name)));
  const { metafile } = await run(rest, condition, true);
  for (const [name, { index, exports }] of thin) {
    const lines = exports.map((one) => `  ${one},\n`).join("");
    writeFileSync(join("dist", `${name}.js`), `export {\n${lines}} from "./${index}.js";\n`);
  }
  checkImports(metafile);
}

/** esbuild has printed the errors of a failed build already. */
function run(sources, condition, write) {
  return build({
    entryPoints: Object.fromEntries(sources),
    outdir: "dist",
    write,
    metafile: true,
    bundle: true,
    splitting: true,
    chunkNames: "chunk-[hash]",
    format: "esm",
    target: "es2022",
    platform: "neutral",
    conditions: [sourceCondition, ...(condition === "default" ? [] : [condition])],
    charset: "utf8",
    logLevel: "warning",
    plugins: [{ name: "externals", setup: leaveImports }],
  }).catch(() => process.exit(1));
}

/** Bare imports stay imports, but for the packages to inline. */
function leaveImports(build) {
  build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
    if (kind === "entry-point") return undefined;
    return inlined.some((name) => path === name || path.startsWith(`${name}/`)) ? undefined : { path, external: true };
  });
}

/** The entries that hold no code of their own beside the index, because the index exports all that they export. */
function thinSubpaths(metafile, sources) {
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path, ".js"), output]));
  const index = [...sources.keys()].find((name) => name === "index" || name.startsWith("index."));
  const thin = new Map();
  if (!index) return thin;
  const offered = new Set(outputs.get(index).exports);
  for (const name of sources.keys()) {
    const { exports, inputs } = outputs.get(name);
    const ownBytes = Object.values(inputs).reduce((sum, { bytesInOutput }) => sum + bytesInOutput, 0);
    if (name !== index && ownBytes === 0 && exports.length > 0 && exports.every((one) => offered.has(one)))
      thin.set(name, { index, exports });
  }
  return thin;
}

function checkImports(metafile) {
  for (const { imports } of Object.values(metafile.outputs)) {
    for (const { path, external } of imports) {
      const name = path.split("/", path.startsWith("@") ? 2 : 1).join("/");
      if (external && !path.startsWith("node:") && !dependencies.includes(name))
        fail(`dist imports ${path}, which is not in "dependencies"`);
    }
  }
}

function fail(problem) {
  console.error(`${manifest.name}: ${problem}`);
  process.exit(1);
}
