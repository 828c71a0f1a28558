import { createDecipheriv } from "node:crypto";

/** Known to everybody, and the same for all: what coscli does is no protection. */
const KEY = "coscli-secret\0\0\0";

/**
 * The text that coscli stored as `stored`: AES-128-ECB, padded with zero bytes, in Base64. What cannot have been made so is
 * plain text, as people write it by hand.
 */
export function readCoscliSecret(stored: string): string {
  const bytes = Buffer.from(stored, "base64");
  if (bytes.toString("base64") !== stored || bytes.length % 16 !== 0) return stored;
  const decipher = createDecipheriv("aes-128-ecb", KEY, null).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(bytes), decipher.final()])
    .toString("latin1")
    .replace(/\0+$/, "");
  // A plain token may happen to be Base64 of that length; what comes out of it then is no text.
  return /^[\x20-\x7e]*$/.test(plain) ? plain : stored;
}
