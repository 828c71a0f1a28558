import { DecodeError } from "@cosmoss/errors";
import type { ObjectLocation, PortableAttributes, RemoteObject, StoredObject } from "./port.ts";

/** What both providers say of an object. */
interface DescribedObject {
  ContentLength?: number;
  ContentRange?: string;
  ETag?: string;
  HashCrc64ecma?: string;
  LastModified?: Date;
  TaggingCount?: number;
  ContentType?: string;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  ContentLanguage?: string;
  Expires?: string;
  Metadata: Record<string, string>;
}

const HEADERS = [
  "ContentType",
  "CacheControl",
  "ContentDisposition",
  "ContentEncoding",
  "ContentLanguage",
  "Expires",
] as const;

/** An object as a port shows it. Throws a `DecodeError` for an answer without its ETag or its size. */
export function remoteObject(
  location: Pick<RemoteObject, "Bucket" | "Key" | "Region">,
  described: DescribedObject,
): RemoteObject {
  const { ETag, HashCrc64ecma, LastModified, ContentLength, ContentRange, Metadata, TaggingCount = 0 } = described;
  const total = /\/(\d+)$/.exec(ContentRange ?? "")?.[1];
  const Size = total === undefined ? ContentLength : Number(total);
  if (ETag === undefined || Size === undefined) {
    throw hidden(location, ETag === undefined ? "ETag" : "Content-Length");
  }
  const attributes: PortableAttributes = {};
  for (const name of HEADERS) {
    const value = described[name];
    if (value !== undefined) attributes[name] = value;
  }
  if (Object.keys(Metadata).length > 0) attributes.Metadata = Metadata;
  return {
    ...location,
    Size,
    ETag,
    ...(HashCrc64ecma !== undefined && { HashCrc64ecma }),
    ...(LastModified && { LastModified }),
    attributes,
    tagCount: TaggingCount,
  };
}

/** What was stored, an object or a part. Throws a `DecodeError` for an answer without its ETag. */
export function stored(
  location: ObjectLocation,
  output: { ETag?: string; VersionId?: string },
  HashCrc64ecma: string | undefined,
): StoredObject {
  const { ETag, VersionId } = output;
  if (ETag === undefined) throw hidden(location, "ETag");
  return {
    ETag,
    ...(HashCrc64ecma !== undefined && { HashCrc64ecma }),
    ...(VersionId !== undefined && { VersionId }),
  };
}

/** The value of a range header. */
export function byteRange([first, last]: readonly [first: number, last: number]): string {
  return `bytes=${first}-${last}`;
}

/** Throws a `DecodeError` for an answer that is not of the range that was asked for. */
export function checkRange(
  { Bucket, Key }: ObjectLocation,
  [first]: readonly [first: number, last: number],
  ContentRange: string | undefined,
): void {
  if (ContentRange?.startsWith(`bytes ${first}-`)) return;
  const got = ContentRange === undefined ? "all of it" : JSON.stringify(ContentRange);
  throw new DecodeError(`${Bucket}/${Key}: asked for the bytes from ${first} on, but the answer has ${got}`);
}

function hidden({ Bucket, Key }: ObjectLocation, header: string): DecodeError {
  return new DecodeError(
    `${Bucket}/${Key}: the answer has no ${header}; in a browser, add it to ExposeHeader in the bucket's CORS rules`,
  );
}
