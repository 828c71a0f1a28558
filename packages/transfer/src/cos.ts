/**
 * Transfers over a `COSClient`.
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
  ListObjectsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@cosmoss/commands-cos";
import { type Client, paginate } from "@cosmoss/core";
import { ConfigError, ServiceError } from "@cosmoss/errors";
import type { Random } from "@cosmoss/types";
import { adopt } from "./ports/adopt.ts";
import { TransferPool } from "./pool/pool.ts";
import type { TransferPort } from "./ports/port.ts";
import { byteRange, checkRange, remoteObject, stored } from "./ports/port-answers.ts";
import { serviceAddress } from "./ports/service-address.ts";
import { untimed } from "./ports/untimed.ts";

const MIB = 1_048_576;
const GIB = 1_073_741_824;
/** Any name that a bucket can have: the addresses of two services are compared with it. */
const ANY_BUCKET = "any-1";

/**
 * What COS stores along with an object. Nothing secret is among it, above all no key for `SSECustomerKey`: checkpoints
 * hold it. Rates are limited by the pool (`maxBytesPerSecond`). @public
 */
export interface COSAttributes extends Omit<
  InitiateMultipartUploadInput,
  "Bucket" | "Key" | "TrafficLimit" | "SSECustomerAlgorithm" | "SSECustomerKey" | "SSECustomerKeyMD5"
> {}

/** Options of {@link cosPort}. @public */
export interface COSPortOptions {
  /** Where the requests of the transfers queue. Default: a pool of the port's own. */
  pool?: TransferPool;
  /** Spreads waiting times. Default: `Math.random`. */
  random?: Random;
}

/**
 * What transfers need of COS, over a `COSClient`. Make one for a client and keep it, so that all transfers share its
 * pool. Throws a `ConfigError` for the client of another provider. @public
 */
export function cosPort(client: Client, options: COSPortOptions = {}): TransferPort<COSAttributes> {
  const { clock, checksum, endpoint, headerPrefix, streams } = client.config;
  if (headerPrefix !== "x-cos-") throw new ConfigError("cosPort: give a COSClient; for an OSSClient there is ossPort");
  // oxlint-disable-next-line no-restricted-properties -- the default
  const { pool = new TransferPool({ clock }), random = () => Math.random() } = options;
  const address = serviceAddress("cos", endpoint, (host) =>
    host.replace(/^cos(?:-internal)?\.([a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn)$/, "cos.$1.myqcloud.com"),
  );
  // A client says its region nowhere but here.
  const named = client.config.copySource({ Bucket: ANY_BUCKET, Key: "any" });
  const Region = /\.cos\.([^./]+)\./.exec(named)?.[1];
  const place = Region === undefined ? {} : { Region };
  return {
    provider: "cos",
    limits: {
      minPartSize: MIB,
      maxPartSize: 5 * GIB,
      maxParts: 10_000,
      maxPutSize: 5 * GIB,
      maxCopySize: 5 * GIB,
    },
    pool,
    clock,
    random,
    checksum: checksum !== undefined,
    // Away from Node, requests with a stream need HTTP/2, or are gathered first.
    streamsBodies: streams !== undefined,
    address,
    canCopyFrom(other) {
      if (other.provider !== "cos") return false;
      const [own, others] = [address(ANY_BUCKET), other.address(ANY_BUCKET)];
      // A copy's source is named by its public host, which a service of one's own knows nothing of.
      return own === others || (isPublicService(own) && isPublicService(others));
    },
    adopt: (attributes) => adopt(attributes, { unknown: ["ContentLanguage"], metadataName: /^[!#$%&'*+.^_`|~\w-]+$/ }),

    async head({ Bucket, Key }, sending) {
      return remoteObject(
        { Bucket, Key, ...place },
        await client.send(new HeadObjectCommand({ Bucket, Key }), sending),
      );
    },
    async tags({ Bucket, Key }, sending) {
      try {
        const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key }), sending);
        return Object.fromEntries(TagSet.map((tag) => [tag.Key, tag.Value]));
      } catch (error) {
        if (ServiceError.isInstance(error) && error.code === "NoSuchTagSet") return {};
        throw error;
      }
    },
    async get({ Bucket, Key, range, IfMatch }, sending) {
      const command = new GetObjectCommand({
        Bucket,
        Key,
        ...(range && { Range: byteRange(range) }),
        ...(IfMatch !== undefined && { IfMatch }),
      });
      const output = await client.send(command, untimed(sending));
      try {
        if (range) checkRange({ Bucket, Key }, range, output.ContentRange);
        return { object: remoteObject({ Bucket, Key, ...place }, output), body: output.Body };
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
    async copy(source, { Bucket, Key }, attributes, sending) {
      const command = new CopyObjectCommand({
        ...(attributes && { ...attributes, MetadataDirective: "Replaced", TaggingDirective: "Replaced" }),
        Bucket,
        Key,
        CopySource: copySource(source),
        ...(source.IfMatch !== undefined && { CopySourceIfMatch: source.IfMatch }),
      });
      const output = await client.send(command, sending);
      return stored({ Bucket, Key }, output, output.CRC64);
    },
    async initiate({ Bucket, Key }, attributes, sending) {
      const command = new InitiateMultipartUploadCommand({ ...attributes, Bucket, Key });
      const { UploadId } = await client.send(command, sending);
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
        CopySource: copySource(source),
        CopySourceRange: byteRange(source.range),
        ...(source.IfMatch !== undefined && { CopySourceIfMatch: source.IfMatch }),
      });
      const output = await client.send(command, sending);
      return stored({ Bucket, Key }, output, output.CRC64);
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
    async complete({ Bucket, Key, UploadId }, parts, { ForbidOverwrite }, sending) {
      const command = new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId,
        Parts: [...parts],
        ...(ForbidOverwrite !== undefined && { ForbidOverwrite }),
      });
      const output = await client.send(command, sending);
      return stored({ Bucket, Key }, output, output.HashCrc64ecma);
    },
    async abort({ Bucket, Key, UploadId }, sending) {
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }), sending);
    },
    async *list({ Bucket, Prefix }, sending) {
      const input = { Bucket, ...(Prefix !== undefined && { Prefix }) };
      for await (const { Contents } of paginate(client, ListObjectsCommand, input, sending)) {
        for (const { Key, Size, ETag, LastModified } of Contents) yield { Key, Size, ETag, LastModified };
      }
    },
    async delete({ Bucket, Key }, sending) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }), sending);
    },
    async deleteMany(Bucket, Keys, sending) {
      if (Keys.length === 0) return [];
      const input = { Bucket, Objects: Keys.map((Key) => ({ Key })), Quiet: true };
      const { Errors } = await client.send(new DeleteMultipleObjectsCommand(input), sending);
      return Errors.map(({ Key, Code, Message = "" }) => ({ Key, Code, Message }));
    },
  };
}

function isPublicService(address: string): boolean {
  return /^cos:\/\/any-1\.cos\.[a-z0-9-]+\.myqcloud\.com$/.test(address);
}

function copySource({ Bucket, Key, Region }: { Bucket: string; Key: string; Region?: string }): {
  Bucket: string;
  Key: string;
  Region?: string;
} {
  return { Bucket, Key, ...(Region !== undefined && { Region }) };
}
