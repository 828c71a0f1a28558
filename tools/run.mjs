// `node tools/run.mjs <task> [arguments]`: sets the repository up, then runs the task. `npm run <task>` calls this.
import { spawnSync } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { bootstrap, environment, pnpm } from "./bootstrap.mjs";

const node = (script) => ["node", script];
const build = ["turbo", "run", "build", "--output-logs=errors-only", "--log-prefix=none"];

/** `first` runs silently unless it fails; `command` gets the arguments of the command line. */
const tasks = {
  demo: { first: build, command: node("tools/demo/main.mjs") },
  test: { command: node("tools/test.mjs") },
  bench: { first: build, command: node("tools/bench/main.mjs") },
  build: { command: build },
  api: { first: build, command: [...node("tools/api/api.mjs"), "--update"] },
  format: { command: ["prettier", "--write", "--log-level=warn", "."] },
  pnpm: { command: node(pnpm) },
};

const [task, ...args] = process.argv.slice(2);
if (!Object.hasOwn(tasks, task ?? "")) {
  console.error(`usage: node tools/run.mjs <${Object.keys(tasks).join("|")}> [arguments]`);
  process.exit(2);
}
// `npm run pnpm -- install` is how an outdated lockfile gets mended, so it must not need a fitting one.
bootstrap({ install: task !== "pnpm" });
const { first, command } = tasks[task];
if (first) {
  console.log("set-up: building the packages (only what changed)");
  run(first, "pipe");
}
run([...command, ...args], "inherit");

/** Runs a program from the repository's root; ends the process with its status when it fails. */
function run([program, ...args], stdio) {
  // Programs of npm packages are `.cmd` files on Windows, which only a shell can start.
  const shell = process.platform === "win32" && program !== "node";
  const { status, signal, error, stdout, stderr } = spawnSync(program === "node" ? process.execPath : program, args, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: environment(),
    stdio,
    encoding: "utf8",
    maxBuffer: 64 << 20,
    shell,
  });
  if (status === 0) return;
  if (stdio === "pipe") console.error(`${stdout ?? ""}${stderr ?? ""}`);
  if (error) console.error(`could not start ${program}: ${error.message}`);
  process.exit(status ?? 128 + (constants.signals[signal] ?? 0));
}
