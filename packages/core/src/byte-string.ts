import { ConfigError } from "@cosmoss/errors";

// A header travels as bytes, and runtimes take and give one character per byte. So UTF-8 text is widened to such a
// "byte string" on the way out and narrowed again on the way in.

const ASCII = /^[\t -~]*$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const FORBIDDEN = /[\0-\x08\n-\x1f\x7f]|^[\s\u200b]|[\s\u200b]$/;

/** The byte string of a header value. Throws a `ConfigError` for what would not arrive as it is. */
export function toByteString(value: string, where: string): string {
  if (FORBIDDEN.test(value)) {
    throw new ConfigError(`${where}: must be text without control characters and outer white space`);
  }
  if (ASCII.test(value)) return value;
  let text = "";
  for (const byte of new TextEncoder().encode(value)) text += String.fromCharCode(byte);
  return text;
}

/** The text of a byte string; one that is not UTF-8 is left as it is. */
export function fromByteString(value: string): string {
  if (ASCII.test(value)) return value;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(value, (char) => char.charCodeAt(0)));
  } catch {
    return value; // Not an error: the service passes on what any client stored.
  }
}
