import type { HeadObjectOutput } from "@cosmoss/commands-cos";
import type { ObjectRecord } from "../store/records.ts";
import { encryptionOf } from "./encryption.ts";
import { quoted } from "./etag.ts";

/** What HEAD and GET say of an object. */
export function objectHeaders(record: ObjectRecord): HeadObjectOutput {
  const { headers, storageClass, tags, crc64, size } = record;
  const isAppendable = record.type === "appendable";
  return {
    ContentLength: size,
    ETag: quoted(record.etag),
    LastModified: new Date(record.lastModified),
    ...(headers["content-type"] !== undefined && { ContentType: headers["content-type"] }),
    ...(headers["cache-control"] !== undefined && { CacheControl: headers["cache-control"] }),
    ...(headers["content-disposition"] !== undefined && { ContentDisposition: headers["content-disposition"] }),
    ...(headers["content-encoding"] !== undefined && { ContentEncoding: headers["content-encoding"] }),
    ...(headers["expires"] !== undefined && { Expires: headers["expires"] }),
    ...(crc64 !== undefined && { HashCrc64ecma: crc64 }),
    Metadata: { ...record.metadata },
    ObjectType: isAppendable ? "appendable" : "normal",
    ...(isAppendable && { NextAppendPosition: size }),
    ...(storageClass !== "STANDARD" && { StorageClass: storageClass }),
    ...(tags && tags.length > 0 && { TaggingCount: tags.length }),
    ...encryptionOf(record),
  };
}
