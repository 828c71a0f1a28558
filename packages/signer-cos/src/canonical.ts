import { escapeBytes } from "./byte-string.ts";

/** What the signatures need of a crypto library. Texts are byte strings, digests lower-case hex. */
export interface CosCrypto<Key> {
  /** The signing key: the hex text of HMAC-SHA1 of the key time. */
  deriveKey(secret: string, keyTime: string): Key;
  sha1(text: string): string | Promise<string>;
  hmac(key: Key, text: string): string | Promise<string>;
}

/** A header or parameter: its name as a byte string, its value percent-encoded. */
export type Entry = readonly [name: string, escapedValue: string];

/** Entries as a signature covers them. */
export interface SignedEntries {
  /** `name=value` joined by `&`. */
  readonly text: string;
  /** The names in the same order, joined by `;`. */
  readonly names: string;
}

const UPPER_CASE = /[A-Z]/g;
const PLAIN_NAME = /^[a-z0-9\-._~]*$/;

/** Names are matched in this form: percent-encoded, then in lower case, escapes included. */
export const escapeName = (name: string): string => (PLAIN_NAME.test(name) ? name : escapeBytes(name).toLowerCase());

// Not String.toLowerCase: bytes above 0x7F are parts of UTF-8, not letters of latin1.
const lowerCase = (name: string): string => name.replace(UPPER_CASE, (letter) => letter.toLowerCase());

/** Sorts by the name in lower case, not percent-encoded. Of several entries of one name the first counts. */
export function signEntries(entries: readonly Entry[]): SignedEntries {
  // By index where it is done most: taking tuples apart is slower.
  const sorted = entries.map((entry) => [lowerCase(entry[0]), entry[1]] as const);
  sorted.sort((one, other) => (one[0] < other[0] ? -1 : +(one[0] > other[0])));
  let names = "";
  let text = "";
  let previous: string | undefined;
  for (const [name, escapedValue] of sorted) {
    if (name === previous) continue;
    const escaped = escapeName((previous = name));
    names += `${names && ";"}${escaped}`;
    text += `${text && "&"}${escaped}=${escapedValue}`;
  }
  return { text, names };
}

/** The request as a signature covers it; `pathname` is percent-decoded. */
export const httpString = (
  method: string,
  pathname: string,
  parameters: SignedEntries,
  headers: SignedEntries,
): string => `${method.toLowerCase()}\n${pathname}\n${parameters.text}\n${headers.text}\n`;

/** What the signing key signs. */
export const stringToSign = (signTime: string, digest: string): string => `sha1\n${signTime}\n${digest}\n`;

/** Goes on at once with what node:crypto gives, and later with the promise of WebCrypto. */
export function andThen<T>(value: string | Promise<string>, next: (value: string) => T): T | Promise<Awaited<T>> {
  return typeof value === "string" ? next(value) : (value.then(next) as Promise<Awaited<T>>);
}
