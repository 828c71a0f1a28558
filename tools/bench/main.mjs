// `npm run bench -- [--quick] [--only requests,crc64]`: measures, prints, and, when it was all of it, writes
// docs/benchmarks.md. Ends with 1 when someone failed or a result was wrong; no figure ever fails it.
import { parseArgs } from "node:util";
import { isMet, readings } from "./budgets.mjs";
import { clients } from "./clients.mjs";
import { rounds, withServer } from "./harness.mjs";
import { asText, budgetTable, tablesOf, writePage } from "./report.mjs";

const names = ["requests", "transfers", "presign", "cold-start", "crc64", "bundles", "streams", "memory"];
const { values } = parseArgs({ options: { quick: { type: "boolean" }, only: { type: "string" } } });
const chosen = values.only?.split(",") ?? names;
const unknown = chosen.filter((name) => !names.includes(name));
if (unknown.length) {
  console.error(`no section ${unknown.join(", ")}; there are ${names.join(", ")}`);
  process.exit(2);
}

const results = [];
const budgets = [];
const failures = [];
await withServer(async (place) => {
  for (const name of chosen) {
    const section = await import(`./sections/${name}.mjs`);
    const options = { ...section.settings(values.quick), ...place };
    await section.prepare?.(options);
    const { samples, failures: failed } = await rounds(name, section, options, progress);
    const label = section.label ?? ((client) => clients[client].label);
    const result = { section, samples, options, label };
    results.push(result);
    failures.push(...failed);
    const { ratio, difference, value } = readings(samples, label);
    budgets.push(...(section.budgets?.(ratio, difference, value) ?? []));
    progress("");
    for (const { caption, rows } of tablesOf(result)) console.log(`\n${section.title}: ${caption}\n\n${asText(rows)}`);
  }
});

console.log(`\nBudgets: ${budgets.filter(isMet).length} of ${budgets.length} met\n\n${asText(budgetTable(budgets))}\n`);
for (const { section, client, message } of failures) console.error(`FAILED ${section}, ${client}: ${message}\n`);
if (failures.length) process.exitCode = 1;
else if (values.quick || values.only) console.log("docs/benchmarks.md is written by a whole run without --quick.");
else console.log(`wrote ${await writePage(results, budgets)}`);

/** One line that overwrites itself, where there is a terminal to see it. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
