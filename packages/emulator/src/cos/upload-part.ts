import type { UploadPartInput, UploadPartOutput } from "@cosmoss/commands-cos";
import type { Answer, Exchange } from "../server/handler.ts";
import { checkCustomerKey, encryptionOf } from "./encryption.ts";
import { contentETag, quoted } from "./etag.ts";
import { receiveBytes } from "./receive-bytes.ts";
import { committed } from "./store-failure.ts";
import { findUpload, planOf } from "./upload-record.ts";

/** Stores a part of an upload, in place of an earlier one with its number. */
export async function uploadPart(input: UploadPartInput, exchange: Exchange): Promise<Answer<UploadPartOutput>> {
  const { Key, UploadId, PartNumber } = input;
  const bucket = exchange.bucket();
  const encryption = encryptionOf(planOf(findUpload(bucket, Key, UploadId)).traits);
  checkCustomerKey(encryption, input);
  const { body, md5, crc64 } = await receiveBytes(exchange);
  const etag = contentETag(md5, encryption);
  await committed(bucket.putPart(UploadId, PartNumber, body, { etag, crc64, lastModified: exchange.clock.now() }));
  return { output: { ETag: quoted(etag), HashCrc64ecma: crc64, ...encryption } };
}
