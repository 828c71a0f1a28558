// Makes the tarball of a built package as `pnpm publish` would. (pnpm adds the LICENSE of the repository's root.)
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pnpm } from "../bootstrap.mjs";

/** Packs the package in `folder` into `destination` and returns the tarball's path. */
export function pack(folder, destination) {
  if (!existsSync(join(folder, "dist"))) throw new Error(`${folder} is not built: run npm run build`);
  const args = [pnpm, "pack", "--json", "--pack-destination", destination];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`pnpm pack failed in ${folder}\n${stdout}${stderr}`);
  return JSON.parse(stdout).filename;
}
