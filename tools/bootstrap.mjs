// Sets the repository up from nothing but Node and npm: checks the Node version, fetches the pinned pnpm into `.tools`,
// and installs the dependencies when something that decides about them has changed. Plain Node, no dependencies.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = readJson("package.json");
const tools = join(root, ".tools");
const stampFile = join(root, "node_modules", ".cosmoss-setup");

/** The pinned pnpm, run as `node pnpm.cjs …`. */
export const pnpm = join(tools, "node_modules", "pnpm", "bin", "pnpm.cjs");

/** The environment for everything that is started: finds `pnpm` and the root's programs, and keeps tools quiet. */
export function environment() {
  const path = [
    join(tools, "node_modules", ".bin"),
    join(root, "node_modules", ".bin"),
    process.env.PATH ?? process.env.Path,
  ];
  const env = { ...process.env, PATH: path.join(delimiter), TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
  delete env.Path;
  return env;
}

/** Makes the repository ready for work. Ends the process with advice when that fails. */
export function bootstrap({ install }) {
  checkNode();
  fetchPnpm();
  if (install) installDependencies();
}

function checkNode() {
  const wanted = manifest.engines.node.replace(">=", "");
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [wantedMajor, wantedMinor] = wanted.split(".").map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  fail(
    `Node ${wanted} or newer is needed; this is ${process.versions.node}.`,
    "Install a newer Node and run the command again.",
  );
}

function fetchPnpm() {
  const version = manifest.packageManager.replace("pnpm@", "");
  const installed = join(tools, "node_modules", "pnpm", "package.json");
  if (existsSync(installed) && readJson(installed).version === version) return;
  say(`fetching pnpm ${version} into .tools`);
  const args = ["install", "--prefix", tools, "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
  // Under `npm run` npm names its own script, which spares the search for `npm.cmd` on Windows.
  const npm = process.env.npm_execpath?.endsWith("npm-cli.js") ? [process.execPath, process.env.npm_execpath] : ["npm"];
  attempt(`fetch pnpm ${version}`, [...npm, ...args, `pnpm@${version}`], {
    shell: npm.length === 1 && process.platform === "win32",
  });
}

function installDependencies() {
  const stamp = fingerprint();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  say("installing dependencies (they changed, or this is the first time)");
  const args = [
    "install",
    "--frozen-lockfile",
    "--prefer-offline",
    "--reporter=append-only",
    "--config.confirm-modules-purge=false",
  ];
  attempt("install the dependencies", [process.execPath, pnpm, ...args]);
  writeFileSync(stampFile, stamp);
}

/** What decides about `node_modules`: the lockfile, the workspace, every manifest, and Node. */
function fingerprint() {
  const hash = createHash("sha256").update(process.version + process.platform + process.arch);
  const folders = ["packages", "test", "tools"].flatMap((parent) =>
    existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => join(parent, name)) : [],
  );
  const files = [
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "package.json",
    ...folders.sort().map((folder) => join(folder, "package.json")),
  ];
  for (const file of files) {
    const path = join(root, file);
    if (existsSync(path)) hash.update(`\0${file}\0`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

function attempt(what, [command, ...args], options) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    env: environment(),
    encoding: "utf8",
    maxBuffer: 64 << 20,
    ...options,
  });
  if (status === 0) return;
  const output = `${stdout ?? ""}${stderr ?? ""}${error ? error.message : ""}`;
  const tail = output.trimEnd().split("\n").slice(-15).join("\n");
  fail(`Could not ${what}:\n\n${tail}\n`, adviceFor(output));
}

function adviceFor(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|META_FETCH_FAIL|network/i.test(output))
    return "The package registry could not be reached. Check the network, the proxy variables and `npm config get registry`, then run the command again.";
  if (/OUTDATED_LOCKFILE|frozen-lockfile/.test(output))
    return "pnpm-lock.yaml does not fit the package.json files. Run `npm run pnpm -- install` and commit the lockfile.";
  if (/ENOSPC/.test(output)) return "The disk is full. Make room and run the command again.";
  if (/EACCES|EPERM/.test(output))
    return "A file or folder may not be written. Check who owns this folder and ~/.npm, then run the command again.";
  return "Run the command again; if it fails in the same way, delete `.tools` and `node_modules` first.";
}

function readJson(path) {
  return JSON.parse(readFileSync(path === "package.json" ? join(root, path) : path, "utf8"));
}

function say(text) {
  console.log(`set-up: ${text}`);
}

function fail(problem, advice) {
  console.error(`\nset-up failed. ${problem}\n${advice}`);
  process.exit(1);
}
