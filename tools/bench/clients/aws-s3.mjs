import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { accessKeyId, accessKeySecret, bucket as Bucket, LISTED, PARALLEL, PART, small, smallKey } from "../data.mjs";

export function open(port) {
  const client = new S3Client({
    region: "us-east-1",
    credentials: { accessKeyId, secretAccessKey: accessKeySecret },
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: 128 } },
  });
  const Body = small();
  const Key = smallKey;
  return {
    async put() {
      return (await client.send(new PutObjectCommand({ Bucket, Key, Body }))).ETag.length;
    },
    async get() {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body.transformToByteArray()).length;
    },
    async head() {
      return (await client.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength;
    },
    async list() {
      return (await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: LISTED }))).Contents.length;
    },
    async upload(Key, path) {
      const { Upload } = await import("@aws-sdk/lib-storage");
      const params = { Bucket, Key, Body: createReadStream(path) };
      await new Upload({ client, queueSize: PARALLEL, partSize: PART, params }).done();
    },
    async download(Key, path) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      await pipeline(Body, createWriteStream(path));
    },
    close: () => client.destroy(),
  };
}
