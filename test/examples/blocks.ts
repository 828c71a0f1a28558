// Cuts Markdown into blocks, and makes a module of each.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

export const root: string = join(import.meta.dirname, "..", "..");

/** A fenced block of a Markdown file. */
export interface Block {
  /** Path from the repository's root, with `/`. */
  readonly file: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  /** All that stands behind the opening fence. */
  readonly language: string;
  readonly code: string;
}

/** Paths from the repository's root of the Markdown files that are read. */
export function listFiles(): string[] {
  const docs = readdirSync(join(root, "docs")).map((name) => `docs/${name}`);
  const readmes = readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`);
  return ["README.md", ...docs, ...readmes].filter((path) => path.endsWith(".md") && existsSync(join(root, path)));
}

export function readText(file: string): string {
  return readFileSync(join(root, file), "utf8").replaceAll("\r\n", "\n");
}

export function cutBlocks(file: string, text: string): Block[] {
  return Array.from(text.matchAll(/^( *)```(.*)\n([^]*?)^ *```$/gm), (match) => {
    const [, indent = "", language = "", code = ""] = match;
    const line = text.slice(0, match.index).split("\n").length;
    return { file, line, language, code: code.replaceAll(new RegExp(`^${indent}`, "gm"), "") };
  });
}

/** Where the module of a block stands in the folder that they are written to. */
export function modulePath({ file, line, language }: Block): string {
  return `${file}.${line}.${language}`;
}

/**
 * Writes a module for each block. Names that a block neither imports nor declares are imported from the nearest block above
 * that has them, else from `names.ts`; one too many does no harm, so that any word counts as a name.
 */
export function writeModules(blocks: readonly Block[], directory: string): void {
  const given = join(import.meta.dirname, "names.ts");
  const exports = readFileSync(given, "utf8").match(/^export .*/gm) ?? [];
  const usual = declaredNames(exports.join("\n")).map((name): [string, string] => [name, given]);
  const origins = new Map<string, Map<string, string>>();
  for (const block of blocks) {
    const known = origins.get(block.file) ?? new Map(usual);
    origins.set(block.file, known);
    const path = join(directory, modulePath(block));
    const own = declaredNames(block.code);
    const words = new Set(block.code.match(/[\w$]+/g));
    const imports = [...known].flatMap(([name, origin]) =>
      words.has(name) && !own.includes(name) ? [`import { ${name} } from "${specifier(path, origin)}";`] : [],
    );
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, moduleText(block, imports, own));
    for (const name of own) known.set(name, path);
  }
}

/** Lines keep their numbers, so that errors name those of the Markdown file. */
function moduleText({ line, code }: Block, imports: readonly string[], own: readonly string[]): string {
  const exported = own.filter((name) => !new RegExp(`^export (?:[a-z]+\\*? )+${name}\\b`, "m").test(code));
  return `${imports.join(" ")}${"\n".repeat(line)}${code}\nexport { ${exported.join(", ")} };\n`;
}

function specifier(from: string, to: string): string {
  const path = relative(dirname(from), to).replaceAll(sep, "/");
  return path.startsWith(".") ? path : `./${path}`;
}

/** What code imports and declares at its top level, which is what begins a line. */
function declaredNames(code: string): string[] {
  const named = code.matchAll(
    /^(?:export )?(?:abstract |async )*(?:const|let|var|function\*?|class|interface|type) ([\w$]+)/gm,
  );
  const listed = code.matchAll(
    /^(?:(?:export )?(?:const|let|var) [[{]([^=]*?)[\]}] =|import (?:type )?{([^}]*)} from )/gm,
  );
  return [
    ...Array.from(named, ([, name = ""]) => name),
    ...Array.from(code.matchAll(/^import (?:type )?(?:\* as )?([\w$]+) from /gm), ([, name = ""]) => name),
    // The last word of `type a`, `a as b`, `a: b` and `...a` is the name.
    ...Array.from(listed, ([, pattern, list]) => (pattern ?? list ?? "").split(","))
      .flat()
      .flatMap((one) => one.match(/[\w$]+(?=\s*$)/) ?? []),
  ];
}
