import { createHash } from "node:crypto";
import { Crc64 } from "@cosmoss/checksum";
import type { StagedBody } from "../store/store.ts";
import type { Exchange } from "./handler.ts";

/** A payload that has come in whole, not yet part of anything. */
export interface ReceivedPayload {
  /** Give it to the store, or `discard` it. */
  readonly body: StagedBody;
  readonly md5: Buffer;
  /** Decimal. */
  readonly crc64: string;
}

/** Takes the payload of a request in, piece by piece. Keeps nothing when it breaks off, or when `tooLarge` throws. */
export async function receivePayload(
  exchange: Exchange,
  maxBytes: number,
  tooLarge: () => Error,
): Promise<ReceivedPayload> {
  if ((exchange.contentLength ?? 0) > maxBytes) throw tooLarge();
  const body = exchange.store.stage();
  const md5 = createHash("md5");
  const crc64 = new Crc64();
  try {
    for await (const chunk of exchange.body) {
      if (body.size + chunk.length > maxBytes) throw tooLarge();
      md5.update(chunk);
      crc64.update(chunk);
      await body.write(chunk);
    }
    return { body, md5: md5.digest(), crc64: crc64.digest() };
  } catch (error) {
    await body.discard();
    throw error;
  }
}
