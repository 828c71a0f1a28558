import { homedir } from "node:os";
import { systemClock } from "@cosmoss/core";
import type { Environment } from "./environment.ts";

/** The world as a process sees it. */
export function systemEnvironment(process: NodeJS.Process): Environment {
  const { stdout, stderr } = process;
  // Who writes is told by the callback of the write; without a listener the process would end.
  for (const output of [stdout, stderr]) output.on("error", () => {});
  return {
    argv: process.argv.slice(2),
    // oxlint-disable-next-line no-restricted-properties -- the one place that reads it
    env: process.env,
    // Looking at it opens it.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    home: homedir(),
    cwd: process.cwd(),
    platform: process.platform,
    clock: systemClock,
    // oxlint-disable-next-line no-restricted-properties -- the one place that reads it
    random: () => Math.random(),
    onInterrupt(listener) {
      process.on("SIGINT", listener).on("SIGTERM", listener);
      return () => void process.off("SIGINT", listener).off("SIGTERM", listener);
    },
    exit: (code) => process.exit(code),
  };
}
