import { combineCrc64 } from "@cosmoss/checksum";
import type { CompletedPart, CompleteMultipartUploadInput, CompleteMultipartUploadOutput } from "@cosmoss/commands-cos";
import { escapePath } from "@cosmoss/uri";
import { cosFailure } from "../http/errors.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import type { PartRecord } from "../store/records.ts";
import { encryptionOf } from "./encryption.ts";
import { multipartETag, quoted, unquoted } from "./etag.ts";
import { checkMetadata, checkOverwrite } from "./object-traits.ts";
import { committed } from "./store-failure.ts";
import { findUpload, planOf } from "./upload-record.ts";

const MIN_PART_BYTES = 1_048_576;

/** Makes the object of an upload from the parts that the document names. */
export async function completeMultipartUpload(
  input: CompleteMultipartUploadInput,
  exchange: Exchange,
): Promise<Answer<CompleteMultipartUploadOutput>> {
  const { Bucket, Key, UploadId, Parts, ForbidOverwrite, Metadata = {} } = input;
  const bucket = exchange.bucket();
  const { traits, forbidOverwrite } = planOf(findUpload(bucket, Key, UploadId));
  const metadata = checkMetadata({ ...traits.metadata, ...Metadata });
  const record = await committed(
    bucket.completeUpload(UploadId, ({ parts: stored, current }) => {
      const parts = chooseParts(Parts, stored);
      checkOverwrite(current, forbidOverwrite || ForbidOverwrite);
      return {
        parts: parts.map(({ number }) => number),
        meta: {
          ...traits,
          metadata,
          etag: multipartETag(parts),
          crc64: combinedCrc64(parts),
          lastModified: exchange.clock.now(),
          type: "multipart",
          partCount: parts.length,
        },
      };
    }),
  );
  return {
    isChunked: true,
    output: {
      Location: `${exchange.host}${exchange.destination.addressing === "path" ? `/${Bucket}` : ""}/${escapePath(Key)}`,
      Bucket,
      Key,
      ETag: quoted(record.etag),
      ...encryptionOf(traits),
    },
  };
}

/** The stored parts that a request lists, checked as COS does: order first, then that they are there, then their sizes. */
function chooseParts(listed: readonly CompletedPart[], stored: readonly PartRecord[]): PartRecord[] {
  if (listed.length === 0) throw cosFailure("MalformedXML");
  listed.forEach(({ PartNumber }, i) => {
    if (i > 0 && PartNumber <= listed[i - 1]!.PartNumber) throw cosFailure("InvalidPartOrder");
  });
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  const parts = listed.map(({ PartNumber, ETag }, i) => {
    const part = byNumber.get(PartNumber);
    const isNext = i === 0 || PartNumber === listed[i - 1]!.PartNumber + 1;
    if (!part || !isNext || unquoted(ETag) !== part.etag) throw cosFailure("InvalidPart");
    return part;
  });
  if (parts.slice(0, -1).some(({ size }) => size < MIN_PART_BYTES)) throw cosFailure("EntityTooSmall");
  return parts;
}

function combinedCrc64(parts: readonly PartRecord[]): string {
  return parts.reduce((crc, part) => combineCrc64(crc, part.crc64 as string, part.size), "0");
}
