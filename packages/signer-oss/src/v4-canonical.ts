import type { HeaderBag } from "@cosmoss/types";
import { headerLines } from "./signature.ts";

/** Name of the scheme, with which the `Authorization` header begins. */
export const ALGORITHM = "OSS4-HMAC-SHA256";
/** What stands for the digest of the body: V4 does not sign it. */
export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
/** The last part of every credential scope. */
export const TERMINATOR = "aliyun_v4_request";

const SIGNED = /^(?:content-type$|content-md5$|x-oss-)/;

/** Whether V4 signs the header without being asked to. */
export const isSignedHeader = (name: string): boolean => SIGNED.test(name);

/**
 * One parameter, both sides percent-encoded. `!` stands for `=` until {@link canonicalQuery} has sorted: it is below
 * every char that can occur, so that whole strings sort by name, then by value.
 */
export const queryPair = (name: string, value: string): string => (value ? name + "!" + value : name);

/** Every parameter with its own value, sorted; a name without a value stands alone. */
export const canonicalQuery = (pairs: string[]): string => pairs.sort().join("&").replaceAll("!", "=");

/** The canonical request, a byte string; `uri` and `query` are percent-encoded. */
export function canonicalRequest(
  method: string,
  uri: string,
  query: string,
  additional: readonly string[],
  headers: HeaderBag,
): string {
  const isSigned = (name: string): boolean => SIGNED.test(name) || additional.includes(name);
  return (
    `${method}\n${uri}\n${query}\n${headerLines(headers, isSigned)}\n` +
    `${additional.join(";")}\n${headers["x-oss-content-sha256"] ?? UNSIGNED_PAYLOAD}`
  );
}

/** What the key of a day signs, but for the digest of the canonical request that follows. */
export const stringToSignHead = (date: string, scope: string): string => `${ALGORITHM}\n${date}\n${scope}\n`;

/** What the first key is made of. */
export const secretKey = (secret: string): string => "aliyun_v4" + secret;
