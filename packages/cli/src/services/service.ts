import type { HeadObjectOutput as COSHead } from "@cosmoss/commands-cos";
import type { HeadObjectOutput as OSSHead } from "@cosmoss/commands-oss";
import type { PresignedRequest } from "@cosmoss/core";
import type { TransferPort } from "@cosmoss/transfer";
import type { ResponseBody } from "@cosmoss/types";
import type { ProviderName } from "../locations.ts";

/** A listed bucket. */
interface BucketEntry {
  readonly name: string;
  /** As the provider writes it, `oss-cn-hangzhou` or `ap-guangzhou`. */
  readonly location: string;
  readonly created: Date;
}

/** A listed object. */
interface ObjectEntry {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly modified: Date;
  /** Quoted. */
  readonly etag: string;
  readonly storageClass?: string | undefined;
}

/** Keys folded by a delimiter. */
interface PrefixEntry {
  /** Through the delimiter. */
  readonly prefix: string;
}

/** What an object or bucket is, as names and values in the order in which to show them. */
type Details = Record<string, string | number | Record<string, string> | undefined>;

/** Methods for which `presign` makes a URL. */
export type PresignMethod = "GET" | "PUT" | "HEAD" | "DELETE";

/** What new objects are stored with. */
export interface ObjectAttributes {
  readonly contentType?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly storageClass?: string | undefined;
  readonly acl?: string | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

/** Options of requests. */
interface RequestOptions {
  readonly signal?: AbortSignal;
}

/** One of the clouds, as the commands need it. */
export interface Service {
  readonly provider: ProviderName;
  readonly port: TransferPort;
  /** Pages of buckets, by name. */
  buckets(options: RequestOptions): AsyncIterable<BucketEntry[]>;
  /** Pages of what begins with `prefix`, in the order of the service. */
  list(
    bucket: string,
    prefix: string,
    options: RequestOptions & { delimiter?: string },
  ): AsyncIterable<(ObjectEntry | PrefixEntry)[]>;
  stat(bucket: string, key: string, options: RequestOptions): Promise<Details>;
  statBucket(bucket: string, options: RequestOptions): Promise<Details>;
  /** `range`: as `bytes=0-99`; cut at the end of the object, and refused with `InvalidRange` where nothing is left of it. */
  get(bucket: string, key: string, options: RequestOptions & { range?: string }): Promise<ResponseBody>;
  makeBucket(
    bucket: string,
    attributes: { acl?: string | undefined; storageClass?: string | undefined },
    options: RequestOptions,
  ): Promise<void>;
  removeBucket(bucket: string, options: RequestOptions): Promise<void>;
  /** `contentType`: of what is put; the sender must send just that. */
  presign(
    method: PresignMethod,
    bucket: string,
    key: string,
    options: { expiresIn: number; contentType?: string | undefined },
  ): Promise<PresignedRequest>;
  /** As the commands of the provider call them. */
  attributes(attributes: ObjectAttributes): object;
  /** Closes idle connections. */
  destroy(): void;
}

/** A page of a listing, of either provider. */
interface ListedPage {
  readonly CommonPrefixes: readonly { Prefix: string }[];
  readonly Contents: readonly { Key: string; Size: number; LastModified: Date; ETag: string; StorageClass?: string }[];
}

/** An object as `stat` shows it. */
export function objectDetails(head: OSSHead | COSHead): Details {
  return {
    size: head.ContentLength,
    contentType: head.ContentType,
    lastModified: head.LastModified?.toISOString(),
    etag: head.ETag,
    crc64: head.HashCrc64ecma,
    storageClass: head.StorageClass,
    objectType: head.ObjectType,
    cacheControl: head.CacheControl,
    contentDisposition: head.ContentDisposition,
    contentEncoding: head.ContentEncoding,
    contentLanguage: head.ContentLanguage,
    expires: head.Expires,
    encryption: head.ServerSideEncryption,
    restore: head.Restore,
    versionId: head.VersionId,
    tags: head.TaggingCount,
    metadata: head.Metadata,
  };
}

/** A page of a listing as `ls` shows it. */
export function pageEntries({ CommonPrefixes, Contents }: ListedPage): (ObjectEntry | PrefixEntry)[] {
  return [
    ...CommonPrefixes.map((one) => ({ prefix: one.Prefix })),
    ...Contents.map((one) => ({
      key: one.Key,
      size: one.Size,
      modified: one.LastModified,
      etag: one.ETag,
      storageClass: one.StorageClass,
    })),
  ];
}

/** Leaves out what is not there. */
export function present<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}
