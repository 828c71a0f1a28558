import type { CopyObjectInput, CopyObjectOutput } from "@cosmoss/commands-cos";
import { cosFailure } from "../http/errors.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import type { ObjectRecord } from "../store/records.ts";
import { openCopySource } from "./copy-source.ts";
import { encryptionOf } from "./encryption.ts";
import { quoted } from "./etag.ts";
import { checkOverwrite, type ObjectTraits, readTraits } from "./object-traits.ts";
import { committed } from "./store-failure.ts";
import { wholeSeconds } from "./time.ts";

/** Copies an object by linking its bytes. */
export async function copyObject(input: CopyObjectInput, exchange: Exchange): Promise<Answer<CopyObjectOutput>> {
  const { Bucket, Key: key, CopySource, ForbidOverwrite } = input;
  const isReplaced = readDirective("x-cos-metadata-directive", input.MetadataDirective);
  const areTagsReplaced = readDirective("x-cos-tagging-directive", input.TaggingDirective);
  if (CopySource.Bucket === Bucket && CopySource.Key === key && !isReplaced) {
    throw cosFailure("InvalidRequest", {
      message: "An object is copied onto itself only to replace its metadata.",
    });
  }
  const bucket = exchange.bucket();
  const given = readTraits(input, exchange);
  const source = openCopySource(CopySource, exchange);
  try {
    const traits = copyTraits(given, source.record, { isReplaced, areTagsReplaced });
    const body = exchange.store.stage();
    body.link(source);
    const record = await committed(
      bucket.put(key, body, (current) => {
        checkOverwrite(current, ForbidOverwrite);
        const { etag, crc64, partCount } = source.record;
        return {
          ...traits,
          etag,
          ...(crc64 !== undefined && { crc64 }),
          lastModified: exchange.clock.now(),
          type: "normal",
          ...(partCount !== undefined && { partCount }),
        };
      }),
    );
    return {
      isChunked: true,
      output: {
        ETag: quoted(record.etag),
        LastModified: wholeSeconds(record.lastModified),
        ...(record.crc64 !== undefined && { CRC64: record.crc64 }),
        ...encryptionOf(traits),
      },
    };
  } finally {
    await source.close();
  }
}

function copyTraits(
  given: ObjectTraits,
  { headers, metadata, tags: sourceTags }: ObjectRecord,
  { isReplaced, areTagsReplaced }: { isReplaced: boolean; areTagsReplaced: boolean },
): ObjectTraits {
  const { tags: givenTags, ...traits } = given;
  const tags = areTagsReplaced ? givenTags : sourceTags;
  return { ...traits, ...(isReplaced ? {} : { headers, metadata }), ...(tags && { tags }) };
}

/** Whether the request's own values are to be taken. */
function readDirective(name: string, directive: string = "Copy"): boolean {
  const isReplaced = directive.toLowerCase() === "replaced";
  if (isReplaced || directive.toLowerCase() === "copy") return isReplaced;
  throw cosFailure("InvalidArgument", { message: `${name} must be Copy or Replaced.` });
}
