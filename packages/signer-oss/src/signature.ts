import type { HeaderBag } from "@cosmoss/types";
import { trimValue } from "./byte-string.ts";

/** What V4 needs of a crypto library. Texts are byte strings, digests lower-case hex. */
export interface V4Crypto<Key> {
  /** HMAC-SHA256 of each part of the scope in turn, beginning with the secret as the key. */
  deriveKey(secret: string, scope: readonly string[]): Key;
  sha256(text: string): string | Promise<string>;
  hmac(key: Key, text: string): string | Promise<string>;
}

/** What V1 needs of a crypto library: base64(HMAC-SHA1), of byte strings. */
export type V1Crypto = (secret: string, text: string) => string | Promise<string>;

/** Goes on at once with what node:crypto gives, and later with the promise of WebCrypto. */
export function andThen<T>(value: string | Promise<string>, next: (value: string) => T): T | Promise<Awaited<T>> {
  return typeof value === "string" ? next(value) : (value.then(next) as Promise<Awaited<T>>);
}

/** What a request names, whatever the form of its URL. */
export function resourcePath(bucket: string | undefined, key: string | undefined): string {
  return bucket ? `/${bucket}/${key ?? ""}` : "/";
}

/** The chosen headers, a line each, in order. */
export function headerLines(headers: HeaderBag, isSigned: (name: string) => boolean): string {
  let lines = "";
  for (const name of Object.keys(headers).filter(isSigned).sort()) lines += `${name}:${trimValue(headers[name]!)}\n`;
  return lines;
}
