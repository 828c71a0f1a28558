// Compiles and runs the examples of the Markdown files.
//
// Every block in `ts` or `js` is a module, and what it neither imports nor declares comes from the nearest block above it in
// that file, else from `names.ts`.
//
// All are compiled as one strict program, from the sources. Those of a file then run one after the other in a process of
// their own, against an emulator, and print what the comments behind `console.log(…);` say up to their first comma. Only
// what names `example.com`, which is not here, does not run.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build, type Plugin } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";
import { type Block, cutBlocks, listFiles, modulePath, readText, root, writeModules } from "./blocks.ts";

const fenced = listFiles().flatMap((file) => cutBlocks(file, readText(file)));
const blocks = fenced.filter(isCode);

const stage = JSON.stringify(join(import.meta.dirname, "stage.ts"));
const presigned =
  'import { presign } from "@cosmoss/client-oss"; await fetch((await presign(oss, command)).url, { method: "PUT" });';

// Inside `node_modules`, so that packages are found from there and no tool looks at it.
const scratch = mkdtempSync(join(import.meta.dirname, "node_modules", ".examples-"));
afterAll(() => rmSync(scratch, { recursive: true }));

test("every block says what language it is in", () => {
  const others = new Set(["sh", "console", "text"]);
  const unknown = fenced.filter((block) => !blocks.includes(block) && !others.has(block.language));
  expect(unknown.map(({ file, line, language }) => `${file}:${line} ${language}`)).toEqual([]);
  expect(blocks.length).toBeGreaterThan(40);
});

describe("compiles", () => {
  const errors = compile(blocks, join(scratch, "compiled"));

  test.each(blocks.map((block) => [`${block.file}:${block.line}`, block] as const))("%s", (_, block) => {
    expect(errors.filter((error) => error.startsWith(modulePath(block)))).toEqual([]);
  });

  test("with no error elsewhere", () => {
    const paths = blocks.map(modulePath);
    expect(errors.filter((error) => !paths.some((path) => error.startsWith(path)))).toEqual([]);
  });

  test("unless it is wrong", () => {
    const text = "```ts\nexport const a = 1;\n```\n\n```ts\nconst b: string = a;\nnothing();\n```\n";
    const wrong = compile(cutBlocks("docs/wrong.md", text), join(scratch, "wrong"));
    expect(wrong).toEqual([
      "docs/wrong.md.5.ts(6,7): error TS2322: Type 'number' is not assignable to type 'string'.",
      "docs/wrong.md.5.ts(7,1): error TS2304: Cannot find name 'nothing'.",
    ]);
  });
});

describe.concurrent("runs", () => {
  test.each([...new Set(blocks.map(({ file }) => file))])("%s", async (file) => {
    const { code, output, missing } = await run(file, readText(file));
    expect(code, output).toBe(0);
    expect(missing, output).toEqual([]);
  });

  test.each([
    ["throws", 'throw new Error("wrong");', "Error: wrong"],
    ["signs badly", presigned, "the service refused"],
    ["leaves this machine", 'await fetch("http://elsewhere.test/");', "asks for elsewhere.test"],
  ])("not what %s", async (_, program, message) => {
    const { code, output } = await run("docs/wrong.md", `\`\`\`ts\n${program}\n\`\`\`\n`);
    expect(code, output).not.toBe(0);
    expect(output).toContain(message);
  });

  test("not what prints something else", async () => {
    const text = "```ts\nconsole.log(1); // 1, or so\nconsole.log(2); // 3\n```\n";
    expect(await run("docs/wrong.md", text)).toMatchObject({ code: 0, missing: ["3"] });
  });
});

function isCode({ language }: Block): boolean {
  return language === "ts" || language === "js";
}

/** What the compiler says, as `README.md.16.ts(20,3): error …` with the line of the Markdown file. */
function compile(program: readonly Block[], directory: string): string[] {
  writeModules(program, directory);
  const compilerOptions = {
    allowJs: true,
    checkJs: true,
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: false,
    declaration: false,
    isolatedDeclarations: false,
    isolatedModules: false,
    verbatimModuleSyntax: false,
  };
  const files = program.map(modulePath);
  const config = { extends: join(root, "tsconfig.base.json"), compilerOptions, files };
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(config));
  writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module" }));
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  const { stdout, stderr, status } = spawnSync(process.execPath, [tsc, "-p", ".", "--pretty", "false"], {
    cwd: directory,
    encoding: "utf8",
  });
  const errors = stdout.split(/\n(?! )/).filter((line) => line !== "");
  return status === 0 || errors.length > 0 ? errors : [stderr];
}

/** Runs the examples of a Markdown file in one process. `missing` is what they say that they print, and do not. */
async function run(file: string, text: string): Promise<{ code: number | null; output: string; missing: string[] }> {
  const directory = mkdtempSync(join(scratch, "run-"));
  const cwd = join(directory, "cwd");
  mkdirSync(cwd);
  const program = cutBlocks(file, text).filter(isCode);
  writeModules(program, directory);
  const local = program.filter((block) => !block.code.includes("example.com"));
  const contents = [
    `import { end } from ${stage};`,
    ...local.map((block) => `import ${JSON.stringify(`./${modulePath(block)}`)};`),
    "await end();",
  ].join("\n");
  const outfile = join(directory, "main.mjs");
  await build({
    stdin: { contents, resolveDir: directory },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@cosmoss/source"],
    tsconfigRaw: {},
    plugins: [emulated(directory)],
    logLevel: "silent",
  });
  // Keys, proxies and colours of whoever runs this are nothing to the examples; Windows cannot do without its own.
  const env = { SystemRoot: process.env.SystemRoot };
  const child = spawn(process.execPath, [outfile], { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: 25_000 });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (data) => (output += data));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (signal) output += `\nended by ${signal}, since it did not end by itself`;
  return { code, output, missing: findMissing(local, output.split("\n")) };
}

function findMissing(program: readonly Block[], lines: string[]): string[] {
  const said = program.flatMap(({ code }) =>
    Array.from(code.matchAll(/^ *console\.log\(.*\); \/\/ (.+?)(?:, .*)?$/gm), ([, comment = ""]) => comment),
  );
  let next = 0;
  return said.filter((comment) => {
    const at = lines.findIndex((line, index) => index >= next && line.startsWith(comment));
    if (at >= 0) next = at + 1;
    return at < 0;
  });
}

/** Gives the clients of examples the emulator, unless they name an endpoint themselves. */
function emulated(directory: string): Plugin {
  return {
    name: "emulated",
    setup(plugin) {
      plugin.onResolve({ filter: /^@cosmoss\/client-(oss|cos)$/ }, ({ path, importer }) =>
        importer.startsWith(directory) ? { path, namespace: "emulated" } : undefined,
      );
      plugin.onLoad({ filter: /./, namespace: "emulated" }, ({ path }) => {
        const cloud = path.slice(-3);
        const Client = `${cloud.toUpperCase()}Client`;
        const contents = `
          import { ${Client} as Client } from "${path}";
          import { emulator } from ${stage};
          export * from "${path}";
          export class ${Client} extends Client {
            constructor(options) {
              super(options.endpoint ? options : { ...options, ...emulator.${cloud} });
            }
          }`;
        return { contents, resolveDir: import.meta.dirname };
      });
    },
  };
}
