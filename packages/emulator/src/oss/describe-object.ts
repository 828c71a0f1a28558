import type { HeadObjectOutput } from "@cosmoss/commands-oss";
import { ossConditions, readConditions } from "../http/conditions.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import type { ObjectRecord } from "../store/records.ts";
import { preconditionFailed } from "./object-failures.ts";
import { encryptionOf } from "./object-settings.ts";

/** `x-oss-object-type`, and `Type` in lists. */
export const OBJECT_TYPES: { readonly [type in ObjectRecord["type"]]: string } = {
  normal: "Normal",
  multipart: "Multipart",
  appendable: "Appendable",
};

/** What GetObject and HeadObject say of an object. */
export function describeObject(record: ObjectRecord): Omit<HeadObjectOutput, "ContentLength"> {
  const { headers, crc64, tags, attributes = {} } = record;
  const { contentMd5 } = attributes;
  return {
    ETag: `"${record.etag}"`,
    LastModified: new Date(record.lastModified),
    ...(headers["content-type"] !== undefined && { ContentType: headers["content-type"] }),
    ...(headers["cache-control"] !== undefined && { CacheControl: headers["cache-control"] }),
    ...(headers["content-disposition"] !== undefined && { ContentDisposition: headers["content-disposition"] }),
    ...(headers["content-encoding"] !== undefined && { ContentEncoding: headers["content-encoding"] }),
    ...(headers["content-language"] !== undefined && { ContentLanguage: headers["content-language"] }),
    ...(headers["expires"] !== undefined && { Expires: headers["expires"] }),
    ...(typeof contentMd5 === "string" && { ContentMD5: contentMd5 }),
    ...(crc64 !== undefined && { HashCrc64ecma: crc64 }),
    Metadata: record.metadata,
    ObjectType: OBJECT_TYPES[record.type],
    StorageClass: record.storageClass,
    ...(record.type === "appendable" && { NextAppendPosition: record.size }),
    ...(tags && tags.length > 0 && { TaggingCount: tags.length }),
    ...encryptionOf(attributes),
  };
}

/** The answer to a request whose conditions say that nothing changed; none if it goes on. Throws if they fail. */
export function unchanged(exchange: Exchange, record: ObjectRecord): Answer<never> | undefined {
  const result = ossConditions(
    readConditions((name) => exchange.headers[name], ""),
    record,
  );
  if (result.kind === "failed") throw preconditionFailed(result.condition);
  if (result.kind === "met") return undefined;
  return {
    status: 304,
    headers: { etag: `"${record.etag}"`, "last-modified": new Date(record.lastModified).toUTCString() },
  };
}
