/**
 * Transfers over an `OSSClient`.
 * @packageDocumentation
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  DeleteMultipleObjectsCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  InitiateMultipartUploadCommand,
  type InitiateMultipartUploadInput,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@cosmoss/commands-oss";
import { type Client, paginate } from "@cosmoss/core";
import { ConfigError } from "@cosmoss/errors";
import type { Random } from "@cosmoss/types";
import { adopt } from "./ports/adopt.ts";
import { TransferPool } from "./pool/pool.ts";
import type { TransferPort } from "./ports/port.ts";
import { byteRange, checkRange, remoteObject, stored } from "./ports/port-answers.ts";
import { serviceAddress } from "./ports/service-address.ts";
import { untimed } from "./ports/untimed.ts";

const KIB = 1024;
const GIB = 1_073_741_824;
/** Keys of one page; the service's own default is 100. */
const PAGE = 1000;
/** Any name that a bucket can have: the addresses of two services are compared with it. */
const ANY_BUCKET = "any";

/**
 * What OSS stores along with an object. Nothing secret is among it: checkpoints hold it. Rates are limited by the pool
 * (`maxBytesPerSecond`), for who pays and for callbacks use the commands. @public
 */
export interface OSSAttributes extends Omit<InitiateMultipartUploadInput, "Bucket" | "Key" | "RequestPayer"> {
  /** `default` (default), `private`, `public-read` or `public-read-write`. */
  ObjectAcl?: string;
}

/** Options of {@link ossPort}. @public */
export interface OSSPortOptions {
  /** Where the requests of the transfers queue. Default: a pool of the port's own. */
  pool?: TransferPool;
  /** Spreads waiting times. Default: `Math.random`. */
  random?: Random;
}

/**
 * What transfers need of OSS, over an `OSSClient`. Make one for a client and keep it, so that all transfers share its
 * pool. Throws a `ConfigError` for the client of another provider. @public
 */
export function ossPort(client: Client, options: OSSPortOptions = {}): TransferPort<OSSAttributes> {
  const { clock, checksum, endpoint, headerPrefix, streams } = client.config;
  if (headerPrefix !== "x-oss-") throw new ConfigError("ossPort: give an OSSClient; for a COSClient there is cosPort");
  // oxlint-disable-next-line no-restricted-properties -- the default
  const { pool = new TransferPool({ clock }), random = () => Math.random() } = options;
  const address = serviceAddress("oss", endpoint, (host) => host.replace(/-internal(?=\.aliyuncs\.com$)/, ""));
  return {
    provider: "oss",
    limits: {
      minPartSize: 100 * KIB,
      maxPartSize: 5 * GIB,
      maxParts: 10_000,
      maxPutSize: 5 * GIB,
      maxCopySize: GIB,
    },
    pool,
    clock,
    random,
    checksum: checksum !== undefined,
    // Away from Node, requests with a stream need HTTP/2, or are gathered first.
    streamsBodies: streams !== undefined,
    address,
    canCopyFrom(other) {
      if (other.provider !== "oss") return false;
      const own = address(ANY_BUCKET);
      // Given as an endpoint, the host of acceleration stands for every region.
      return other.address(ANY_BUCKET) === own && !/\.oss-accelerate[a-z-]*\.aliyuncs\.com$/.test(own);
    },
    adopt: (attributes) => adopt(attributes, { unknown: [], metadataName: /^[a-z0-9-]+$/ }),

    async head({ Bucket, Key }, sending) {
      return remoteObject({ Bucket, Key }, await client.send(new HeadObjectCommand({ Bucket, Key }), sending));
    },
    async tags({ Bucket, Key }, sending) {
      const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key }), sending);
      return Object.fromEntries(TagSet.map((tag) => [tag.Key, tag.Value]));
    },
    async get({ Bucket, Key, range, IfMatch }, sending) {
      const command = new GetObjectCommand({
        Bucket,
        Key,
        // Without `standard` the whole object comes for a range that reaches past its end.
        ...(range && { Range: byteRange(range), RangeBehavior: "standard" }),
        ...(IfMatch !== undefined && { IfMatch }),
      });
      const output = await client.send(command, untimed(sending));
      try {
        if (range) checkRange({ Bucket, Key }, range, output.ContentRange);
        return { object: remoteObject({ Bucket, Key }, output), body: output.Body };
      } catch (error) {
        await output.Body.cancel();
        throw error;
      }
    },
    async put({ Bucket, Key }, Body, ContentLength, attributes, sending) {
      const command = new PutObjectCommand({ ...attributes, Bucket, Key, Body, ContentLength });
      const output = await client.send(command, untimed(sending));
      return stored({ Bucket, Key }, output, output.HashCrc64ecma);
    },
    async copy({ Bucket, Key, IfMatch }, target, attributes, sending) {
      const command = new CopyObjectCommand({
        ...(attributes && { ...attributes, MetadataDirective: "REPLACE", TaggingDirective: "Replace" }),
        Bucket: target.Bucket,
        Key: target.Key,
        CopySource: { Bucket, Key },
        ...(IfMatch !== undefined && { CopySourceIfMatch: IfMatch }),
      });
      const output = await client.send(command, sending);
      return stored(target, output, output.HashCrc64ecma);
    },
    async initiate({ Bucket, Key }, attributes, sending) {
      const input: InitiateMultipartUploadInput & OSSAttributes = { ...attributes, Bucket, Key };
      delete input.ObjectAcl; // The completion takes it.
      const { UploadId } = await client.send(new InitiateMultipartUploadCommand(input), sending);
      return { Bucket, Key, UploadId };
    },
    async uploadPart({ Bucket, Key, UploadId }, PartNumber, Body, ContentLength, sending) {
      const command = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ContentLength });
      const output = await client.send(command, untimed(sending));
      return stored({ Bucket, Key }, output, output.HashCrc64ecma);
    },
    async copyPart({ Bucket, Key, UploadId }, PartNumber, source, sending) {
      const command = new UploadPartCopyCommand({
        Bucket,
        Key,
        UploadId,
        PartNumber,
        CopySource: { Bucket: source.Bucket, Key: source.Key },
        CopySourceRange: byteRange(source.range),
        ...(source.IfMatch !== undefined && { CopySourceIfMatch: source.IfMatch }),
      });
      return stored({ Bucket, Key }, await client.send(command, sending), undefined);
    },
    async *listParts({ Bucket, Key, UploadId }, sending) {
      for await (const { Parts } of paginate(client, ListPartsCommand, { Bucket, Key, UploadId }, sending)) {
        for (const { PartNumber, ETag, Size } of Parts) yield { PartNumber, ETag, Size };
      }
    },
    async *listUploads({ Bucket, Prefix }, sending) {
      const input = { Bucket, ...(Prefix !== undefined && { Prefix }) };
      for await (const { Uploads } of paginate(client, ListMultipartUploadsCommand, input, sending)) {
        for (const { Key, UploadId, Initiated } of Uploads) yield { Key, UploadId, Initiated };
      }
    },
    async complete({ Bucket, Key, UploadId }, parts, { ObjectAcl, ForbidOverwrite }, sending) {
      const command = new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId,
        Parts: [...parts],
        ...(ObjectAcl !== undefined && { ObjectAcl }),
        ...(ForbidOverwrite !== undefined && { ForbidOverwrite }),
      });
      const output = await client.send(command, sending);
      return stored({ Bucket, Key }, output, output.HashCrc64ecma);
    },
    async abort({ Bucket, Key, UploadId }, sending) {
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }), sending);
    },
    async *list({ Bucket, Prefix }, sending) {
      const input = { Bucket, MaxKeys: PAGE, ...(Prefix !== undefined && { Prefix }) };
      for await (const { Contents } of paginate(client, ListObjectsV2Command, input, sending)) {
        for (const { Key, Size, ETag, LastModified } of Contents) yield { Key, Size, ETag, LastModified };
      }
    },
    async delete({ Bucket, Key }, sending) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }), sending);
    },
    async deleteMany(Bucket, Keys, sending) {
      if (Keys.length === 0) return [];
      const Objects = Keys.map((Key) => ({ Key }));
      const { Deleted } = await client.send(new DeleteMultipleObjectsCommand({ Bucket, Objects }), sending);
      // OSS names what it deleted, and says nothing of the rest.
      const deleted = new Set(Deleted.map(({ Key }) => Key));
      return Keys.filter((Key) => !deleted.has(Key)).map((Key) => ({
        Key,
        Code: "NotDeleted",
        Message: "OSS did not say that it deleted this key.",
      }));
    },
  };
}
