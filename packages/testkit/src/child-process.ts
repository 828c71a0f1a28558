import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** How a child process ended. @public */
export interface ChildEnd {
  /** What it wrote to its standard output. */
  readonly output: string;
  /** What it wrote to its standard error. */
  readonly complaint: string;
  /** Its exit code; `null` when a signal ended it. */
  readonly code: number | null;
  /** The signal that ended it, such as `SIGKILL`; `null` when it ended by itself. */
  readonly signal: string | null;
}

/** A program that a test runs in processes of its own. @public */
export interface ChildProgram {
  /** A scratch folder, absolute, which the tests may use as well. */
  readonly folder: string;
  /**
   * Runs the program until it ends. With `untilKill`: kills it, which it cannot prevent, as soon as that resolves, unless
   * it has ended before. `untilKill` is given a function that tells whether it has.
   */
  run(args: readonly string[], untilKill?: (hasEnded: () => boolean) => Promise<unknown>): Promise<ChildEnd>;
  /** Removes the folder and all that is in it. */
  remove(): Promise<void>;
}

/** Bundles the program whose source is at `entry`, since not every Node runs TypeScript. @public */
export async function bundleChild(entry: URL): Promise<ChildProgram> {
  const folder = await mkdtemp(join(tmpdir(), "cosmoss-child-"));
  const outfile = join(folder, "child.mjs");
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@cosmoss/source"],
    logLevel: "warning",
  });
  return {
    folder,
    async run(args, untilKill) {
      const running = spawn(process.execPath, [outfile, ...args], { stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      let complaint = "";
      running.stdout.on("data", (chunk) => (output += String(chunk)));
      running.stderr.on("data", (chunk) => (complaint += String(chunk)));
      const ended = once(running, "close");
      const hasEnded = (): boolean => running.exitCode !== null || running.signalCode !== null;
      // Not waited for: what it waits for may never come when the program ends by itself.
      void untilKill?.(hasEnded).finally(() => running.kill("SIGKILL"));
      await ended;
      return { output, complaint, code: running.exitCode, signal: running.signalCode };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
