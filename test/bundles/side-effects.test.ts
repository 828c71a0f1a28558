import { rollup } from "rollup";
import { describe, expect, test } from "vitest";
import { allPackages, entriesOf, root } from "../../tools/workspace.mjs";
import { bundle } from "./bundle.ts";

/** The source files of all entry points, but for programs and what only tests use. */
const sources = allPackages()
  .filter(({ short }) => short !== "testkit")
  .flatMap((pkg) =>
    entriesOf(pkg).flatMap(({ subpath, variants }) =>
      subpath ? Object.values(variants).map(({ from }) => `${pkg.folder}${from.slice(1)}`) : [],
    ),
  );
const names = [...new Set(sources)].map((file) => [file.slice(root.length + 1), file] as const);

/** Other packages stay imports: each answers for itself. */
const external = ["@cosmoss/*", "node:*", "undici", "undici/*", "fast-xml-parser", "picomatch", "picomatch/*"];

/** What rollup leaves of a module of which nothing is used. */
async function shakenByRollup(code: string): Promise<string> {
  const build = await rollup({
    input: "program",
    onLog: () => {}, // That a chunk is empty is what is hoped for.
    plugins: [
      {
        name: "text",
        resolveId: (id) =>
          id === "program" || id === "library" ? id : { id, external: true, moduleSideEffects: false },
        load: (id) => (id === "program" ? 'import "library";' : code),
      },
    ],
  });
  const { output } = await build.generate({ format: "esm" });
  return output[0].code;
}

describe("importing a module and using nothing of it", () => {
  test.each(names)("leaves no byte of %s", async (_, file) => {
    const program = { text: `import ${JSON.stringify(file)};` };
    const shaken = await bundle(program, { external });
    expect(withoutImports(shaken.text)).toBe("");
    const whole = await bundle(program, { external, treeShaking: false, minify: false });
    expect(withoutImports(await shakenByRollup(whole.text))).toBe("");
  });

  test("is noticed when something is left", async () => {
    const code = "const table = register();\nexport const read = () => table;\n";
    expect(withoutImports((await bundle({ text: code.replace("export ", "") })).text)).not.toBe("");
    expect(withoutImports(await shakenByRollup(code))).not.toBe("");
  });
});

/** Comments, and imports of what is not bundled, which may have effects of their own. */
function withoutImports(text: string): string {
  return text.replace(/^\/\/.*$|\bimport *(?:[^;"]+ *from *)?"[^"]+";/gm, "").trim();
}
