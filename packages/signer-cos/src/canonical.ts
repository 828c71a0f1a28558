import { escapeBytes, type Text } from "./byte-string.ts";

/** What the signatures need of a crypto library. Digests are lower-case hex. */
export interface CosCrypto<Key> {
  /** The signing key: the hex text of HMAC-SHA1 of the key time. */
  deriveKey(secret: string, keyTime: string): Key;
  sha1(text: Text): string | Promise<string>;
  /** HMAC-SHA1 of an ASCII text. */
  hmac(key: Key, text: string): string | Promise<string>;
}

/** A header or parameter. */
export interface Entry {
  /** A byte string. */
  readonly name: string;
  /** Percent-encoded. */
  readonly escapedValue: string;
}

/** Entries as a signature covers them. */
export interface SignedEntries {
  /** `name=value` joined by `&`. */
  readonly text: string;
  /** The names, in the same order. */
  readonly names: readonly string[];
}

const PLAIN_NAME = /^[a-z0-9\-._~]*$/;
const UPPER_CASE = /[A-Z]/g;

/** Names are matched in this form: percent-encoded, then in lower case, escapes included. */
export const escapeName = (name: string): string => (PLAIN_NAME.test(name) ? name : escapeBytes(name).toLowerCase());

/** Sorts by the name in lower case, not percent-encoded. Of several entries of one name the first counts. */
export function signEntries(entries: readonly Entry[]): SignedEntries {
  const sorted = entries.map(({ name, escapedValue }) => ({ name: lowerCase(name), escapedValue }));
  if (sorted.length > 1) sorted.sort((a, b) => (a.name < b.name ? -1 : +(a.name > b.name)));
  const names: string[] = [];
  let text = "";
  let previous: string | undefined;
  for (const { name, escapedValue } of sorted) {
    if (name === previous) continue;
    previous = name;
    const escapedName = escapeName(name);
    names.push(escapedName);
    text += `${text && "&"}${escapedName}=${escapedValue}`;
  }
  return { text, names };
}

// Not String.toLowerCase: bytes above 0x7F are parts of UTF-8, not letters of latin1.
const lowerCase = (name: string): string => name.replace(UPPER_CASE, (letter) => letter.toLowerCase());

/** The request as a signature covers it; `pathname` is percent-decoded. */
export const httpString = (
  method: string,
  pathname: string,
  parameters: SignedEntries,
  headers: SignedEntries,
): string => `${method.toLowerCase()}\n${pathname}\n${parameters.text}\n${headers.text}\n`;

/** What the signing key signs. */
export const stringToSign = (signTime: string, digest: string): string => `sha1\n${signTime}\n${digest}\n`;
