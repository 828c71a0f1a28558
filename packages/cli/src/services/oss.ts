import { OSSClient, type OSSClientOptions, paginate, presign } from "@cosmoss/client-oss";
import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketInfoCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketCommand,
  PutObjectCommand,
} from "@cosmoss/commands-oss";
import type { Command } from "@cosmoss/core";
import type { TransferPool } from "@cosmoss/transfer";
import { ossPort } from "@cosmoss/transfer/oss";
import { objectDetails, pageEntries, present, type Service } from "./service.ts";

const PRESIGNED = {
  GET: GetObjectCommand,
  HEAD: HeadObjectCommand,
  DELETE: DeleteObjectCommand,
};

/** Alibaba Cloud OSS. */
export function ossService(options: OSSClientOptions, pool: TransferPool): Service {
  const client = new OSSClient(options);
  return {
    provider: "oss",
    port: ossPort(client, { pool }),
    async *buckets(send) {
      for await (const { Buckets } of paginate(client, ListBucketsCommand, { MaxKeys: 1000 }, send)) {
        yield Buckets.map((one) => ({ name: one.Name, location: one.Location, created: one.CreationDate }));
      }
    },
    async *list(Bucket, Prefix, { delimiter: Delimiter, ...send }) {
      const input = { Bucket, Prefix, MaxKeys: 1000, ...(Delimiter !== undefined && { Delimiter }) };
      for await (const page of paginate(client, ListObjectsV2Command, input, send)) yield pageEntries(page);
    },
    async stat(Bucket, Key, send) {
      const head = await client.send(new HeadObjectCommand({ Bucket, Key }), send);
      return objectDetails(head);
    },
    async statBucket(Bucket, send) {
      const { Bucket: info } = await client.send(new GetBucketInfoCommand({ Bucket }), send);
      return {
        location: info.Location,
        created: info.CreationDate.toISOString(),
        acl: info.AccessControlList?.Grant,
        storageClass: info.StorageClass,
        redundancy: info.DataRedundancyType,
        versioning: info.Versioning,
      };
    },
    async get(Bucket, Key, { range: Range, ...send }) {
      const { Body } = await client.send(
        // Without `standard` the whole object comes for a range that reaches past its end.
        new GetObjectCommand({ Bucket, Key, ...(Range !== undefined && { Range, RangeBehavior: "standard" }) }),
        send,
      );
      return Body;
    },
    async makeBucket(Bucket, { acl: Acl, storageClass: StorageClass }, send) {
      await client.send(new PutBucketCommand({ Bucket, ...present({ Acl, StorageClass }) }), send);
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
        ObjectAcl: one.acl,
        Metadata: one.metadata,
      }),
    destroy: () => client.destroy(),
  };
}
