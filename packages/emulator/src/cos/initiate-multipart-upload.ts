import type { InitiateMultipartUploadInput, InitiateMultipartUploadOutput } from "@cosmoss/commands-cos";
import type { Random } from "@cosmoss/types";
import type { Exchange, Handler } from "../server/handler.ts";
import { encryptionOf } from "./encryption.ts";
import { checkOverwrite, readTraits } from "./object-traits.ts";
import { committed } from "./store-failure.ts";
import { toAttributes } from "./upload-record.ts";

/** The handler, with ids that grow in the order in which uploads begin. */
export function initiateMultipartUpload(
  random: Random,
): Handler<InitiateMultipartUploadInput, InitiateMultipartUploadOutput> {
  let count = 0;
  return async (input: InitiateMultipartUploadInput, exchange: Exchange) => {
    const { Bucket, Key, ForbidOverwrite = false } = input;
    const bucket = exchange.bucket();
    const traits = readTraits(input, exchange);
    checkOverwrite(bucket.object(Key), ForbidOverwrite);
    const initiated = exchange.clock.now();
    const id = uploadId(initiated, count++, random);
    const attributes = toAttributes({ traits, forbidOverwrite: ForbidOverwrite });
    await committed(bucket.createUpload({ key: Key, id, initiated, attributes }));
    return { output: { Bucket, Key, UploadId: id, ...encryptionOf(traits) } };
  };
}

/** Seconds as COS has them, then milliseconds, a count, and digits at random. */
function uploadId(now: number, count: number, random: Random): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0").slice(-digits);
  const tail = Array.from({ length: 4 }, () => hex(Math.floor(random() * 2 ** 32), 8)).join("");
  return String(Math.floor(now / 1000)).padStart(10, "0") + hex(Math.floor(now % 1000), 3) + hex(count, 6) + tail;
}
