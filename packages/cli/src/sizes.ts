import { UsageError } from "./problems.ts";

const FACTORS: Record<string, number> = {
  "": 1,
  b: 1,
  k: 2 ** 10,
  kib: 2 ** 10,
  kb: 1e3,
  m: 2 ** 20,
  mib: 2 ** 20,
  mb: 1e6,
  g: 2 ** 30,
  gib: 2 ** 30,
  gb: 1e9,
  t: 2 ** 40,
  tib: 2 ** 40,
  tb: 1e12,
};
const SECONDS: Record<string, number> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Bytes of `8MiB`, `512k` (KiB), `5MB` (5,000,000); throws for what is no size, or less than a byte. */
export function parseSize(option: string, text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim().replace(/\/s$/i, "")) ?? [];
  const factor = FACTORS[unit?.toLowerCase() ?? "none"];
  const bytes = Math.round(Number(digits) * (factor ?? 0));
  if (factor !== undefined && bytes >= 1 && Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(`${option}: ${JSON.stringify(text)} is no size`, "write it as 8MiB, 512k or 5MB");
}

/** Seconds of `90`, `15m`, `12h`, `7d`; throws for what is no length of time, or less than a second. */
export function parseDuration(option: string, text: string): number {
  const [, digits, unit] = /^(\d+)\s*([a-z]?)$/i.exec(text.trim()) ?? [];
  const seconds = Number(digits) * (SECONDS[unit?.toLowerCase() ?? "none"] ?? NaN);
  if (seconds >= 1 && Number.isSafeInteger(seconds)) return seconds;
  throw new UsageError(`${option}: ${JSON.stringify(text)} is no length of time`, "write it as 900, 15m, 12h or 7d");
}

/** A whole number from `from` to `to`; throws for anything else. */
export function parseCount(option: string, text: string, from: number, to: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : NaN;
  if (count >= from && count <= to) return count;
  throw new UsageError(`${option}: ${JSON.stringify(text)} is no whole number from ${from} to ${to}`);
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** As `1.5 MiB`. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 1023.95 would be shown as 1024.0 of the smaller unit.
  while (value >= (unit === 0 ? 1024 : 1023.95) && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]!}`;
}

/** As `8s`, `1m 05s`, `2h 03m`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}
