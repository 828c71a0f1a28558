import { createHash } from "node:crypto";
import { combineCrc64 } from "@cosmoss/checksum";
import type { CompletedPart, CompleteMultipartUploadInput, CompleteMultipartUploadOutput } from "@cosmoss/commands-oss";
import { escapePath } from "@cosmoss/uri";
import { ossFailure } from "../http/errors.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import type { PartRecord } from "../store/records.ts";
import { refuseCallback } from "./callback.ts";
import { encryptionHeaders } from "./encryption-headers.ts";
import { badArgument, checkOverwrite } from "./object-failures.ts";
import { readAcl } from "./object-settings.ts";
import { etagOf } from "./receive-object.ts";
import { uploadGone } from "./store-failures.ts";
import { findUpload, uploadSettings } from "./upload-record.ts";

/** Fewest bytes of a part that is not the last one. */
const MIN_PART_BYTES = 102_400;

/** Makes the object of an upload from the parts that the document names. */
export async function completeMultipartUpload(
  input: CompleteMultipartUploadInput,
  exchange: Exchange,
): Promise<Answer<CompleteMultipartUploadOutput>> {
  const { Bucket, Key, UploadId, ObjectAcl } = input;
  const bucket = exchange.bucket();
  refuseCallback(exchange);
  const acl = ObjectAcl === undefined ? undefined : readAcl(ObjectAcl);
  const isAll = readCompleteAll(input, exchange.contentLength);
  findUpload(bucket, Key, UploadId);
  const record = await uploadGone(
    bucket.completeUpload(UploadId, ({ upload, parts, current }) => {
      checkOverwrite(input.ForbidOverwrite, current);
      const chosen = isAll ? parts : choose(input.Parts ?? [], parts, UploadId);
      if (chosen.length === 0) throw ossFailure("MalformedXML", { fields: { ErrorDetail: "there are no parts." } });
      checkSizes(chosen);
      return {
        parts: chosen.map(({ number }) => number),
        meta: {
          ...uploadSettings(upload),
          ...(acl !== undefined && { acl }),
          etag: wholeEtag(chosen),
          crc64: wholeCrc64(chosen),
          lastModified: exchange.clock.now(),
          type: "multipart",
          partCount: chosen.length,
        },
      };
    }),
    UploadId,
  );
  return {
    output: {
      Location: locationOf(exchange, Bucket, Key),
      Bucket,
      Key,
      ETag: `"${record.etag}"`,
      ...(record.crc64 !== undefined && { HashCrc64ecma: record.crc64 }),
    },
    headers: { etag: `"${record.etag}"`, ...encryptionHeaders(record.attributes) },
  };
}

/** Whether all parts are asked for instead of a list of them. */
function readCompleteAll({ CompleteAll }: CompleteMultipartUploadInput, contentLength = 0): boolean {
  const name = "x-oss-complete-all";
  if (CompleteAll === undefined) return false;
  if (CompleteAll !== "yes") throw badArgument(name, CompleteAll, `The value of ${name} is yes.`);
  if (contentLength === 0) return true;
  throw ossFailure("InvalidArgument", {
    message: "Should not speficy both complete all header and http body.", // sic
    ec: "0042-00000216",
    fields: { ArgumentName: name, ArgumentValue: CompleteAll },
  });
}

function choose(listed: readonly CompletedPart[], parts: readonly PartRecord[], uploadId: string): PartRecord[] {
  const byNumber = new Map(parts.map((part) => [part.number, part]));
  let last = 0;
  return listed.map(({ PartNumber, ETag }) => {
    if (PartNumber < 1 || PartNumber > 10_000) {
      throw ossFailure("InvalidPartOrder", {
        message: "Part number must be an integer between 1 and 10000, inclusive.",
      });
    }
    if (PartNumber <= last) throw ossFailure("InvalidPartOrder");
    last = PartNumber;
    const part = byNumber.get(PartNumber);
    if (part && part.etag === ETag.trim().replaceAll('"', "").toUpperCase()) return part;
    throw ossFailure("InvalidPart", {
      fields: { UploadId: uploadId, PartNumber: String(PartNumber), ETag },
    });
  });
}

function checkSizes(parts: readonly PartRecord[]): void {
  const small = parts.slice(0, -1).find(({ size }) => size < MIN_PART_BYTES);
  if (!small) return;
  throw ossFailure("EntityTooSmall", {
    fields: {
      MinSizeAllowed: String(MIN_PART_BYTES),
      ProposedSize: String(small.size),
      PartNumber: String(small.number),
    },
  });
}

function wholeEtag(parts: readonly PartRecord[]): string {
  const md5 = createHash("md5");
  for (const { etag } of parts) md5.update(etag, "hex");
  return `${etagOf(md5.digest())}-${parts.length}`;
}

function wholeCrc64(parts: readonly PartRecord[]): string {
  let whole = "0";
  for (const { crc64 = "0", size } of parts) whole = combineCrc64(whole, crc64, size);
  return whole;
}

function locationOf({ host, destination }: Exchange, bucket: string, key: string): string {
  return `http://${host}/${escapePath(destination.addressing === "path" ? `${bucket}/${key}` : key)}`;
}
