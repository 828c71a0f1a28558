/** An integer, or undefined if the text is none that a JavaScript number holds exactly. */
export function parseInteger(text: string): number | undefined {
  const negative = text.charCodeAt(0) === 45;
  let at = negative ? 1 : 0;
  if (at === text.length) return undefined;
  let value = 0;
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  if (value > Number.MAX_SAFE_INTEGER) return undefined;
  return negative ? 0 - value : value;
}

/** `true` or `false` in any case, or undefined. */
export function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : undefined;
}

const DASH = 45;
const COLON = 58;
const LETTER_T = 84;

/** After so many milliseconds (400 years) the calendar repeats. */
const CALENDAR_CYCLE = 12_622_780_800_000;

/** A time as `2024-05-06T07:08:09.000Z`, or undefined. Milliseconds may be absent; so may the zone, which then is UTC. */
export function parseIsoDate(text: string): Date | undefined {
  const isSeparated =
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    text.charCodeAt(10) === LETTER_T &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON;
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  const hour = two(text, 11);
  const minute = two(text, 14);
  const second = two(text, 17);
  if (!(isSeparated && month >= 1 && month <= 12 && hour < 24 && minute < 60 && second < 60)) return undefined;
  // Date.UTC takes the years 0 to 99 for 1900 to 1999, hence the detour.
  const date = new Date(Date.UTC(year + 400, month - 1, day, hour, minute, second) - CALENDAR_CYCLE);
  if (date.getUTCDate() !== day) return undefined;
  const rest = text.slice(19);
  return rest === ".000Z" || rest === "Z" ? date : shift(date, rest);
}

function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

/** Adds a fraction of a second and takes off a zone, as `.123+08:00`; both are optional. */
function shift(date: Date, rest: string): Date | undefined {
  const match = /^(?:\.(\d+))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))?$/.exec(rest);
  if (!match) return undefined;
  const [, fraction = "", sign, hours, minutes] = match;
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === "-" ? -60_000 : 60_000);
  return new Date(date.getTime() + Number((fraction + "000").slice(0, 3)) - offset);
}

/** A time as `Mon, 06 May 2024 07:08:09 GMT`, or undefined. */
export function parseHttpDate(text: string): Date | undefined {
  const date = new Date(text);
  return date.toUTCString() === text && !Number.isNaN(date.getTime()) ? date : undefined;
}
