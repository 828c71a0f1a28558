// Every check and test, one after the other. `npm test` runs all steps, `npm test -- lint layers` only those named.
// A step counts as one test, but for the steps of vitest, which count as many as they hold.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "./bootstrap.mjs";
import { root } from "./workspace.mjs";

const turbo = ["turbo", "run", "--output-logs=new-only", "--log-prefix=none", "--continue=dependencies-successful"];
const steps = {
  format: { title: "formatter", command: ["prettier", "--check", "--log-level=warn", "."] },
  lint: { title: "oxlint, type-aware", command: ["oxlint", "--type-aware", "--deny-warnings"] },
  layers: { title: "arrows between packages", command: ["node", "tools/check/layers.mjs"] },
  knip: { title: "unused files, exports, dependencies", command: ["knip", "--no-progress", "--no-config-hints"] },
  build: { title: "build", command: [...turbo, "build"] },
  types: { title: "type check of sources, tests and tools", command: ["tsc", "-p", "tsconfig.json"] },
  unit: { title: "unit, type and bundle tests, examples of the docs", command: ["vitest", "run"], vitest: true },
  api: { title: "API reports", command: ["node", "tools/api/api.mjs"] },
  pack: { title: "tarballs", command: [...turbo, "pack:check"] },
  consumers: { title: "tarballs in a project of their own", command: ["node", "tools/check/consumers.mjs"] },
  demo: { title: "the demo, with a smaller file", command: ["node", "tools/demo/main.mjs"], env: { DEMO_MIB: "32" } },
  interop: { title: "the vendors' own clients", command: ["vitest", "run", "--root", "test/interop"], vitest: true },
};
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(steps);
const unknown = names.filter((name) => !Object.hasOwn(steps, name));
if (unknown.length > 0) {
  console.error(`no step ${unknown.join(", ")}; there are ${Object.keys(steps).join(", ")}`);
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), "cosmoss-test-"));
const results = names.map(runStep);
rmSync(scratch, { recursive: true });
report();

function runStep(name) {
  const { title, command, vitest, env } = steps[name];
  console.log(`\n=== ${name}: ${title}`);
  const json = join(scratch, `${name}.json`);
  const reporters = vitest ? ["--reporter=default", "--reporter=json", `--outputFile.json=${json}`] : [];
  const begin = performance.now();
  const status = start([...command, ...reporters], env);
  const seconds = (performance.now() - begin) / 1000;
  const counts = vitest
    ? countTests(json, status)
    : { passed: Number(status === 0), failed: Number(status !== 0), skipped: 0 };
  return { name, seconds, ...counts };
}

/** A step that hangs is stopped, so that the others still get their turn. */
function start([program, ...args], env) {
  const shell = process.platform === "win32" && program !== "node";
  const { status, error } = spawnSync(program === "node" ? process.execPath : program, args, {
    cwd: root,
    env: { ...environment(), ...env },
    stdio: "inherit",
    shell,
    timeout: 15 * 60_000,
  });
  if (error) console.error(`could not start ${program}: ${error.message}`);
  return status ?? 1;
}

/** Files that did not load, and failures outside of tests, count as one failed test each. */
function countTests(json, status) {
  if (!existsSync(json)) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(json, "utf8"),
  );
  const unloaded = testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.every((one) => one.status !== "failed"),
  );
  const known = numFailedTests + unloaded.length;
  const failed = status !== 0 && known === 0 ? 1 : known;
  return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
}

function report() {
  const total = { passed: 0, failed: 0, skipped: 0, seconds: 0 };
  console.log("\n=== summary\n");
  console.log(row(["step", "passed", "failed", "skipped", "seconds"]));
  for (const result of results) {
    for (const key in total) total[key] += result[key];
    console.log(row([result.name, result.passed, result.failed, result.skipped, result.seconds.toFixed(1)]));
  }
  console.log(row(["total", total.passed, total.failed, total.skipped, total.seconds.toFixed(1)]));
  console.log(
    `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`,
  );
  process.exitCode = total.failed > 0 ? 1 : 0;
}

function row([name, ...numbers]) {
  return name.padEnd(12) + numbers.map((one) => String(one).padStart(9)).join("");
}
