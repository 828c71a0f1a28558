import type { AbortSignalLike, BodyInput, Clock, Random, ResponseBody } from "@cosmoss/types";
import type { TransferPool } from "../pool/pool.ts";

/** Where an object is. @public */
export interface ObjectLocation {
  Bucket: string;
  Key: string;
}

/** Where objects are: those of a bucket whose keys begin with `Prefix`. @public */
export interface PrefixLocation {
  Bucket: string;
  /** Default: the whole bucket. */
  Prefix?: string;
}

/** What an object carries beside its bytes, as both providers know it. @public */
export interface PortableAttributes {
  ContentType?: string;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  /** OSS only. */
  ContentLanguage?: string;
  Expires?: string;
  /** Names in lower case. */
  Metadata?: Record<string, string>;
  Tagging?: Record<string, string>;
}

/** What the provider allows, in bytes where not said otherwise. @public */
export interface PortLimits {
  /** Of every part but the last. */
  readonly minPartSize: number;
  readonly maxPartSize: number;
  /** A number of parts. */
  readonly maxParts: number;
  /** Of an object stored by one request. */
  readonly maxPutSize: number;
  /** Of an object copied by one request. */
  readonly maxCopySize: number;
}

/** An object as a request for it or for its head shows it. @public */
export interface RemoteObject extends ObjectLocation {
  /** COS: where its bucket is. */
  Region?: string;
  /** Bytes. */
  Size: number;
  ETag: string;
  /** CRC-64/ECMA-182 of the whole object, a decimal number; some old objects have none. */
  HashCrc64ecma?: string;
  LastModified?: Date;
  /** Without `Tagging`, which takes another request: {@link TransferPort.tags}. */
  attributes: PortableAttributes;
  /** How many tags there are. */
  tagCount: number;
}

/** An object of a listing. @public */
export interface ListedObject {
  Key: string;
  /** Bytes. */
  Size: number;
  ETag: string;
  LastModified: Date;
}

/** What the provider answers when it has stored an object. @public */
export interface StoredObject {
  ETag: string;
  HashCrc64ecma?: string;
  VersionId?: string;
}

/** An upload in parts that is under way. @public */
export interface UploadLocation extends ObjectLocation {
  UploadId: string;
}

/** What the provider answers when it has stored a part. @public */
export interface StoredPart {
  ETag: string;
  /** CRC-64/ECMA-182 of the part, a decimal number. */
  HashCrc64ecma?: string;
}

/** A part that an upload has. @public */
export interface ListedPart {
  PartNumber: number;
  ETag: string;
  /** Bytes. */
  Size: number;
}

/** An upload in parts that was neither completed nor aborted. @public */
export interface ListedUpload {
  Key: string;
  UploadId: string;
  Initiated: Date;
}

/** A key that could not be deleted. @public */
export interface DeleteFailure {
  Key: string;
  Code: string;
  Message: string;
}

/** Options of each method of a port. @public */
export interface PortOptions {
  /** Ends the request. */
  signal?: AbortSignalLike;
}

/**
 * What transfers need of a service: a narrow view of a client, made by `ossPort` or `cosPort`. `Attributes` are what the
 * provider takes along with an object: headers, user metadata, tags, storage class and the like.
 *
 * Methods reject as `client.send` does. @public
 */
export interface TransferPort<Attributes extends object = object> {
  readonly provider: "oss" | "cos";
  readonly limits: PortLimits;
  /** Where the requests of all transfers over this port queue. */
  readonly pool: TransferPool;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether the client compares what it sends and receives by CRC-64. */
  readonly checksum: boolean;
  /** Whether the client sends bodies piece by piece, so that bytes are seen to move; else they go out whole. */
  readonly streamsBodies: boolean;
  /** Names the service and the bucket for checkpoints, as `"oss://photos.oss-cn-hangzhou.aliyuncs.com"`; no secrets. */
  address(Bucket: string): string;
  /** Whether an object there can be copied here by the service itself. */
  canCopyFrom(other: TransferPort<any>): boolean;
  /** The attributes of another object, as this provider takes them; `dropped` names what it has no place for. */
  adopt(attributes: PortableAttributes): { attributes: Attributes; dropped: string[] };

  head(object: ObjectLocation, options?: PortOptions): Promise<RemoteObject>;
  tags(object: ObjectLocation, options?: PortOptions): Promise<Record<string, string>>;
  /** `range`: first and last byte. `IfMatch`: refuse with `PreconditionFailed` (412) when the object is another by now. */
  get(
    object: ObjectLocation & { range?: readonly [first: number, last: number]; IfMatch?: string },
    options?: PortOptions,
  ): Promise<{ object: RemoteObject; body: ResponseBody }>;
  /** `length`: bytes of the body. */
  put(
    object: ObjectLocation,
    body: BodyInput,
    length: number,
    attributes: Attributes,
    options?: PortOptions,
  ): Promise<StoredObject>;
  /**
   * Copies on the server, at most `limits.maxCopySize`. Without `attributes` those of the source stay, storage class and
   * ACL aside. `Region`: as `head` gives it; default this port's own.
   */
  copy(
    source: ObjectLocation & { Region?: string; IfMatch?: string },
    target: ObjectLocation,
    attributes?: Attributes,
    options?: PortOptions,
  ): Promise<StoredObject>;
  initiate(object: ObjectLocation, attributes: Attributes, options?: PortOptions): Promise<UploadLocation>;
  uploadPart(
    upload: UploadLocation,
    PartNumber: number,
    body: BodyInput,
    length: number,
    options?: PortOptions,
  ): Promise<StoredPart>;
  copyPart(
    upload: UploadLocation,
    PartNumber: number,
    source: ObjectLocation & { range: readonly [first: number, last: number]; Region?: string; IfMatch?: string },
    options?: PortOptions,
  ): Promise<StoredPart>;
  /** The parts in the order of their numbers. Rejects with `NoSuchUpload` when the upload is gone. */
  listParts(upload: UploadLocation, options?: PortOptions): AsyncIterable<ListedPart>;
  /** Uploads under way whose keys begin with `Prefix`. */
  listUploads(prefix: PrefixLocation, options?: PortOptions): AsyncIterable<ListedUpload>;
  /** `attributes`: those given to `initiate`, for what the provider takes only here (OSS: `ObjectAcl`, `ForbidOverwrite`). */
  complete(
    upload: UploadLocation,
    parts: readonly { PartNumber: number; ETag: string }[],
    attributes: Attributes,
    options?: PortOptions,
  ): Promise<StoredObject>;
  abort(upload: UploadLocation, options?: PortOptions): Promise<void>;
  /** Objects in the order of the UTF-8 bytes of their keys. */
  list(prefix: PrefixLocation, options?: PortOptions): AsyncIterable<ListedObject>;
  delete(object: ObjectLocation, options?: PortOptions): Promise<void>;
  /** At most 1,000 keys; gives those that were refused. */
  deleteMany(Bucket: string, Keys: readonly string[], options?: PortOptions): Promise<DeleteFailure[]>;
}
