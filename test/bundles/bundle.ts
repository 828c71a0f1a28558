import { build, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const folder = fileURLToPath(new URL(".", import.meta.url));
const conditions = ["@cosmoss/source", "browser"];

/** A bundle as a user of esbuild would ship it to a browser. */
export interface Bundle {
  readonly text: string;
  /** Bytes after `gzip -9`. */
  readonly gzip: number;
  /** Source files with at least one byte in the bundle, as paths from the repository's root. */
  readonly inputs: readonly string[];
}

/**
 * Packages are published as one file per entry point, so a bundler must shake them statement by statement and cannot
 * drop whole source files. Bundling from the sources tells the same when no file may be dropped for its annotation.
 */
const noFileIsFreeOfSideEffects: Plugin = {
  name: "no-file-is-free-of-side-effects",
  setup(build) {
    build.onResolve({ filter: /./ }, async ({ path, pluginData, ...args }) => {
      if (pluginData === "resolved" || args.kind === "entry-point") return undefined;
      const { errors, path: resolved, external } = await build.resolve(path, { ...args, pluginData: "resolved" });
      return errors.length > 0 ? { errors } : { path: resolved, external, sideEffects: true };
    });
  },
};

/** Bundles a program, either a file of `entries/` or a text. */
export async function bundle(
  program: { entry: string } | { text: string },
  options: BuildOptions = {},
): Promise<Bundle> {
  const source: BuildOptions =
    "entry" in program
      ? { entryPoints: [`${folder}entries/${program.entry}.ts`] }
      : { stdin: { contents: program.text, resolveDir: folder, loader: "ts" } };
  const { outputFiles, metafile } = await build({
    ...source,
    absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    conditions,
    plugins: [noFileIsFreeOfSideEffects],
    write: false,
    metafile: true,
    logLevel: "silent",
    ...options,
  });
  const text = outputFiles?.[0]?.text ?? "";
  return { text, gzip: gzipSync(text, { level: 9 }).length, inputs: contributing(metafile as Metafile) };
}

function contributing({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
}
