import { createHash } from "node:crypto";
import { Crc64 } from "@cosmoss/checksum";
import type { UploadPartCopyInput, UploadPartCopyOutput } from "@cosmoss/commands-cos";
import { cosFailure } from "../http/errors.ts";
import { copySourceRange } from "../http/ranges.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import type { PartMeta } from "../store/records.ts";
import type { OpenObject } from "../store/store.ts";
import { openCopySource } from "./copy-source.ts";
import { encryptionOf } from "./encryption.ts";
import { contentETag, quoted } from "./etag.ts";
import { MAX_BYTES } from "./receive-bytes.ts";
import { committed } from "./store-failure.ts";
import { wholeSeconds } from "./time.ts";
import { findUpload, planOf } from "./upload-record.ts";

/** Stores an object or a range of it as a part of an upload. */
export async function uploadPartCopy(
  input: UploadPartCopyInput,
  exchange: Exchange,
): Promise<Answer<UploadPartCopyOutput>> {
  const { Key, UploadId, PartNumber, CopySource, CopySourceRange } = input;
  const bucket = exchange.bucket();
  const encryption = encryptionOf(planOf(findUpload(bucket, Key, UploadId)).traits);
  const source = openCopySource(CopySource, exchange);
  try {
    const { start, end } = readRange(CopySourceRange, source.record.size);
    if (end - start > MAX_BYTES) throw cosFailure("EntityTooLarge");
    const { md5, crc64 } = await digestRange(source, start, end);
    const meta: PartMeta = { etag: contentETag(md5, encryption), crc64, lastModified: exchange.clock.now() };
    const body = exchange.store.stage();
    body.link(source, start, end);
    await committed(bucket.putPart(UploadId, PartNumber, body, meta));
    return {
      isChunked: true,
      output: { ETag: quoted(meta.etag), LastModified: wholeSeconds(meta.lastModified), CRC64: crc64 },
    };
  } finally {
    await source.close();
  }
}

function readRange(header: string | undefined, size: number): { readonly start: number; readonly end: number } {
  if (header === undefined) return { start: 0, end: size };
  if (!/^bytes=\d+-\d+$/.test(header)) {
    throw cosFailure("InvalidArgument", { message: "x-cos-copy-source-range is written as bytes=first-last." });
  }
  const range = copySourceRange(header, size);
  if (!range) throw cosFailure("InvalidRange");
  return range;
}

/** The bytes are linked, not copied, but the ETag and the CRC of a part are those of just its bytes. */
async function digestRange(source: OpenObject, start: number, end: number): Promise<{ md5: Buffer; crc64: string }> {
  const md5 = createHash("md5");
  const crc64 = new Crc64();
  for await (const chunk of source.read(start, end)) {
    md5.update(chunk);
    crc64.update(chunk);
  }
  return { md5: md5.digest(), crc64: crc64.digest() };
}
