import type { AbortMultipartUploadInput, AbortMultipartUploadOutput } from "@cosmoss/commands-oss";
import type { Answer, Exchange } from "../server/handler.ts";
import { uploadGone } from "./store-failures.ts";
import { findUpload } from "./upload-record.ts";

/** Ends an upload and drops its parts. */
export async function abortMultipartUpload(
  { Key, UploadId }: AbortMultipartUploadInput,
  exchange: Exchange,
): Promise<Answer<AbortMultipartUploadOutput>> {
  const bucket = exchange.bucket();
  findUpload(bucket, Key, UploadId);
  await uploadGone(bucket.abortUpload(UploadId), UploadId);
  return { status: 204 };
}
