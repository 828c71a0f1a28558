import { rollup } from "rollup";
import { describe, expect, test } from "vitest";
import { entriesOf, publicPackages, specifierOf } from "../../tools/workspace.mjs";
import { bundle } from "./bundle.ts";

const specifiers = publicPackages().flatMap((pkg) =>
  entriesOf(pkg).flatMap((entry) =>
    entry.subpath === undefined ? [] : [specifierOf(pkg, { subpath: entry.subpath })],
  ),
);

/** What rollup leaves of a module of which nothing is used. */
async function shakenByRollup(code: string): Promise<string> {
  const build = await rollup({
    input: "program",
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

describe("importing a package and using nothing of it", () => {
  test.each(specifiers)("leaves no byte of %s", async (specifier) => {
    const program = { text: `import "${specifier}";` };
    const options = { external: ["node:*", "undici", "undici/*", "fast-xml-parser"] };
    for (const conditions of [["@cosmoss/source"], ["@cosmoss/source", "node"]]) {
      const shaken = await bundle(program, { ...options, conditions });
      expect(withoutImports(shaken.text)).toBe("");
      const whole = await bundle(program, { ...options, conditions, treeShaking: false, minify: false });
      expect(withoutImports(await shakenByRollup(whole.text))).toBe("");
    }
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
