/**
 * MD5 for the `Content-MD5` header, over node:crypto.
 * @packageDocumentation
 */
import crypto from "node:crypto";

/**
 * MD5 of `data` in base64, as the header `Content-MD5` wants it. Strings are hashed as UTF-8.
 *
 * MD5 finds transmission errors; it proves nothing about who wrote the data.
 * @public
 */
export function md5Base64(data: Uint8Array | string): string {
  // `crypto.hash` costs half of a Hash object for small documents; Node-compatible runtimes may lack it.
  return typeof crypto.hash === "function"
    ? crypto.hash("md5", data, "base64")
    : crypto.createHash("md5").update(data).digest("base64");
}
