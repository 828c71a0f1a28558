import type { InitiateMultipartUploadInput, InitiateMultipartUploadOutput } from "@cosmoss/commands-oss";
import type { Handler } from "../server/handler.ts";
import { checkOverwrite } from "./object-failures.ts";
import { encryptionOf, readSettings } from "./object-settings.ts";
import { uploadAttributes } from "./upload-record.ts";

/** Begins an upload, which keeps the headers for the object to be. */
export function initiateMultipartUpload(
  nextId: (now: number) => string,
): Handler<InitiateMultipartUploadInput, InitiateMultipartUploadOutput> {
  return async (input, exchange) => {
    const { Bucket, Key } = input;
    const bucket = exchange.bucket();
    const settings = readSettings(input, exchange);
    checkOverwrite(input.ForbidOverwrite, bucket.object(Key));
    const initiated = exchange.clock.now();
    const id = nextId(initiated);
    await bucket.createUpload({ key: Key, id, initiated, attributes: uploadAttributes(settings) });
    return { output: { Bucket, Key, UploadId: id, ...encryptionOf(settings.attributes) } };
  };
}
