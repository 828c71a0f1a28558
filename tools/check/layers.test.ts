import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const script = fileURLToPath(new URL("layers.mjs", import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cosmoss-layers-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Lays out packages in which `@cosmoss/*` resolves, and checks them. */
function check(files: Record<string, string>): { status: number | null; output: string } {
  mkdirSync(join(folder, "packages"));
  mkdirSync(join(folder, "node_modules/@cosmoss"), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const name of new Set(Object.keys(files).map((path) => path.split("/")[1] as string))) {
    const manifest = { name: `@cosmoss/${name}`, exports: { ".": { "@cosmoss/source": "./src/index.ts" } } };
    writeFileSync(join(folder, "packages", name, "package.json"), JSON.stringify(manifest));
    symlinkSync(join(folder, "packages", name), join(folder, "node_modules/@cosmoss", name));
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, folder], { encoding: "utf8" });
  return { status, output: stdout + stderr };
}

const index = "export const value = 1;\n";

test("allowed arrows pass", () => {
  const { status, output } = check({
    "packages/types/src/index.ts": "export type T = 1;\n",
    "packages/errors/src/index.ts": 'import type { T } from "@cosmoss/types";\nexport const value: T = 1;\n',
    "packages/core/src/index.ts": 'export { value } from "@cosmoss/errors";\n',
    "packages/core/src/file.node.ts": 'export { readFile } from "node:fs/promises";\n',
    "packages/core/src/index.test.ts": 'import "node:fs";\nimport "@cosmoss/emulator";\n',
    "packages/emulator/src/index.ts": 'export { value } from "@cosmoss/core";\n',
  });
  expect(output).toContain(" 0 violations");
  expect(status).toBe(0);
});

test.each<[rule: string, files: Record<string, string>]>([
  [
    "arrows-of-types",
    {
      "packages/types/src/index.ts": 'export { value } from "@cosmoss/errors";\n',
      "packages/errors/src/index.ts": index,
    },
  ],
  [
    "arrows-of-retry",
    {
      "packages/retry/src/index.ts": 'import type { value } from "@cosmoss/core";\n',
      "packages/core/src/index.ts": index,
    },
  ],
  [
    "arrows-of-commands-oss",
    {
      "packages/commands-oss/src/index.ts": 'export { value } from "@cosmoss/commands-cos";\n',
      "packages/commands-cos/src/index.ts": index,
    },
  ],
  [
    "arrows-of-client-oss",
    {
      "packages/client-oss/src/index.ts": 'export { value } from "@cosmoss/commands-oss";\n',
      "packages/commands-oss/src/index.ts": index,
    },
  ],
  [
    "arrows-of-core",
    {
      "packages/core/src/index.ts": 'export { value } from "@cosmoss/emulator";\n',
      "packages/emulator/src/index.ts": index,
    },
  ],
  [
    "no-cycles",
    {
      "packages/core/src/index.ts": 'export * from "./other.ts";\n',
      "packages/core/src/other.ts": 'export * from "./index.ts";\n',
    },
  ],
  [
    "no-relative-import-out-of-a-package",
    {
      "packages/core/src/index.ts": 'export { value } from "../../errors/src/index.ts";\n',
      "packages/errors/src/index.ts": index,
    },
  ],
  [
    "resolvable",
    {
      "packages/core/src/index.ts": 'export { value } from "@cosmoss/errors/src/index.ts";\n',
      "packages/errors/src/index.ts": index,
    },
  ],
  ["node-modules-in-node-files", { "packages/core/src/index.ts": 'export { readFile } from "node:fs/promises";\n' }],
  [
    "node-files-from-node-files",
    {
      "packages/core/src/index.ts": 'export { value } from "./file.node.ts";\n',
      "packages/core/src/file.node.ts": index,
    },
  ],
  [
    "node-transport-from-node-files",
    {
      "packages/client-oss/src/index.ts": 'export { value } from "@cosmoss/transport-node";\n',
      "packages/transport-node/src/index.ts": index,
    },
  ],
  ["package-in-the-table", { "packages/unknown/src/index.ts": 'export { sep } from "node:path";\n' }],
])("%s is enforced", (rule, files) => {
  const { status, output } = check(files);
  expect(output).toContain(`${rule}: `);
  expect(status).toBe(1);
});

test("finding no TypeScript at all is a failure", () => {
  const { status, output } = check({});
  expect(output).toContain("no TypeScript was read");
  expect(status).toBe(1);
});
