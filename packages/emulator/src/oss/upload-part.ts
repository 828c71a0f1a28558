import type { UploadPartInput, UploadPartOutput } from "@cosmoss/commands-oss";
import type { Answer, Exchange } from "../server/handler.ts";
import { badArgument } from "./object-failures.ts";
import { encryptionOf } from "./object-settings.ts";
import { etagOf, receiveObject } from "./receive-object.ts";
import { findUpload, NO_UPLOAD, uploadSettings } from "./upload-record.ts";
import { uploadGone } from "./store-failures.ts";

/** Stores a part of an upload, in place of an earlier one with its number. */
export async function uploadPart(input: UploadPartInput, exchange: Exchange): Promise<Answer<UploadPartOutput>> {
  const { Key, UploadId, PartNumber } = input;
  const bucket = exchange.bucket();
  refuseEncryption(exchange.headers);
  const upload = findUpload(bucket, Key, UploadId, NO_UPLOAD.part);
  const { body, md5, crc64 } = await receiveObject(exchange);
  const etag = etagOf(md5);
  await uploadGone(
    bucket.putPart(UploadId, PartNumber, body, { etag, crc64, lastModified: exchange.clock.now() }),
    UploadId,
    NO_UPLOAD.part,
  );
  return {
    output: {
      ETag: `"${etag}"`,
      ContentMD5: md5.toString("base64"),
      HashCrc64ecma: crc64,
      ...encryptionOf(uploadSettings(upload).attributes),
    },
  };
}

/** It is said when the upload begins. */
function refuseEncryption(headers: Exchange["headers"]): void {
  const name = "x-oss-server-side-encryption";
  const value = headers[name];
  if (value) throw badArgument(name, value, `The header ${name} is not allowed when uploading a part.`);
}
