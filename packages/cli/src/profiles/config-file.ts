import { randomUUID } from "node:crypto";
import { mkdir, open, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigError } from "@cosmoss/errors";
import { editIni, findEntry, type IniEntry, type IniSections, parseIni } from "./ini.ts";
import { readKeys } from "./keys.ts";
import type { PlaceContext, PlaceResult, ProviderName, ReadFile, Settings } from "./place.ts";
import { checkProfileName } from "./profile-name.ts";
import { expandPath, locateFile, modeWarnings, readProfileFile } from "./read-file.ts";
import { toSettings } from "./settings.ts";

/** The keys of a section, and whether they are secrets. */
const KEYS: Readonly<Record<string, "open" | "secret">> = {
  access_key_id: "open",
  access_key_secret: "secret",
  security_token: "secret",
  expiration: "open",
  region: "open",
  endpoint: "open",
};

/** Where the file of this program is looked for. */
export interface ConfigFileOptions {
  readonly home: string;
  /** `COSMOSS_CONFIG` names another file. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default: the file system. */
  readonly readFile?: ReadFile;
}

/** One setting. */
export interface ConfigEntry {
  /** As {@link setConfig} takes it: `"oss.region"`, `"cos.work.access_key_id"`. */
  readonly name: string;
  /** `"********"` for a secret. */
  readonly value: string;
}

/** The path of the file: `COSMOSS_CONFIG`, else `.cosmoss/config` in the home directory. */
export function configPath({ home, env }: Pick<ConfigFileOptions, "home" | "env">): string {
  const named = env["COSMOSS_CONFIG"];
  return named ? expandPath(named, home) : join(home, ".cosmoss", "config");
}

/** Keys, region and endpoint from the section `[oss]`, `[oss.<profile>]` and the like. */
export async function configFile(context: PlaceContext): Promise<PlaceResult> {
  const { source, path, file, entries, none } = await findSection(context);
  if (!entries) return { source, none };
  const field = (key: string) => ({ key, value: findEntry(entries, key)?.value });
  const settings = settingsOf(entries, source, context.provider);
  const keys = readKeys(
    source,
    {
      id: field("access_key_id"),
      secret: field("access_key_secret"),
      token: field("security_token"),
      expiration: field("expiration"),
    },
    context.clock.now(),
  );
  return {
    source,
    ...(keys ? { keys, warnings: modeWarnings(path, file) } : { none: "holds no access_key_id and access_key_secret" }),
    ...(settings && { settings }),
  };
}

/** Region and endpoint alone, for keys from elsewhere; whatever keys the section has are not looked at. */
export async function configSettings(context: PlaceContext): Promise<Settings | undefined> {
  const { source, entries } = await findSection(context);
  return entries && settingsOf(entries, source, context.provider);
}

/**
 * Sets `name`, as `"oss.region"` or, in the profile work, `"cos.work.region"`. Comments and other lines stay. The file is
 * replaced whole, so that nobody ever reads half of one, and is open to its owner only.
 * Throws a `ConfigError` for a name or a value that cannot be, and for a file that is malformed.
 */
export async function setConfig(name: string, value: string, options: ConfigFileOptions): Promise<void> {
  const { section, key } = parseName(name);
  if (!/^[!#-&(-~]+$/.test(value)) {
    throw new ConfigError(
      `config set ${name}: the value is empty, or holds quotes, white space or other than ASCII characters`,
    );
  }
  if (key === "expiration") readKeys(name, sampleKeys(value), -Infinity);
  await change({ section, key, value }, options);
}

/** Removes `name`; says whether it was there. */
export async function unsetConfig(name: string, options: ConfigFileOptions): Promise<boolean> {
  const { section, key } = parseName(name);
  return change({ section, key }, options);
}

/** The value of `name`, secrets too; `undefined` if it is not set. */
export async function getConfig(name: string, options: ConfigFileOptions): Promise<string | undefined> {
  const { section, key } = parseName(name);
  const { sections } = await load(options);
  return findEntry(sections.get(section) ?? [], key)?.value;
}

/** All that is set, section by section, without what this program does not know. Secrets are masked. */
export async function listConfig(options: ConfigFileOptions): Promise<ConfigEntry[]> {
  const { sections } = await load(options);
  return [...sections].flatMap(([section, entries]) =>
    /^(?:oss|cos)(?:\.|$)/.test(section)
      ? Object.entries(KEYS).flatMap(([key, kind]) => {
          const entry = findEntry(entries, key);
          return entry ? [{ name: `${section}.${key}`, value: kind === "secret" ? "********" : entry.value }] : [];
        })
      : [],
  );
}

function sectionName(provider: ProviderName, profile: string | undefined): string {
  return profile === undefined || profile === "default" ? provider : `${provider}.${profile}`;
}

/** A profile may have dots in its name, a key has none. */
function parseName(name: string): { section: string; key: string } {
  const parts = name.split(".");
  const [provider, ...profile] = parts.slice(0, -1);
  const key = parts.at(-1)!;
  if ((provider !== "oss" && provider !== "cos") || !Object.hasOwn(KEYS, key)) {
    const keys = Object.keys(KEYS).join(", ");
    throw new ConfigError(
      `config: a name is oss.<key> or cos.<key>, or with a profile oss.<profile>.<key>; the keys are ${keys}`,
    );
  }
  const named = profile.length > 0 ? checkProfileName(profile.join("."), "config") : undefined;
  return { section: sectionName(provider, named), key };
}

function readSections(text: string, path: string): IniSections {
  const sections = parseIni(text, path);
  const [stray] = sections.get("")!;
  if (stray)
    throw new ConfigError(`${path}, line ${stray.line}: stands before any section; put it below [oss] or [cos]`);
  return sections;
}

async function findSection(context: PlaceContext) {
  const { path, file } = await locateFile(context, { variable: "COSMOSS_CONFIG", usual: [".cosmoss", "config"] });
  if (!file) return { source: path, none: "no such file" };
  const section = sectionName(context.provider, context.profile);
  const source = `${path}, section [${section}]`;
  const entries = readSections(file.text, path).get(section);
  return entries ? { source, path, file, entries } : { source, none: "no such section" };
}

function settingsOf(entries: readonly IniEntry[], where: string, provider: ProviderName): Settings | undefined {
  const value = (key: string) => {
    const found = findEntry(entries, key)?.value;
    if (found && /\s/.test(found)) {
      throw new ConfigError(`${where}, key ${key}: holds white space; put comments on lines of their own`);
    }
    return found || undefined;
  };
  return toSettings(provider, value("region"), value("endpoint"));
}

/** Whatever keys, to try an expiration with. */
function sampleKeys(expiration: string): Parameters<typeof readKeys>[1] {
  return {
    id: { key: "access_key_id", value: "-" },
    secret: { key: "access_key_secret", value: "-" },
    expiration: { key: "expiration", value: expiration },
  };
}

async function load({ readFile = readProfileFile, ...where }: ConfigFileOptions): Promise<{
  path: string;
  text: string;
  sections: IniSections;
}> {
  const path = configPath(where);
  const text = (await readFile(path))?.text ?? "";
  return { path, text, sections: readSections(text, path) };
}

async function change(edit: Parameters<typeof editIni>[1], options: ConfigFileOptions): Promise<boolean> {
  const { path, text, sections } = await load(options);
  const present = findEntry(sections.get(edit.section) ?? [], edit.key) !== undefined;
  if (edit.value === undefined && !present) return false;
  try {
    await replaceFile(path, editIni(text, edit));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${path}: cannot be written (${code}); check whose the directory is`, { cause: error });
  }
  return true;
}

/** Writes beside the file, then renames. */
async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // Whoever keeps the file elsewhere behind a link keeps the link.
  const target = await realpath(path).catch(() => path);
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
