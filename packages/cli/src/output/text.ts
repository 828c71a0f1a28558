import { formatSize } from "../sizes.ts";

/** As `2024-05-06 12:00:00Z`. */
export function formatTime(date: Date): string {
  return date
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
}

/** As wide as {@link formatTime}. */
export const TIME_WIDTH = 20;

/** As `1.5 MiB` for people, or the number. */
export function sizeText(bytes: number, { exact }: { exact?: boolean | undefined }): string {
  return exact ? String(bytes) : formatSize(bytes);
}

/** As `1 object`, `1,234 objects`. */
export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;
}

/** Names and values below each other. */
export function detailLines(details: Record<string, string | number | Record<string, string> | undefined>): string[] {
  const rows: [name: string, value: string][] = [];
  for (const [name, value] of Object.entries(details)) {
    if (value === undefined) continue;
    if (typeof value !== "object") rows.push([name, String(value)]);
    else for (const [key, one] of Object.entries(value)) rows.push([`${name}.${key}`, one]);
  }
  const width = Math.max(0, ...rows.map(([name]) => name.length)) + 1;
  return rows.map(([name, value]) => `${`${name}:`.padEnd(width)} ${printable(value)}`);
}

/** Control characters, which could give orders to a terminal, are shown as `\x1b`. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
