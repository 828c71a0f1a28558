/*
 * A byte string has one char per byte (codes 0 to 255), which is how HTTP stacks show header values. Signatures cover
 * bytes, so everything here is brought to that form; an ASCII text is its own byte string.
 */
import { ConfigError } from "@cosmoss/errors";

/** What is hashed: bytes, or a string for its UTF-8. */
export type Text = string | Uint8Array<ArrayBuffer>;

const NOT_ASCII = /[^\0-\x7f]/;
const ESCAPE = /%([0-9A-Fa-f]{2})/g;
const RESERVED = /[^A-Za-z0-9\-._~]/g;

/** Whether the text is its own UTF-8. */
const isAscii = (text: string): boolean => !NOT_ASCII.test(text);

/** Runs `encode`, an encoder that throws a `URIError` for half a surrogate pair, and says where it found one. */
export function encodeWith<T>(encode: (input: T) => string, input: T, what: string): string {
  try {
    return encode(input);
  } catch {
    throw new ConfigError(`The ${what} holds half of a surrogate pair: pass well-formed Unicode.`);
  }
}

/** Percent-decodes bytes as they are; a `%` that begins no escape stays. */
export function unescapeBytes(text: string): string {
  return text.includes("%") ? text.replace(ESCAPE, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))) : text;
}

/** Percent-encodes every byte but `A-Z a-z 0-9 - . _ ~`. */
export function escapeBytes(bytes: string): string {
  return bytes.replace(RESERVED, (byte) => {
    const code = byte.charCodeAt(0);
    return (code < 16 ? "%0" : "%") + code.toString(16).toUpperCase();
  });
}

/** The UTF-8 bytes of a Unicode string. */
export function utf8(text: string, what: string): string {
  return isAscii(text) ? text : unescapeBytes(encodeWith(encodeURIComponent, text, what));
}

/** Removes what HTTP removes around a header value. `String.trim` would also remove bytes of UTF-8, such as 0xA0. */
export function trimValue(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value, start)) start++;
  while (start < end && isBlank(value, end - 1)) end--;
  return value.slice(start, end);
}

function isBlank(value: string, index: number): boolean {
  const code = value.charCodeAt(index);
  return code === 0x20 || code === 0x09;
}

/** What to hash for the byte string `text`, all of whose bytes beyond ASCII are in its part `part`. */
export function toText(text: string, part: string = text): Text {
  if (isAscii(part)) return text;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
