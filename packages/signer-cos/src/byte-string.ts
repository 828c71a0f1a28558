/*
 * A byte string has one char per byte (codes 0 to 255), which is how HTTP stacks show header values. Signatures cover
 * bytes, so everything here is brought to that form; an ASCII text is its own byte string.
 */
import { ConfigError } from "@cosmoss/errors";

const NOT_ASCII = /[^\0-\x7f]/;
const ESCAPE = /%([0-9A-Fa-f]{2})/g;
const BLANKS = /^[ \t]+|[ \t]+$/g;
const RESERVED = /[^A-Za-z0-9\-._~]/g;

/** What `encode` makes of `input`: an encoder that throws for half a surrogate pair. */
export function wellFormed<T>(encode: (input: T) => string, input: T): string {
  try {
    return encode(input);
  } catch {
    throw new ConfigError("Key or query holds half of a surrogate pair; give well-formed text");
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
export function utf8(text: string): string {
  return NOT_ASCII.test(text) ? unescapeBytes(wellFormed(encodeURIComponent, text)) : text;
}

/** Removes what HTTP removes around a header value. `String.trim` would also remove bytes of UTF-8, such as 0xA0. */
export const trimValue = (value: string): string => value.replace(BLANKS, "");
