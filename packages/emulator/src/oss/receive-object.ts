import { ossFailure } from "../http/errors.ts";
import type { Exchange } from "../server/handler.ts";
import { type ReceivedPayload, receivePayload } from "../server/receive.ts";

/** Most bytes of one upload, one part, one append, and one object that is copied or appended to. */
export const MAX_UPLOAD_BYTES: number = 5_368_709_120;

/** Takes a payload in, and checks its length and `Content-MD5`. */
export async function receiveObject(exchange: Exchange): Promise<ReceivedPayload> {
  const { headers, contentLength } = exchange;
  if (contentLength === undefined && headers["transfer-encoding"] === undefined) {
    throw ossFailure("MissingContentLength");
  }
  const digest = headers["content-md5"];
  if (digest && Buffer.from(digest, "base64").length !== 16) throw invalidDigest(digest);
  const payload = await receivePayload(exchange, MAX_UPLOAD_BYTES, () => tooLarge(contentLength));
  if (digest && payload.md5.toString("base64") !== digest) {
    await payload.body.discard();
    throw invalidDigest(digest);
  }
  return payload;
}

/** The failure of more bytes than one request may bring, or one object may have. */
export function tooLarge(size: number | undefined): Error {
  return ossFailure("EntityTooLarge", {
    fields: {
      MaxSizeAllowed: String(MAX_UPLOAD_BYTES),
      ...(size !== undefined && { ProposedSize: String(size) }),
    },
  });
}

/** An ETag as OSS makes it of an MD5. */
export function etagOf(md5: Uint8Array): string {
  return Buffer.from(md5).toString("hex").toUpperCase();
}

function invalidDigest(digest: string): Error {
  return ossFailure("InvalidDigest", { fields: { "Content-MD5": digest } });
}
