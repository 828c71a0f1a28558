import { createHash } from "node:crypto";
import type { PartRecord } from "../store/records.ts";
import type { EncryptionEcho } from "./encryption.ts";

/** As headers and documents show it. */
export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** An ETag as a client gave it back, for comparison with a stored one. */
export function unquoted(etag: string): string {
  return etag
    .trim()
    .replace(/^"(.*)"$/, "$1")
    .toLowerCase();
}

/** The MD5 of the bytes; with a key of the customer's something else, that does not tell it. */
export function contentETag(md5: Buffer, { SSECustomerKeyMD5 }: EncryptionEcho): string {
  return SSECustomerKeyMD5 === undefined ? md5.toString("hex") : digest(md5.toString("hex") + SSECustomerKeyMD5);
}

/** The ETag of an object after bytes were added. COS does not say how it makes it. */
export function appendedETag(before: string, md5: Buffer): string {
  return digest(before + md5.toString("hex"));
}

/** The ETag of an object made of parts. COS does not say how it makes it, except that it ends with their number. */
export function multipartETag(parts: readonly PartRecord[]): string {
  return `${digest(parts.map(({ etag }) => etag).join(""))}-${parts.length}`;
}

function digest(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
