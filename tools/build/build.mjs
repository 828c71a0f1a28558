// Builds the package in the working directory into `dist/`: JavaScript by esbuild, declarations by tsc.
//
// A cold start should open few files and load nothing that it does not use:
// - Each entry point becomes one file. Private packages and those in the manifest's `cosmoss.inline` are bundled in, on
//   Node also those in `cosmoss.inlineOnNode`, where files cost more than bytes; everything else stays an import. What two entry points share is in both: modules hold no state (a house rule), and
//   `tools/check/consumers.mjs` fails when a class or function is exported twice.
// - A subpath whose code the index holds anyway (a command) only re-exports it. Subpaths that import less than the index
//   (commands without XML) lie together in a part of their own, from which the index imports them too. Those that the
//   manifest's `cosmoss.apart` lists each hold their own code, and the index imports it.
import { build } from "esbuild";
import { rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { allPackages, entriesOf, readPackage, sourceCondition } from "../workspace.mjs";
import { emitDeclarations } from "./declarations.mjs";
import { commandsWithoutExport } from "./commands.mjs";

const pkg = readPackage(process.cwd());
const { manifest } = pkg;
const entries = entriesOf(pkg);
const privateNames = allPackages().flatMap((one) => (one.isPublic ? [] : one.name));
const inlinedFor = (condition) => [
  ...privateNames,
  ...(manifest.cosmoss?.inline ?? []),
  ...((condition === "node" && manifest.cosmoss?.inlineOnNode) || []),
];
const apart = new Set(
  entries
    .filter(({ subpath }) => manifest.cosmoss?.apart?.includes(subpath))
    .flatMap(({ variants }) => Object.values(variants).map(({ to }) => outputName(to))),
);
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
    if (variant) sources.set(outputName(variant.to), variant.from);
  }
  const { metafile } = await run(sources, condition, { write: false, splitting: true });
  const index = [...sources.keys()].find((name) => name === "index" || name.startsWith("index."));
  const thin = index ? thinSubpaths(metafile, [...sources.keys()], index) : new Map();
  const parts = new Map(); // source -> the part that holds it
  for (const [name, { home }] of thin) {
    if (home !== index) parts.set(resolve(sources.get(name)), home);
    if (home === name) thin.delete(name);
  }
  const rest = new Map([...sources].filter(([name]) => !thin.has(name)));
  for (const part of new Set(parts.values())) if (!rest.has(part)) rest.set(part, `part:${part}`);
  const result = await run(rest, condition, {
    write: true,
    splitting: false,
    plugins: [{ name: "parts", setup: (build) => separate(build, parts) }],
  });
  for (const [name, { home, exports }] of thin) {
    const lines = exports.map((one) => `  ${one},\n`).join("");
    writeFileSync(join("dist", `${name}.js`), `export {\n${lines}} from "./${home}.js";\n`);
  }
  checkImports(result.metafile);
}

function outputName(file) {
  return file.replace(/^\.\/dist\/|\.js$/g, "");
}

/** esbuild has printed the errors of a failed build already. */
function run(sources, condition, { write, splitting, plugins = [] }) {
  return build({
    entryPoints: Object.fromEntries(sources),
    outdir: "dist",
    write,
    metafile: true,
    bundle: true,
    splitting,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    conditions: [sourceCondition, ...(condition === "default" ? [] : [condition])],
    charset: "utf8",
    logLevel: "warning",
    plugins: [...plugins, { name: "externals", setup: (build) => leaveImports(build, inlinedFor(condition)) }],
  }).catch(() => process.exit(1));
}

/** Bare imports stay imports, but for the packages to inline. */
function leaveImports(build, inlined) {
  build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
    if (kind === "entry-point") return undefined;
    return inlined.some((name) => path === name || path.startsWith(`${name}/`)) ? undefined : { path, external: true };
  });
}

/** The entries without code of their own beside the index, all of whose exports it has, and the file to hold the code. */
function thinSubpaths(metafile, names, index) {
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path, ".js"), output]));
  const homes = new Map([[importsOf(outputs, index), index]]);
  const offered = new Set(outputs.get(index).exports);
  const thin = new Map();
  for (const name of names) {
    const { exports, inputs } = outputs.get(name);
    const ownBytes = Object.values(inputs).reduce((sum, { bytesInOutput }) => sum + bytesInOutput, 0);
    if (name === index || ownBytes > 0 || exports.length === 0 || !exports.every((one) => offered.has(one))) continue;
    const imports = importsOf(outputs, name);
    if (!homes.has(imports)) homes.set(imports, `part-${homes.size}`);
    thin.set(name, { home: apart.has(name) ? name : homes.get(imports), exports });
  }
  return thin;
}

/** The packages that an output and its chunks import, as one text. */
function importsOf(outputs, name) {
  const found = new Set();
  const seen = new Set([name]);
  for (const one of seen) {
    for (const { path, external } of outputs.get(one).imports) {
      if (external) found.add(path);
      else seen.add(basename(path, ".js"));
    }
  }
  return [...found].sort().join(" ");
}

/** Lets `part:<name>` export its sources, and everything outside of that part import them from it. */
function separate(build, parts) {
  build.onResolve({ filter: /^part:/ }, ({ path }) => ({ path, namespace: "part" }));
  build.onLoad({ filter: /./, namespace: "part" }, ({ path }) => {
    const held = [...parts].filter(([, part]) => path === `part:${part}`);
    return {
      contents: held.map(([source]) => `export * from ${JSON.stringify(source)};\n`).join(""),
      resolveDir: process.cwd(),
    };
  });
  build.onResolve({ filter: /^\.\.?\// }, ({ path, kind, importer, namespace, resolveDir }) => {
    const part = parts.get(resolve(resolveDir, path));
    if (!part || kind === "entry-point" || namespace === "part" || parts.get(importer) === part) return undefined;
    return { path: `./${part}.js`, external: true };
  });
}

function checkImports(metafile) {
  for (const { imports } of Object.values(metafile.outputs)) {
    for (const { path, external } of imports) {
      const name = path.split("/", path.startsWith("@") ? 2 : 1).join("/");
      if (external && !/^(node:|\.\/)/.test(path) && !dependencies.includes(name))
        fail(`dist imports ${path}, which is not in "dependencies"`);
    }
  }
}

function fail(problem) {
  console.error(`${manifest.name}: ${problem}`);
  process.exit(1);
}
