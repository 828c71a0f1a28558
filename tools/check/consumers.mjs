// Packs all public packages, installs them with npm in a project outside the repository, and uses them as users do:
// compiles the programs of `test/consumers` and an import of every entry point, with DOM types only and with Node
// types only, and runs them with plain Node, by `import` and by `require()`.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pack } from "../build/pack.mjs";
import { entriesOf, publicPackages, root, specifierOf } from "../workspace.mjs";

// The oldest TypeScript that the README promises, beside that of this repository.
const oldestTypeScript = "5.4.5";
const nodeOnly = /^@cosmoss\/(transport-node|emulator|credentials\/env|checkpoint\/fs|transfer\/fs)\b/;
const typesOnly = ["@cosmoss/types", "@cosmoss/checkpoint"];
const specifiers = publicPackages().flatMap((pkg) =>
  entriesOf(pkg).flatMap((entry) => (entry.subpath ? [specifierOf(pkg, entry)] : [])),
);
const project = mkdtempSync(join(realpathSync(tmpdir()), "cosmoss-consumer-"));
let failures = 0;
try {
  install();
  const everywhere = specifiers.filter((one) => !nodeOnly.test(one));
  const dom = { lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"], types: [] };
  writeImports("web", everywhere);
  check("web, DOM types, bundler", () => compile("web", { ...dom, module: "esnext", moduleResolution: "bundler" }));
  check("web, DOM types, nodenext", () => compile("web", { ...dom, module: "nodenext", moduleResolution: "nodenext" }));
  check(`web, DOM types, bundler, TypeScript ${oldestTypeScript}`, () =>
    compile(
      "web",
      { ...dom, module: "esnext", moduleResolution: "bundler" },
      join(project, "node_modules", "typescript"),
    ),
  );
  writeImports("node", specifiers);
  check("node, Node types, nodenext", () =>
    compile("node", { lib: ["es2023"], types: ["node"], module: "nodenext", moduleResolution: "nodenext" }),
  );
  for (const file of readdirSync(join(project, "run")).sort())
    check(`run ${file}`, () => run([join(project, "run", file)]));
  const load = { import: "await import(name)", "require()": "require(name)" };
  for (const [how, expression] of Object.entries(load))
    check(`run ${how} of ${specifiers.length} entry points`, () => loadAll(expression));
} finally {
  rmSync(project, { recursive: true });
}
process.exitCode = failures > 0 ? 1 : 0;

function install() {
  mkdirSync(join(project, "tarballs"));
  const tarballs = publicPackages().map(({ name, folder }) => [
    name,
    `file:${pack(folder, join(project, "tarballs"))}`,
  ]);
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({
      private: true,
      type: "module",
      dependencies: { ...Object.fromEntries(tarballs), typescript: oldestTypeScript },
    }),
  );
  const npm = spawnSync(
    "npm",
    ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: project,
      encoding: "utf8",
      shell: process.platform === "win32",
    },
  );
  if (npm.status !== 0) throw new Error(`npm install of the tarballs failed\n${npm.stdout}${npm.stderr}`);
  cpSync(join(root, "test", "consumers"), project, { recursive: true });
  // Node's types lie beside the programs that want them, where the others cannot find them.
  mkdirSync(join(project, "node", "node_modules", "@types"), { recursive: true });
  symlinkSync(
    realpathSync(join(root, "node_modules", "@types", "node")),
    join(project, "node", "node_modules", "@types", "node"),
    "junction",
  );
}

function writeImports(folder, names) {
  const lines = names.map((name, index) => `export * as entry${index} from "${name}";\n`);
  writeFileSync(join(project, folder, "every-entry.ts"), lines.join(""));
}

function compile(folder, options, typescript = join(root, "node_modules", "typescript")) {
  const strict = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
  };
  const compilerOptions = { target: "es2022", noEmit: true, ...strict, ...options };
  writeFileSync(join(project, folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  return run([join(typescript, "bin", "tsc"), "-p", join(project, folder)]);
}

/** Every entry point loads, exports something unless it is of types only, and has no copy of what another entry of its package exports. */
function loadAll(expression) {
  const file = join(project, expression.startsWith("await") ? "load.mjs" : "load.cjs");
  const body = `const known = new Map();
  for (const name of ${JSON.stringify(specifiers)}) {
    const exported = Object.entries(${expression});
    const empty = ${JSON.stringify(typesOnly)}.includes(name);
    if ((exported.length === 0) !== empty) throw new Error(name + " exports " + exported.length + " values");
    for (const [key, value] of exported) {
      const id = name.split("/", 2).join("/") + "#" + key;
      if (known.has(id) && known.get(id) !== value) throw new Error(id + " exists twice");
      known.set(id, value);
    }
  }`;
  writeFileSync(file, body);
  return run([file]);
}

function run(args) {
  return spawnSync(process.execPath, args, { cwd: project, encoding: "utf8" });
}

function check(what, action) {
  const { status, stdout, stderr } = action();
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${what}`);
  if (status === 0) return;
  failures++;
  console.error(`${stdout}${stderr}`.trimEnd().split("\n").slice(0, 40).join("\n"));
}
