import { cosFailure } from "../http/errors.ts";
import type { Exchange } from "../server/handler.ts";
import { type ReceivedPayload, receivePayload } from "../server/receive.ts";

/** The most bytes of a payload, of an appendable object, and of a copy. */
export const MAX_BYTES: number = 5_368_709_120;

/** Takes the payload of a request in and checks it against its `Content-MD5`. */
export async function receiveBytes(exchange: Exchange): Promise<ReceivedPayload> {
  const { headers, contentLength } = exchange;
  if (contentLength === undefined && headers["transfer-encoding"] === undefined)
    throw cosFailure("MissingContentLength");
  const digest = headers["content-md5"];
  if (digest && Buffer.from(digest, "base64").length !== 16) throw cosFailure("InvalidDigest");
  const received = await receivePayload(exchange, MAX_BYTES, () => cosFailure("EntityTooLarge"));
  if (digest && received.md5.toString("base64") !== digest) {
    await received.body.discard();
    throw cosFailure("InvalidDigest", { message: "The Content-MD5 you specified did not match what we received." });
  }
  return received;
}
