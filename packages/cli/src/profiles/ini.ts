import { ConfigError } from "@cosmoss/errors";

/** One `key = value` line. */
export interface IniEntry {
  /** As written. */
  readonly key: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
  /** White space stands before it; one tool nests settings so. */
  readonly indented: boolean;
}

/** Entries by section, in their order; those before the first section are under `""`. A map: names are foreign text. */
export type IniSections = ReadonlyMap<string, readonly IniEntry[]>;

/** One line, taken apart; `undefined` for a blank one and a comment, `null` for what is none of all. */
function readLine(line: string): { section: string } | { key: string; value: string } | undefined | null {
  const text = line.trim();
  if (text === "" || /^[#;]/.test(text)) return undefined;
  if (text.startsWith("[")) return text.endsWith("]") ? { section: text.slice(1, -1).trim() } : null;
  const at = text.includes("=") ? text.indexOf("=") : text.indexOf(":");
  if (at <= 0) return null;
  const value = text.slice(at + 1).trim();
  const quoted = /^"(.*)"$|^'(.*)'$/.exec(value);
  return { key: text.slice(0, at).trim(), value: quoted ? (quoted[1] ?? quoted[2])! : value };
}

/**
 * Reads the dialect that the vendors' tools share: `#` and `;` begin a comment at the start of a line only (a secret may
 * hold them), `=` or else `:` ends the key, one pair of quotes around a value is dropped, sections of one name are one.
 * Throws a `ConfigError` that names `path` and the line, never the text of it.
 */
export function parseIni(text: string, path: string): IniSections {
  const sections = new Map<string, IniEntry[]>();
  let entries: IniEntry[] = [];
  sections.set("", entries);
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const read = readLine(line);
    if (read === undefined) continue;
    if (read === null) {
      throw new ConfigError(
        `${path}, line ${index + 1}: is neither [section], nor key = value, nor a comment; correct or remove it`,
      );
    }
    if ("section" in read) {
      entries = sections.get(read.section) ?? [];
      sections.set(read.section, entries);
    } else {
      entries.push({ ...read, line: index + 1, indented: /^\s/.test(line) });
    }
  }
  return sections;
}

/** `access_key_id`, `access-key-id` and `accessKeyID` are one key. */
export function plainKey(key: string): string {
  return key.toLowerCase().replaceAll(/[-_]/g, "");
}

/** The last entry that has one of the `names`, however spelled. */
export function findEntry(entries: readonly IniEntry[], ...names: string[]): IniEntry | undefined {
  const wanted = names.map(plainKey);
  return entries.findLast((entry) => wanted.includes(plainKey(entry.key)));
}

/** `text` with that value, or without the key if there is none; every other line stays as it is. */
export function editIni(
  text: string,
  { section, key, value }: { section: string; key: string; value?: string | undefined },
): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = text === "" ? [] : text.replace(/\r?\n$/, "").split(/\r\n|\n|\r/);
  const kept: string[] = [];
  const written = value === undefined ? [] : [`${key} = ${value}`];
  let within = false;
  let insertAt = -1;
  let found = false;
  for (const line of lines) {
    const read = readLine(line);
    if (read && "section" in read) within = read.section === section;
    const mine = within && read && "key" in read && plainKey(read.key) === plainKey(key);
    // A key that is given twice is so no more.
    if (mine) kept.push(...(found ? [] : written));
    else kept.push(line);
    found ||= Boolean(mine);
    // After the last line of the section that says something: blank lines and comments below it belong to the next one.
    if (within && read) insertAt = kept.length;
  }
  if (!found && value !== undefined) {
    if (insertAt >= 0) kept.splice(insertAt, 0, ...written);
    else kept.push(...(kept.length > 0 ? [""] : []), `[${section}]`, ...written);
  }
  return kept.length > 0 ? kept.join(eol) + eol : "";
}
