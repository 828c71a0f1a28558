// Keeps `packages/*/api/<entry>.api.md`, the reviewed list of what each entry point exports, true.
// `api.mjs` fails when a report differs from what is built; `api.mjs --update` writes the reports.
import { CompilerState, Extractor, ExtractorConfig } from "@microsoft/api-extractor";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { entriesOf, publicPackages, reportNameOf, root } from "../workspace.mjs";

const update = process.argv.includes("--update");
const scratch = mkdtempSync(join(tmpdir(), "cosmoss-api-"));
const problems = new Set();
let reports = 0;
let compilerState;
try {
  for (const pkg of publicPackages()) {
    const commandsOf = pkg.short.startsWith("commands-") ? exportsOf(pkg, "./dist/index.d.ts") : undefined;
    const kept = new Set();
    for (const entry of entriesOf(pkg).filter(({ types }) => types)) {
      if (!existsSync(join(pkg.folder, entry.types))) {
        problems.add(`${pkg.name}: ${entry.types} is missing: run npm run build`);
      } else if (commandsOf && entry.subpath !== ".") {
        const unlisted = [...exportsOf(pkg, entry.types)].filter((name) => !commandsOf.has(name));
        if (unlisted.length > 0)
          problems.add(`${pkg.name}: ${entry.subpath} exports ${unlisted.join(", ")}, the index does not`);
      } else {
        kept.add(reportNameOf(pkg, entry));
        compare(pkg, reportNameOf(pkg, entry), report(pkg, entry));
      }
    }
    for (const name of committedReports(pkg)) if (!kept.has(name)) drop(pkg, name);
  }
} finally {
  rmSync(scratch, { recursive: true });
}
for (const problem of problems) console.error(problem);
console.log(`${reports} reports, ${problems.size} problems`);
process.exitCode = problems.size > 0 ? 1 : 0;

function configOf(pkg, entry) {
  const reportFileName = reportNameOf(pkg, entry);
  const asError = { default: { logLevel: "error", addToApiReportFile: false } };
  const inReport = { logLevel: "none", addToApiReportFile: true };
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(pkg.folder, "package.json"),
    configObject: {
      projectFolder: pkg.folder,
      mainEntryPointFilePath: join(pkg.folder, entry.types),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: "es2022",
            lib: ["es2023", "dom"],
            module: "nodenext",
            moduleResolution: "nodenext",
            strict: true,
            types: [],
          },
          files: [join(pkg.folder, entry.types)],
        },
      },
      apiReport: { enabled: true, reportFileName, reportFolder: scratch, reportTempFolder: scratch },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: "lf",
      messages: {
        compilerMessageReporting: asError,
        extractorMessageReporting: { ...asError, "ae-forgotten-export": inReport, "ae-undocumented": inReport },
        tsdocMessageReporting: asError,
      },
    },
  });
}

/** Extracts one report. Messages of any kind are problems, but for those that belong into the report. */
function report(pkg, entry) {
  Extractor.invoke(configOf(pkg, entry), {
    compilerState: (compilerState ??= compileAll()),
    localBuild: true,
    messageCallback(message) {
      message.handled = true;
      const place = message.sourceFilePath
        ? ` (${relative(root, message.sourceFilePath)}:${message.sourceFileLine})`
        : "";
      if (message.logLevel === "error") problems.add(message.text + place);
    },
  });
  reports++;
  return readFileSync(join(scratch, reportNameOf(pkg, entry)), "utf8");
}

/** One compilation for all entry points: nearly all the time goes into it. */
function compileAll() {
  const all = publicPackages().flatMap((pkg) =>
    entriesOf(pkg).flatMap((entry) => (entry.types ? [{ pkg, entry }] : [])),
  );
  const built = all.filter(({ pkg, entry }) => existsSync(join(pkg.folder, entry.types)));
  const additionalEntryPoints = built.map(({ pkg, entry }) => join(pkg.folder, entry.types));
  return CompilerState.create(configOf(built[0].pkg, built[0].entry), { additionalEntryPoints });
}

function compare(pkg, name, text) {
  const file = join(pkg.folder, "api", name);
  const committed = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (committed === text) return;
  if (!update)
    return void problems.add(
      `${pkg.name}: api/${name} differs from what is built: run npm run api and look at the change\n${difference(committed, text)}`,
    );
  mkdirSync(join(pkg.folder, "api"), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote ${file.slice(root.length + 1)}`);
}

/** Lines that only one of both texts has. */
function difference(before, after) {
  const [old, now] = [before, after].map((text) => text.split("\n"));
  const lines = [
    ...old.filter((line) => !now.includes(line)).map((line) => `  - ${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `  + ${line}`),
  ];
  return lines.slice(0, 20).join("\n");
}

function committedReports({ folder }) {
  return existsSync(join(folder, "api"))
    ? readdirSync(join(folder, "api")).filter((name) => name.endsWith(".api.md"))
    : [];
}

function drop({ folder, name }, report) {
  if (update) rmSync(join(folder, "api", report));
  else problems.add(`${name}: api/${report} belongs to no entry point: run npm run api`);
}

/** The names that a declaration file exports by `export { … }` lists or declarations, following nothing. */
function exportsOf({ folder }, types) {
  const file = join(folder, types);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const listed = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names]) => names.split(","));
  const declared = [
    ...text.matchAll(/^export (?:declare )?(?:abstract )?(?:class|interface|type|const|function) (\w+)/gm),
  ].map(([, name]) => name);
  return new Set(
    [
      ...listed.map((name) =>
        name
          .trim()
          .replace(/^type /, "")
          .replace(/^.* as /, ""),
      ),
      ...declared,
    ].filter(Boolean),
  );
}
