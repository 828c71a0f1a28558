import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COSClient } from "@cosmoss/client-cos";
import { OSSClient, presign } from "@cosmoss/client-oss";
import * as cosCommands from "@cosmoss/commands-cos";
import * as ossCommands from "@cosmoss/commands-oss";
import type { Client } from "@cosmoss/core";
import type { Emulator } from "@cosmoss/emulator";
import { SignerV1 } from "@cosmoss/signer-oss/v1";
import type COS from "cos-nodejs-sdk-v5";
import { aliOss, cosRegion as Region, cosSdk } from "./vendors.ts";

/** What a client reads of an object. */
interface Description {
  length: number;
  etag: string;
  crc64: string;
  contentType: string;
  metadata: Record<string, string>;
}

/** A page of a listing. */
export interface Page {
  objects: { key: string; size: number; etag: string; modified: string; storageClass: string; owner: string }[];
  prefixes: string[];
  next: string | undefined;
}

interface ListQuery {
  prefix: string;
  delimiter: string;
  marker: string;
  max: number;
}

/** A client, whoever's it is. */
export interface Party {
  put(key: string, content: Buffer, contentType?: string, metadata?: Record<string, string>): Promise<unknown>;
  /** In parts of 2 MiB, in parallel. */
  putInParts(key: string, content: Buffer): Promise<unknown>;
  get(key: string): Promise<Uint8Array>;
  describe(key: string): Promise<Description>;
  list(query: ListQuery): Promise<Page>;
  copy(to: string, from: string): Promise<unknown>;
  delete(keys: string[]): Promise<unknown>;
  sign(method: "GET" | "PUT", key: string): Promise<string>;
}

const PART = 2 * 1024 * 1024;

/** Our client of either cloud. Their commands differ in nothing that is used here. */
function ours(client: Client, Bucket: string, commands: typeof ossCommands): Party {
  return {
    put: (Key, Body, ContentType, Metadata) =>
      client.send(
        new commands.PutObjectCommand({
          Bucket,
          Key,
          Body,
          ...(ContentType && { ContentType }),
          ...(Metadata && { Metadata }),
        }),
      ),
    async putInParts(Key, content) {
      const { UploadId } = await client.send(new commands.InitiateMultipartUploadCommand({ Bucket, Key }));
      const starts = Array.from({ length: Math.ceil(content.length / PART) }, (_, i) => i * PART);
      const Parts = await Promise.all(
        starts.map(async (start, i) => {
          const Body = content.subarray(start, start + PART);
          const part = { Bucket, Key, UploadId, PartNumber: i + 1, Body };
          return { PartNumber: i + 1, ETag: (await client.send(new commands.UploadPartCommand(part))).ETag };
        }),
      );
      await client.send(new commands.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, Parts }));
    },
    get: async (Key) => (await client.send(new commands.GetObjectCommand({ Bucket, Key }))).Body.bytes(),
    async describe(Key) {
      const head = await client.send(new commands.HeadObjectCommand({ Bucket, Key }));
      return {
        length: head.ContentLength!,
        etag: head.ETag!,
        crc64: head.HashCrc64ecma!,
        contentType: head.ContentType!,
        metadata: head.Metadata,
      };
    },
    async list({ prefix, delimiter, marker, max }) {
      const query = { Prefix: prefix, Delimiter: delimiter, Marker: marker, MaxKeys: max };
      const page = await client.send(new commands.ListObjectsCommand({ Bucket, ...query }));
      return {
        objects: page.Contents.map(({ Key, Size, ETag, LastModified, StorageClass, Owner }) => ({
          key: Key,
          size: Size,
          etag: ETag,
          modified: LastModified.toISOString(),
          storageClass: StorageClass!,
          owner: Owner!.ID!,
        })),
        prefixes: page.CommonPrefixes.map(({ Prefix }) => Prefix),
        next: page.IsTruncated ? page.NextMarker : undefined,
      };
    },
    copy: (Key, from) =>
      client.send(new commands.CopyObjectCommand({ Bucket, Key, CopySource: { Bucket, Key: from } })),
    delete: (keys) =>
      client.send(new commands.DeleteMultipleObjectsCommand({ Bucket, Objects: keys.map((Key) => ({ Key })) })),
    async sign(method, Key) {
      const options = { expiresIn: 60 };
      const { url } = await (method === "GET"
        ? presign(client, new commands.GetObjectCommand({ Bucket, Key }), options)
        : presign(client, new commands.PutObjectCommand({ Bucket, Key }), options));
      return url;
    },
  };
}

export function oursOnOss(emulator: Emulator, bucket: string, version: "V1" | "V4"): Party {
  const signer = version === "V1" ? { signer: new SignerV1({}) } : {};
  return ours(new OSSClient({ ...emulator.oss, ...signer }), bucket, ossCommands);
}

export function oursOnCos(emulator: Emulator, bucket: string): Party {
  return ours(new COSClient(emulator.cos), bucket, cosCommands as unknown as typeof ossCommands);
}

export function theirsOnOss(emulator: Emulator, bucket: string, version: "V1" | "V4"): Party {
  const endpoint = `http://localhost:${emulator.port}`;
  const oss = aliOss(emulator, { bucket, endpoint, sldEnable: true, authorizationV4: version === "V4" });
  return {
    put: (key, content, contentType, metadata) =>
      oss.put(key, content, { ...(contentType && { mime: contentType }), ...(metadata && { meta: metadata }) }),
    putInParts: (key, content) => oss.multipartUpload(key, content, { partSize: PART, parallel: 3 }),
    get: async (key) => (await oss.get(key)).content,
    async describe(key) {
      const { res, meta } = await oss.head(key);
      return describe(res.headers, "x-oss-hash-crc64ecma", meta ?? {});
    },
    async list({ prefix, delimiter, marker, max }) {
      // With V4 ali-oss signs an empty parameter in another way than it sends it.
      const given = { prefix, ...(delimiter && { delimiter }), ...(marker && { marker }), "max-keys": max };
      const { objects, prefixes, nextMarker } = await oss.list(given);
      return {
        objects: objects.map(({ name, size, etag, lastModified, storageClass, owner }) => ({
          ...{ key: name, size, etag, storageClass },
          modified: lastModified,
          owner: owner!.id,
        })),
        prefixes: prefixes ?? [],
        next: nextMarker ?? undefined,
      };
    },
    copy: (to, from) => oss.copy(to, from),
    delete: (keys) => oss.deleteMulti(keys),
    sign: async (method, key) =>
      version === "V4"
        ? oss.signatureUrlV4(method, 60, undefined, key)
        : oss.signatureUrl(key, { method, expires: 60 }),
  };
}

export function theirsOnCos(Constructor: typeof COS, emulator: Emulator, Bucket: string, folder: string): Party {
  const cos = cosSdk(Constructor, emulator, { Ip: "", Domain: `localhost:${emulator.port}`, ConfCwd: folder });
  const at = (Key: string) => ({ Bucket, Region, Key });
  return {
    put: (Key, Body, ContentType, metadata = {}) =>
      cos.putObject({
        ...at(Key),
        Body,
        ...(ContentType && { ContentType }),
        ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-cos-meta-${name}`, value])),
      }),
    async putInParts(Key, content) {
      const FilePath = join(folder, randomUUID());
      writeFileSync(FilePath, content);
      await cos.sliceUploadFile({ ...at(Key), FilePath, ChunkSize: PART });
      rmSync(FilePath);
    },
    get: async (Key) => (await cos.getObject(at(Key))).Body as Buffer,
    async describe(Key) {
      const headers = (await cos.headObject(at(Key))).headers as Record<string, string>;
      const prefix = "x-cos-meta-";
      const named = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
      const metadata = Object.fromEntries(named.map(([name, value]) => [name.slice(prefix.length), value]));
      return describe(headers, "x-cos-hash-crc64ecma", metadata);
    },
    async list({ prefix, delimiter, marker, max }) {
      const query = { Prefix: prefix, Delimiter: delimiter, Marker: marker, MaxKeys: max };
      const page = await cos.getBucket({ Bucket, Region, ...query });
      return {
        objects: page.Contents.map(({ Key, Size, ETag, LastModified, StorageClass, Owner }) => ({
          key: Key,
          size: Number(Size),
          etag: ETag,
          modified: LastModified,
          storageClass: StorageClass!,
          owner: Owner!.ID,
        })),
        prefixes: page.CommonPrefixes.map(({ Prefix }) => Prefix),
        next: page.NextMarker,
      };
    },
    copy: (to, from) => {
      const source = encodeURIComponent(from).replaceAll("%2F", "/");
      return cos.putObjectCopy({ ...at(to), CopySource: `${Bucket}.cos.${Region}.myqcloud.com/${source}` });
    },
    delete: (keys) => cos.deleteMultipleObject({ Bucket, Region, Objects: keys.map((Key) => ({ Key })) }),
    sign: async (Method, Key) => cos.getObjectUrl({ ...at(Key), Method, Expires: 60 }, () => {}),
  };
}

function describe(headers: Record<string, string>, crc64: string, metadata: Record<string, string>): Description {
  return {
    length: Number(headers["content-length"]),
    etag: headers["etag"]!,
    crc64: headers[crc64]!,
    contentType: headers["content-type"]!,
    metadata,
  };
}
