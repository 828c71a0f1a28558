import { COSClient, type COSClientOptions, paginate, presign } from "@cosmoss/client-cos";
import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  PutBucketCommand,
  PutObjectCommand,
} from "@cosmoss/commands-cos";
import type { Command } from "@cosmoss/core";
import type { TransferPool } from "@cosmoss/transfer";
import { cosPort } from "@cosmoss/transfer/cos";
import { objectDetails, pageEntries, present, type Service } from "./service.ts";

const PRESIGNED = {
  GET: GetObjectCommand,
  HEAD: HeadObjectCommand,
  DELETE: DeleteObjectCommand,
};

/** Tencent Cloud COS. */
export function cosService(options: COSClientOptions, pool: TransferPool): Service {
  const client = new COSClient(options);
  return {
    provider: "cos",
    port: cosPort(client, { pool }),
    async *buckets(send) {
      for await (const { Buckets } of paginate(client, ListBucketsCommand, {}, send)) {
        yield Buckets.map((one) => ({ name: one.Name, location: one.Location, created: one.CreationDate }));
      }
    },
    async *list(Bucket, Prefix, { delimiter: Delimiter, ...send }) {
      const input = { Bucket, Prefix, ...(Delimiter !== undefined && { Delimiter }) };
      for await (const page of paginate(client, ListObjectsCommand, input, send)) yield pageEntries(page);
    },
    async stat(Bucket, Key, send) {
      const head = await client.send(new HeadObjectCommand({ Bucket, Key }), send);
      return objectDetails({ ...head, StorageClass: head.StorageClass ?? "STANDARD" });
    },
    async statBucket(Bucket, send) {
      const head = await client.send(new HeadBucketCommand({ Bucket }), send);
      return { location: head.BucketRegion, availability: head.BucketAZType, architecture: head.BucketArch };
    },
    async get(Bucket, Key, { range: Range, ...send }) {
      const { Body } = await client.send(
        new GetObjectCommand({ Bucket, Key, ...(Range !== undefined && { Range }) }),
        send,
      );
      return Body;
    },
    async makeBucket(Bucket, { acl: ACL, storageClass: BucketStorageClass }, send) {
      await client.send(new PutBucketCommand({ Bucket, ...present({ ACL, BucketStorageClass }) }), send);
    },
    async removeBucket(Bucket, send) {
      await client.send(new DeleteBucketCommand({ Bucket }), send);
    },
    presign(method, Bucket, Key, { expiresIn, contentType: ContentType }) {
      const command: Command<{ Bucket: string; Key: string }, object> =
        method === "PUT"
          ? new PutObjectCommand({ Bucket, Key, ...present({ ContentType }) })
          : new PRESIGNED[method]({ Bucket, Key });
      return presign(client, command, { expiresIn });
    },
    attributes: (one) =>
      present({
        ContentType: one.contentType,
        CacheControl: one.cacheControl,
        ContentDisposition: one.contentDisposition,
        ContentEncoding: one.contentEncoding,
        StorageClass: one.storageClass,
        ACL: one.acl,
        Metadata: one.metadata,
      }),
    destroy: () => client.destroy(),
  };
}
