import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

const script = fileURLToPath(new URL("write-version.mjs", import.meta.url));
const source = readFileSync(new URL("../packages/core/src/version.ts", import.meta.url), "utf8");
const root = mkdtempSync(join(tmpdir(), "cosmoss-version-"));
afterAll(() => rmSync(root, { recursive: true }));

/** What a source becomes when core has got the version. */
function written(version: string, text: string): string {
  const file = join(root, "packages/core/src/version.ts");
  mkdirSync(join(root, "packages/core/src"), { recursive: true });
  writeFileSync(join(root, "packages/core/package.json"), JSON.stringify({ version }));
  writeFileSync(file, text);
  execFileSync(process.execPath, [script, root], { stdio: "pipe" });
  return readFileSync(file, "utf8");
}

it("writes the version of a release and nothing else, again and again", () => {
  const first = written("1.2.3", source);
  expect(first).toContain('export const VERSION: string = "1.2.3";');
  expect(written("2.0.0-beta.10", first)).toBe(first.replace("1.2.3", "2.0.0-beta.10"));
  const now = /"(.*)"/.exec(source)![1]!;
  expect(written(now, first)).toBe(source);
});

it("fails rather than leave an old version where the source has another shape", () => {
  expect(() => written("1.2.3", 'export const version = "0.0.0";\n')).toThrow(/VERSION: string/);
});
