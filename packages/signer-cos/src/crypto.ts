/* The keyed hashes by WebCrypto. `crypto.node.ts` is the same by node:crypto, without promises. */
import type { CosCrypto } from "./canonical.ts";

// oxlint-disable-next-line no-restricted-globals -- this module is the default of a parameter
const subtle = (): SubtleCrypto => crypto.subtle;

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (char) => char.charCodeAt(0));

const hex = (buffer: ArrayBuffer): string =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

const importKey = (key: string): Promise<CryptoKey> =>
  subtle().importKey("raw", bytes(key), { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);

const hmac = async (key: Promise<CryptoKey>, text: string): Promise<string> =>
  hex(await subtle().sign("HMAC", await key, bytes(text)));

/** The hashes of COS by WebCrypto. */
export const cosCrypto: CosCrypto<Promise<CryptoKey>> = {
  deriveKey: async (secret, keyTime) => importKey(await hmac(importKey(secret), keyTime)),
  sha1: async (text) => hex(await subtle().digest("SHA-1", bytes(text))),
  hmac,
};
