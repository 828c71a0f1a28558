import { ConfigError } from "@cosmoss/errors";
import { readCoscliSecret } from "./coscli-secret.ts";
import { plainKey } from "./ini.ts";
import { readKeys } from "./keys.ts";
import { refuseMode } from "./modes.ts";
import type { PlaceContext, PlaceResult, Settings } from "./place.ts";
import { locateFile, modeWarnings } from "./read-file.ts";
import { toSettings } from "./settings.ts";

/** `~/.cos.yaml` of coscli. It has no profiles, and regions for single buckets only. */
export async function coscli(context: PlaceContext): Promise<PlaceResult> {
  const { profile, clock } = context;
  const { path, file } = await locateFile(context, { usual: [".cos.yaml"] });
  if (!file) return { source: path, none: "no such file" };
  if (profile !== undefined && profile !== "default") return { source: path, none: "has no profiles" };
  const root = find(await parseYaml(file.text, path), "cos");
  if (root === undefined) throw new ConfigError(`${path}: has no key "cos"; run "coscli config init" to write it anew`);
  const base = find(root, "base");
  const source = `${path}, cos.base`;
  const mode = find(base, "mode");
  if (typeof mode === "string" && plainKey(mode) === "cvmrole") {
    refuseMode(context, { where: source, key: "mode", mode, supported: "SecretKey" });
  }
  const plain = find(base, "disableencryption") === "true";
  const field = (key: string) => {
    const value = find(base, key);
    return { key, value: typeof value === "string" && !plain ? readCoscliSecret(value) : value };
  };
  const keys = readKeys(
    source,
    { id: field("secretid"), secret: field("secretkey"), token: field("sessiontoken") },
    clock.now(),
  );
  const buckets = readBuckets(find(root, "buckets"));
  return {
    source,
    ...(keys ? { keys, warnings: modeWarnings(path, file) } : { none: "holds no secretid and secretkey" }),
    ...(buckets.size > 0 && { buckets }),
  };
}

/** Every scalar as text, and mappings as maps. The library's own messages quote the text, so they are not passed on. */
async function parseYaml(text: string, path: string): Promise<unknown> {
  // Loading it takes a seventh of the start of the program, and few have such a file.
  const { LineCounter, parseDocument } = await import("yaml");
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { schema: "failsafe", prettyErrors: false, lineCounter, logLevel: "silent" });
  const [error] = document.errors;
  if (error) {
    const { line } = lineCounter.linePos(error.pos[0]);
    throw new ConfigError(`${path}, line ${line}: is not valid YAML; correct it, or run "coscli config init"`);
  }
  try {
    return document.toJS({ mapAsMap: true, maxAliasCount: 100 });
  } catch {
    throw new ConfigError(`${path}: its YAML aliases cannot be resolved; write the values out`);
  }
}

/** A value of a mapping; coscli does not mind the case of keys. */
function find(mapping: unknown, key: string): unknown {
  if (!(mapping instanceof Map)) return undefined;
  for (const [name, value] of mapping) if (typeof name === "string" && name.toLowerCase() === key) return value;
  return undefined;
}

function readBuckets(list: unknown): Map<string, Settings> {
  const text = (one: unknown, key: string) => {
    const value = find(one, key);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return new Map(
    (Array.isArray(list) ? list : []).flatMap((one: unknown) => {
      const name = text(one, "name");
      const settings = toSettings("cos", text(one, "region"), text(one, "endpoint"));
      return name && settings ? [[name, settings] as const] : [];
    }),
  );
}
