// Writes the version of @cosmoss/core into the source that shows it. `npm run bump` runs this after `changeset version`;
// an argument names another root than this repository's.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./workspace.mjs";

const core = join(process.argv[2] ?? root, "packages/core");
const { version } = JSON.parse(readFileSync(join(core, "package.json"), "utf8"));
const file = join(core, "src/version.ts");
const [before, after, ...others] = readFileSync(file, "utf8").split(/(?<=VERSION: string = ").*(?=";)/);
if (after === undefined || others.length > 0) throw new Error(`${file} should say VERSION: string = "…"; once`);
writeFileSync(file, before + version + after);
