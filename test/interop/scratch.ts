import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    scratch: string;
  }
}

/** The COS SDK writes to its folder after the tests are done: it can only be removed once their processes have ended. */
export function setup(project: TestProject): () => void {
  const scratch = mkdtempSync(join(tmpdir(), "cosmoss-interop-"));
  project.provide("scratch", scratch);
  return () => rmSync(scratch, { recursive: true, force: true });
}
