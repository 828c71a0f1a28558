import { createHash } from "node:crypto";
import { Crc64 } from "@cosmoss/checksum";
import type { UploadPartCopyInput, UploadPartCopyOutput } from "@cosmoss/commands-oss";
import { copySourceRange } from "../http/ranges.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import type { OpenObject } from "../store/store.ts";
import { openCopySource } from "./copy-source.ts";
import { badArgument } from "./object-failures.ts";
import { etagOf, MAX_UPLOAD_BYTES, tooLarge } from "./receive-object.ts";
import { seconds } from "./seconds.ts";
import { uploadGone } from "./store-failures.ts";
import { findUpload, NO_UPLOAD } from "./upload-record.ts";

/** Stores an object or a range of it as a part of an upload. */
export async function uploadPartCopy(
  input: UploadPartCopyInput,
  exchange: Exchange,
): Promise<Answer<UploadPartCopyOutput>> {
  const { Key, UploadId, PartNumber } = input;
  const bucket = exchange.bucket();
  findUpload(bucket, Key, UploadId, NO_UPLOAD.partCopy);
  const source = openCopySource(exchange, input.CopySource);
  if (!source) return { status: 304 };
  const body = exchange.store.stage();
  try {
    const { start, end } = readRange(input.CopySourceRange, source.record.size);
    if (end - start > MAX_UPLOAD_BYTES) throw tooLarge(end - start);
    const { etag, crc64 } = await digest(source, start, end);
    body.link(source, start, end);
    const lastModified = exchange.clock.now();
    await uploadGone(
      bucket.putPart(UploadId, PartNumber, body, { etag, crc64, lastModified }),
      UploadId,
      NO_UPLOAD.partCopy,
    );
    return {
      output: { ETag: `"${etag}"`, LastModified: seconds(lastModified) },
      headers: { etag: `"${etag}"` }, // Not described, but there are clients that read it here.
    };
  } finally {
    await body.discard();
    await source.close();
  }
}

function readRange(header: string | undefined, size: number): { start: number; end: number } {
  if (header === undefined) return { start: 0, end: size };
  const range = copySourceRange(header, size);
  if (range) return range;
  throw badArgument(
    "x-oss-copy-source-range",
    header,
    "The x-oss-copy-source-range value must be of the form bytes=first-last, where first and last are the zero-based offsets of bytes of the source.",
  );
}

/** The bytes stay where they are, but those of a part have digests of their own. */
async function digest(source: OpenObject, start: number, end: number): Promise<{ etag: string; crc64: string }> {
  const md5 = createHash("md5");
  const crc64 = new Crc64();
  for await (const chunk of source.read(start, end)) {
    md5.update(chunk);
    crc64.update(chunk);
  }
  return { etag: etagOf(md5.digest()), crc64: crc64.digest() };
}
