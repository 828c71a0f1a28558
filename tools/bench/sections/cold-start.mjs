// (d) From nothing to the answer of the first put: a program per client, in `cold/`.
import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { clients as known } from "../clients.mjs";
import { digestOf } from "../data.mjs";
import { here } from "../harness.mjs";

const run = promisify(execFile);

export const title = "Cold start";
const programs = {
  oss: "cosmoss-oss",
  cos: "cosmoss-cos",
  "ali-oss-v4": "ali-oss",
  "cos-nodejs": "cos-nodejs",
  "aws-s3": "aws-s3",
  s3mini: "s3mini",
  "http-crypto": "floor-http-crypto",
  empty: "empty",
};
const floors = { "http-crypto": "node:http + node:crypto", empty: "an empty program" };
export const clients = Object.keys(programs);
export const label = (name) => floors[name] ?? known[name].label;
export const settings = (quick) => ({ repeats: quick ? 5 : 15 });

/** Each program is a process of its own already, so this needs none. */
export const inProcess = true;

export async function measure(name, { port, folder, round }) {
  const program = here(`cold/${programs[name]}.mjs`);
  const start = performance.now();
  const { stdout } = await run(process.execPath, [program, port]);
  const wall = performance.now() - start;
  const { ms, cpu, rss, etag } = JSON.parse(stdout);
  if (name !== "empty" && etag !== digestOf(1).etag) throw new Error(`the put was answered with ${etag}`);
  const figures = { "answered ms": ms, "wall ms": wall, "CPU ms": cpu, RSS: rss };
  return round === 0 ? { ...figures, ...(await filesOf(program, port, folder)) } : figures;
}

async function filesOf(program, port, folder) {
  const list = join(folder, "files");
  const env = { ...process.env, COUNT_FILES: list };
  await run(process.execPath, ["--import", here("cold/count-files.mjs"), program, port], { env });
  const files = new Set(readFileSync(list, "utf8").trim().split("\n"));
  rmSync(list);
  for (const own of [program, here("cold/report.mjs")]) files.delete(String(pathToFileURL(own)));
  const bytes = [...files].reduce((sum, url) => sum + readFileSync(new URL(url)).length, 0);
  return { files: files.size, KiB: bytes / 1024 };
}

export const tables = () => [
  {
    caption: "a process that imports the client and puts one byte",
    columns: [
      ["answered after ms", "answered ms"],
      ["whole process ms", "wall ms"],
      ["CPU ms", "CPU ms"],
      ["peak RSS MiB", "RSS"],
      ["files read", "files"],
      ["code KiB", "KiB"],
    ],
  },
];

export const budgets = (ratio, difference, value) => [
  {
    what: "cold start: answered later than node:http + crypto by, ms",
    ...difference("oss", "http-crypto", "answered ms"),
    limit: 10,
  },
  { what: "cold start: files read", ...value("oss", "files"), limit: 8 },
];
