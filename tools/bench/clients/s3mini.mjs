import { createWriteStream, openAsBlob } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { S3mini } from "s3mini";
import { accessKeyId, accessKeySecret, bucket, LISTED, small, smallKey } from "../data.mjs";

export function open(port) {
  const client = new S3mini({
    accessKeyId,
    secretAccessKey: accessKeySecret,
    endpoint: `http://127.0.0.1:${port}/${bucket}`,
    region: "us-east-1",
  });
  const body = small();
  return {
    async put() {
      return (await client.putObject(smallKey, body)).headers.get("etag").length;
    },
    async get() {
      return (await client.getObjectArrayBuffer(smallKey)).byteLength;
    },
    head: () => client.getContentLength(smallKey),
    async list() {
      return (await client.listObjects("/", "", LISTED)).length;
    },
    presign: (key) => client.getPresignedUrl("GET", key, 900),
    async upload(key, path) {
      await client.putAnyObject(key, await openAsBlob(path));
    },
    async download(key, path) {
      await pipeline(Readable.fromWeb((await client.getObjectResponse(key)).body), createWriteStream(path));
    },
    close() {},
  };
}
