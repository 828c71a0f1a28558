/* The keyed hashes by WebCrypto. `crypto.node.ts` is the same by node:crypto, without promises. */
import type { V1Crypto, V4Crypto } from "./signature.ts";

type Bytes = Uint8Array<ArrayBuffer>;

// oxlint-disable-next-line no-restricted-globals -- this module is the default of a parameter
const subtle = (): SubtleCrypto => crypto.subtle;

const bytes = (text: string): Bytes => Uint8Array.from(text, (char) => char.charCodeAt(0));

const importKey = (key: Bytes, hash = "SHA-256"): Promise<CryptoKey> =>
  subtle().importKey("raw", key, { name: "HMAC", hash }, false, ["sign"]);

const hmac = async (key: Promise<CryptoKey>, text: string): Promise<Bytes> =>
  new Uint8Array(await subtle().sign("HMAC", await key, bytes(text)));

const hex = (bytes: Bytes): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** V4 by WebCrypto. */
export const v4Crypto: V4Crypto<Promise<CryptoKey>> = {
  async deriveKey(secret, scope) {
    let key = importKey(bytes(secret));
    for (const part of scope) key = importKey(await hmac(key, part));
    return key;
  },
  sha256: async (text) => hex(new Uint8Array(await subtle().digest("SHA-256", bytes(text)))),
  hmac: async (key, text) => hex(await hmac(key, text)),
};

/** V1 by WebCrypto. */
export const v1Crypto: V1Crypto = async (secret, text) =>
  btoa(String.fromCharCode(...(await hmac(importKey(bytes(secret), "SHA-1"), text))));
