// Packs the package in the working directory as it would be published, and checks the tarball.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { allPackages, readPackage, root, sourceCondition } from "../workspace.mjs";
import { pack } from "./pack.mjs";

const pkg = readPackage(process.cwd());
const privateNames = allPackages().flatMap((one) => (one.isPublic ? [] : one.name));
const scratch = mkdtempSync(join(tmpdir(), "cosmoss-pack-"));
const problems = [];
try {
  const tarball = pack(pkg.folder, scratch);
  execFileSync("tar", ["-xzf", tarball, "-C", scratch]);
  checkContents(join(scratch, "package"));
  runTool("publint", ["run", tarball, "--strict"]);
  // attw looks at what can be imported: of a package that only has programs, nothing.
  if (pkg.manifest.exports) runTool("attw", [tarball, "--profile", "esm-only", "--format", "ascii"]);
  const files = listFiles(join(scratch, "package"));
  const unpacked = files.reduce((sum, file) => sum + statSync(file).size, 0);
  console.log(`${pkg.name}: ${files.length} files, ${kib(unpacked)} unpacked, ${kib(statSync(tarball).size)} packed`);
} finally {
  rmSync(scratch, { recursive: true });
}
for (const problem of problems) console.error(`${pkg.name}: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

function checkContents(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = new Map(
    listFiles(folder).map((file) => [relative(folder, file).replaceAll("\\", "/"), readFileSync(file, "utf8")]),
  );
  for (const name of ["README.md", "LICENSE", "package.json"])
    if (!files.has(name)) problems.push(`${name} is missing`);
  for (const [name, text] of files) {
    if (!/^(README\.md|LICENSE|CHANGELOG\.md|package\.json|dist\/.+\.(js|d\.ts))$/.test(name))
      problems.push(`${name} does not belong into the tarball`);
    if (text.includes(root)) problems.push(`${name} holds a path of this machine`);
    if (name === "README.md" || name === "CHANGELOG.md") continue;
    const published = name === "package.json" ? JSON.stringify({ ...manifest, devDependencies: {} }) : text;
    for (const one of privateNames) {
      if (published.includes(`"${one}`)) problems.push(`${name} names the private package ${one}`);
    }
    if (text.includes(sourceCondition)) problems.push(`${name} names the condition ${sourceCondition}`);
    if (text.includes("workspace:")) problems.push(`${name} holds an unresolved workspace: version`);
  }
  const expected = JSON.stringify(withoutSources(pkg.manifest.exports));
  if (JSON.stringify(manifest.exports ?? {}) !== expected)
    problems.push(`publishConfig.exports is not exports without its sources: ${expected}`);
}

function withoutSources(exports = {}) {
  return JSON.parse(JSON.stringify(exports), (key, value) => (key === sourceCondition ? undefined : value));
}

function runTool(program, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool(program), ...args], {
    cwd: pkg.folder,
    encoding: "utf8",
  });
  if (status !== 0) problems.push(`${program} ${args.slice(1).join(" ")}:\n${stdout}${stderr}`);
}

/** The script behind a program of the root's dependencies. */
function tool(program) {
  const folder = join(root, "node_modules", { publint: "publint", attw: "@arethetypeswrong/cli" }[program]);
  return join(folder, JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).bin[program]);
}

function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath ?? entry.path, entry.name)] : [],
  );
}

function kib(bytes) {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
