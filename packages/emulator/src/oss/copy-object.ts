import type { CopyObjectInput, CopyObjectOutput } from "@cosmoss/commands-oss";
import type { Answer, Exchange } from "../server/handler.ts";
import type { ObjectMeta, ObjectRecord } from "../store/records.ts";
import { openCopySource } from "./copy-source.ts";
import { badArgument, checkOverwrite } from "./object-failures.ts";
import { encryptionOf, readSettings } from "./object-settings.ts";
import { MAX_UPLOAD_BYTES, tooLarge } from "./receive-object.ts";
import { seconds } from "./seconds.ts";

/** Copies an object by linking its bytes; onto itself, that changes its metadata. */
export async function copyObject(input: CopyObjectInput, exchange: Exchange): Promise<Answer<CopyObjectOutput>> {
  const { CopySource, Key } = input;
  const bucket = exchange.bucket();
  const ontoItself = CopySource.Bucket === input.Bucket && CopySource.Key === Key;
  const replacesMetadata = directive("x-oss-metadata-directive", input.MetadataDirective) || ontoItself;
  const replacesTags = directive("x-oss-tagging-directive", input.TaggingDirective);
  const settings = readSettings(input, exchange);
  const source = openCopySource(exchange, CopySource);
  if (!source) return { status: 304 };
  const { record } = source;
  const body = exchange.store.stage();
  try {
    if (!ontoItself && record.size > MAX_UPLOAD_BYTES) throw tooLarge(record.size);
    body.link(source);
    const copy = await bucket.put(Key, body, (current): ObjectMeta => {
      checkOverwrite(input.ForbidOverwrite, current);
      const { contentMd5 } = record.attributes ?? {};
      return {
        ...contentOf(record, ontoItself),
        ...settings,
        ...(!replacesMetadata && { headers: record.headers, metadata: record.metadata }),
        ...(!replacesTags && { tags: record.tags ?? [] }),
        // A copy onto itself is how metadata is changed: the class stays, unless it is what is changed.
        ...(ontoItself && input.StorageClass === undefined && { storageClass: record.storageClass }),
        lastModified: exchange.clock.now(),
        attributes: { ...settings.attributes, ...(contentMd5 !== undefined && { contentMd5 }) },
      };
    });
    return {
      output: {
        ETag: `"${copy.etag}"`,
        LastModified: seconds(copy.lastModified),
        ...(copy.crc64 !== undefined && { HashCrc64ecma: copy.crc64 }),
        ...encryptionOf(copy.attributes),
      },
    };
  } finally {
    await body.discard();
    await source.close();
  }
}

/** What the bytes bring along. A copy can be appended to only if it is the object itself. */
function contentOf(
  { etag, crc64, type, partCount }: ObjectRecord,
  ontoItself: boolean,
): Pick<ObjectMeta, "etag" | "crc64" | "type" | "partCount"> {
  return {
    etag,
    ...(crc64 !== undefined && { crc64 }),
    type: type === "appendable" && !ontoItself ? "normal" : type,
    ...(partCount !== undefined && { partCount }),
  };
}

/** Whether it says `REPLACE`. */
function directive(name: string, value: string = "COPY"): boolean {
  const upper = value.toUpperCase();
  if (upper !== "COPY" && upper !== "REPLACE") throw badArgument(name, value, `${name} is COPY or REPLACE.`);
  return upper === "REPLACE";
}
