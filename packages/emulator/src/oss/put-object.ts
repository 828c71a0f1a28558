import type { PutObjectInput, PutObjectOutput } from "@cosmoss/commands-oss";
import type { Answer, Exchange } from "../server/handler.ts";
import { refuseCallback } from "./callback.ts";
import { encryptionHeaders } from "./encryption-headers.ts";
import { checkOverwrite } from "./object-failures.ts";
import { readSettings } from "./object-settings.ts";
import { etagOf, receiveObject } from "./receive-object.ts";

/** Stores a body as an object, in place of an earlier one. */
export async function putObject(input: PutObjectInput, exchange: Exchange): Promise<Answer<PutObjectOutput>> {
  const bucket = exchange.bucket();
  refuseCallback(exchange);
  const settings = readSettings(input, exchange);
  const { body, md5, crc64 } = await receiveObject(exchange);
  const contentMd5 = md5.toString("base64");
  const { etag } = await bucket.put(input.Key, body, (current) => {
    checkOverwrite(input.ForbidOverwrite, current);
    return {
      ...settings,
      etag: etagOf(md5),
      crc64,
      lastModified: exchange.clock.now(),
      type: "normal",
      attributes: { ...settings.attributes, contentMd5 },
    };
  });
  return {
    output: { ETag: `"${etag}"`, ContentMD5: contentMd5, HashCrc64ecma: crc64 },
    headers: encryptionHeaders(settings.attributes),
  };
}
