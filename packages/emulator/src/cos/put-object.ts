import type { PutObjectInput, PutObjectOutput } from "@cosmoss/commands-cos";
import type { Answer, Exchange } from "../server/handler.ts";
import { encryptionOf } from "./encryption.ts";
import { contentETag, quoted } from "./etag.ts";
import { checkOverwrite, readTraits } from "./object-traits.ts";
import { receiveBytes } from "./receive-bytes.ts";
import { committed } from "./store-failure.ts";

/** Stores a body as an object, in place of an earlier one. */
export async function putObject(input: PutObjectInput, exchange: Exchange): Promise<Answer<PutObjectOutput>> {
  const { Key: key, ForbidOverwrite } = input;
  const bucket = exchange.bucket();
  const traits = readTraits(input, exchange);
  const encryption = encryptionOf(traits);
  checkOverwrite(bucket.object(key), ForbidOverwrite);
  const { body, md5, crc64 } = await receiveBytes(exchange);
  const record = await committed(
    bucket.put(key, body, (current) => {
      checkOverwrite(current, ForbidOverwrite);
      return {
        ...traits,
        etag: contentETag(md5, encryption),
        crc64,
        lastModified: exchange.clock.now(),
        type: "normal",
      };
    }),
  );
  return { output: { ETag: quoted(record.etag), HashCrc64ecma: crc64, ...encryption } };
}
