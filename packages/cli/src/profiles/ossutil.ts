import { ConfigError } from "@cosmoss/errors";
import { findEntry, type IniEntry, type IniSections, parseIni, plainKey } from "./ini.ts";
import { readKeys } from "./keys.ts";
import { refuseMode } from "./modes.ts";
import type { PlaceContext, PlaceResult, Settings } from "./place.ts";
import { checkProfileName } from "./profile-name.ts";
import { locateFile, modeWarnings } from "./read-file.ts";
import { toSettings } from "./settings.ts";

/** The spellings of each key, as `plainKey` writes them; those of version 1 come after that of version 2. */
const ID = ["accesskeyid", "accessid"];
const SECRET = ["accesskeysecret", "accesskey"];
const TOKEN = ["ststoken"];

/** `~/.ossutilconfig`, of ossutil 1 (`[Credentials]`) and 2 (`[default]`, `[profile <name>]`). */
export async function ossutil(context: PlaceContext): Promise<PlaceResult> {
  const { env, profile } = context;
  const { path, file } = await locateFile(context, { variable: "OSSUTIL_CONFIG_FILE", usual: [".ossutilconfig"] });
  if (!file) return { source: path, none: "no such file" };
  const sections = parseIni(file.text, path);
  const chosen = profile ?? env["OSSUTIL_PROFILE"];
  const name = chosen ? checkProfileName(chosen, profile ? "profile" : "OSSUTIL_PROFILE") : "default";
  const found = findProfileSection(sections, name);
  if (!found) return { source: path, none: `has no profile "${name}"` };
  const source = `${path}, section [${found.section}]`;
  const isFirstVersion = plainSection(found.section) === "credentials";
  const entries = isFirstVersion ? found.entries : inherit(sections, found.entries, source);
  const keys = keysOf(entries, source, context, sections);
  const settings = settingsOf(entries);
  const buckets = isFirstVersion ? boundBuckets(sections) : namedBuckets(sections, entries);
  return {
    source,
    ...(keys ? { keys, warnings: modeWarnings(path, file) } : { none: "holds no key id and secret" }),
    ...(settings && { settings }),
    ...(buckets.size > 0 && { buckets }),
  };
}

function keysOf(entries: readonly IniEntry[], source: string, context: PlaceContext, sections: IniSections) {
  const field = (names: readonly string[], usual: string) => {
    const entry = findEntry(entries, ...names);
    return { key: entry?.key ?? usual, value: entry?.value };
  };
  const id = field(ID, "access-key-id");
  const secret = field(SECRET, "access-key-secret");
  const token = field(TOKEN, "sts-token");
  const mode = findEntry(entries, "mode");
  const supported = "AK, StsToken";
  const kind = plainKey(mode?.value ?? "");
  if (kind !== "" && kind !== "ak" && kind !== "ststoken") {
    refuseMode(context, { where: source, key: mode!.key, mode: mode!.value, supported });
  }
  if (kind === "ststoken" && !token.value) {
    throw new ConfigError(`${source}, key ${token.key}: is missing or empty, but mode StsToken needs it`);
  }
  const keys = readKeys(source, { id, secret, ...(kind !== "ak" && { token }) }, context.clock.now());
  if (!keys && kind === "" && findEntry(sections.get("AkService") ?? [], "ecsak")?.value) {
    refuseMode(context, { where: source.replace(/\[.*\]$/, "[AkService]"), key: "ecsAk", mode: "ecsAk", supported });
  }
  return keys;
}

/** Version 2 knows sections by any case; version 1 has a `[Default]` too, which holds no keys. */
function findProfileSection(
  sections: IniSections,
  name: string,
): { section: string; entries: readonly IniEntry[] } | undefined {
  const wanted = [`profile ${name}`, ...(name === "default" ? [name, "credentials"] : [])].map((text) =>
    text.toLowerCase(),
  );
  const found = [...sections]
    .filter(([section]) => wanted.includes(plainSection(section)))
    .map(([section, entries]) => ({ section, entries }));
  return found.find(({ entries }) => findEntry(entries, ...ID, ...SECRET, "mode", "sourceprofile")) ?? found[0];
}

function plainSection(section: string): string {
  return section.toLowerCase().replaceAll(/\s+/g, " ");
}

/** The entries, after those of the source profiles that they lack; key id, secret and token are one thing. */
function inherit(sections: IniSections, own: readonly IniEntry[], source: string): readonly IniEntry[] {
  let entries = own.filter(({ value }) => value !== "");
  const seen = new Set<string>();
  let next = findEntry(own, "sourceprofile")?.value;
  while (next) {
    if (seen.has(next))
      throw new ConfigError(`${source}, key source-profile: the profiles name each other in a circle`);
    seen.add(next);
    const parent = findProfileSection(sections, next)?.entries;
    if (!parent) throw new ConfigError(`${source}, key source-profile: names a profile that the file does not have`);
    const hasKeys = findEntry(entries, ...ID, ...SECRET) !== undefined;
    const lacking = parent.filter((entry) => !hasKeys || !findEntry([entry], ...ID, ...SECRET, ...TOKEN));
    entries = [...lacking, ...entries];
    next = findEntry(parent, "sourceprofile")?.value;
  }
  return entries;
}

/** Region, endpoint and addressing of a profile or a bucket. */
function settingsOf(entries: readonly IniEntry[]): Settings | undefined {
  const value = (...names: string[]) => findEntry(entries, ...names)?.value || undefined;
  const settings = toSettings("oss", value("region"), value("endpoint", "host"));
  const style = value("addressingstyle")?.toLowerCase();
  if (style === "cname") return { ...settings, cname: true };
  if (style === "path" || value("forcepathstyle")?.toLowerCase() === "true") return { ...settings, pathStyle: true };
  return settings;
}

/** The sections of version 1 that give a bucket its endpoint, or a domain, which goes first. */
function boundBuckets(sections: IniSections): Map<string, Settings> {
  const buckets = new Map<string, Settings>();
  for (const { key, value } of sections.get("Bucket-Endpoint") ?? []) {
    const settings = toSettings("oss", undefined, value);
    if (settings) buckets.set(key, settings);
  }
  for (const { key, value } of sections.get("Bucket-Cname") ?? []) {
    if (value) buckets.set(key, { ...buckets.get(key), endpoint: value, cname: true });
  }
  return buckets;
}

/** The section of version 2 that `buckets` names: a line per bucket, its settings indented below, or one beside it. */
function namedBuckets(sections: IniSections, entries: readonly IniEntry[]): Map<string, Settings> {
  const name = `buckets ${findEntry(entries, "buckets")?.value ?? ""}`.toLowerCase();
  const [, lines = []] = [...sections].find(([section]) => plainSection(section) === name) ?? [];
  const grouped = new Map<string, IniEntry[]>();
  let bucket: IniEntry[] = [];
  for (const entry of lines) {
    if (entry.indented) {
      bucket.push(entry);
      continue;
    }
    grouped.set(entry.key, (bucket = []));
    const at = entry.value.indexOf("=");
    if (at > 0)
      bucket.push({ ...entry, key: entry.value.slice(0, at).trim(), value: entry.value.slice(at + 1).trim() });
  }
  return new Map(
    [...grouped].flatMap(([key, own]) => {
      const settings = settingsOf(own);
      return settings ? [[key, settings] as const] : [];
    }),
  );
}
