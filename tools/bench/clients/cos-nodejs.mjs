import COS from "cos-nodejs-sdk-v5";
import {
  accessKeyId,
  accessKeySecret,
  cosBucket as Bucket,
  cosRegion,
  LISTED,
  PARALLEL,
  PART,
  small,
} from "../data.mjs";
import { smallKey as Key } from "../data.mjs";

export function open(port) {
  const keys = { SecretId: accessKeyId, SecretKey: accessKeySecret };
  // Its default of 3 files at a time would be measured instead of the client.
  const options = { ...keys, Protocol: "http:", FileParallelLimit: 128, ChunkParallelLimit: PARALLEL };
  const cos = new COS({ ...options, Domain: `127.0.0.1:${port}` });
  const named = new COS(keys);
  const object = { Bucket, Region: cosRegion, Key };
  const Body = small();
  return {
    async put() {
      return (await cos.putObject({ ...object, Body })).ETag.length;
    },
    async get() {
      return (await cos.getObject(object)).Body.length;
    },
    async head() {
      return Number((await cos.headObject(object)).headers["content-length"]);
    },
    async list() {
      return (await cos.getBucket({ Bucket, Region: cosRegion, MaxKeys: LISTED })).Contents.length;
    },
    presign: (Key) => named.getObjectUrl({ Bucket, Region: cosRegion, Key, Sign: true }),
    async upload(Key, FilePath) {
      await cos.sliceUploadFile({ ...object, Key, FilePath, ChunkSize: PART, AsyncLimit: PARALLEL });
    },
    async download(Key, Output) {
      await cos.getObject({ ...object, Key, Output });
    },
    close() {},
  };
}
