// Tables as text, and the page for the documentation.
import { writeFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { createRequire } from "node:module";
import { format, resolveConfig } from "prettier";
import { isMet } from "./budgets.mjs";
import { here, summary } from "./harness.mjs";

const require = createRequire(import.meta.url);
const { devDependencies } = require("./package.json");

/** A figure with three digits that mean something. */
export function figure(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, ",");
}

function cell(values) {
  if (!values) return "–";
  const { median, min, max } = summary(values);
  return values.length === 1 ? figure(median) : `${figure(median)} (${figure(min)}–${figure(max)})`;
}

/** The tables of a section as `{ caption, rows }`, the first row being the head. */
export function tablesOf({ section, samples, options, label }) {
  return section.tables(options).map(({ caption, columns }) => ({
    caption,
    rows: [
      ["client", ...columns.map(([name]) => name)],
      ...section.clients
        .filter((client) => columns.some(([, metric]) => samples[client][metric]))
        .map((client) => [label(client), ...columns.map(([, metric]) => cell(samples[client][metric]))]),
    ],
  }));
}

export function budgetTable(budgets) {
  return [
    ["what", "beside", "reached", "best round", "budget", ""],
    ...budgets.map((one) => [
      one.what,
      one.base ?? "",
      figure(one.actual),
      figure(one.best),
      one.atLeast === undefined ? `≤ ${figure(one.limit)}` : `≥ ${figure(one.atLeast)}`,
      isMet(one) ? "ok" : "missed",
    ]),
  ];
}

/** A table for a terminal. */
export function asText(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) => row.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join("  "))
    .join("\n");
}

function asMarkdown([head, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "--:"))), ...rows.map(line)].join("\n");
}

/** Writes `docs/benchmarks.md`. */
export async function writePage(results, budgets) {
  const versions = Object.entries(devDependencies)
    .filter(([name, version]) => /^\d/.test(version) && name !== "prettier")
    .map(([name, version]) => `${name} ${version}`);
  const met = budgets.filter(isMet).length;
  const text = `# Benchmarks

Written by \`npm run bench\`; it measures everything anew. Every cell is **median (lowest–highest)** of the rounds.

- Machine: ${availableParallelism()} cores, ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}
- Node ${process.versions.node}; ${versions.join(", ")}
- ${new Date().toISOString().slice(0, 10)}

## How it is measured

One minimal server on node:http, in a process of its own on loopback, answers everyone. It checks no signature, but every
byte that arrives, and answers with right ETags and checksums; what comes back is checked by the one who measures, so
that no row is of a wrong result. Each client gets a fresh process per round, and the clients take turns within a round.

CPU is user and system time of the client's process alone, all threads; compare it first, for it is the steadiest.
Requests/s and MiB/s share the machine with the server. **Differences below about 15 % mean nothing** on a machine that
does something else besides, and plain HTTP without distance says nothing about networks: it shows what a client costs.

Cosmoss signs each request, checks every payload against the service's CRC-64 and gives decoded results. Of the others,
none checks a CRC-64; @aws-sdk/client-s3 hashes what it sends with SHA-256 and CRC-32. The floors, node:http, undici and
fetch with kept-alive connections, neither sign nor decode; they take a listing as text. \`node:http + CRC-64\` hashes what
it transfers with the same WebAssembly and writes files by the MiB, as Cosmoss does here. cos-nodejs-sdk-v5 is allowed
128 files at a time, since its default of 3 would be measured instead.

## Budgets

${met} of ${budgets.length} met. "Reached" compares medians; "best round" the best figures of all rounds, which other work on
the machine disturbs least. Lines without "beside" are plain figures, the others ratios or differences.

${asMarkdown(budgetTable(budgets))}

${results.map(sectionPage).join("\n\n")}
`;
  const path = here("../../docs/benchmarks.md");
  await writeFile(path, await format(text, { ...(await resolveConfig(path)), parser: "markdown" }));
  return path;
}

function sectionPage(result) {
  const tables = tablesOf(result).map(({ caption, rows }) => `### ${capital(caption)}\n\n${asMarkdown(rows)}`);
  const rounds = result.options.repeats > 1 ? `${result.options.repeats} rounds.\n\n` : "";
  return `## ${result.section.title}\n\n${rounds}${tables.join("\n\n")}`;
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);
