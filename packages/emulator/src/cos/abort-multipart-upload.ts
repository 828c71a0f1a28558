import type { AbortMultipartUploadInput, AbortMultipartUploadOutput } from "@cosmoss/commands-cos";
import type { Answer, Exchange } from "../server/handler.ts";
import { committed } from "./store-failure.ts";
import { findUpload } from "./upload-record.ts";

/** Ends an upload and drops its parts. */
export async function abortMultipartUpload(
  { Key, UploadId }: AbortMultipartUploadInput,
  exchange: Exchange,
): Promise<Answer<AbortMultipartUploadOutput>> {
  const bucket = exchange.bucket();
  findUpload(bucket, Key, UploadId);
  await committed(bucket.abortUpload(UploadId));
  return { status: 204 };
}
