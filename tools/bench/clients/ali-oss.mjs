import OSS from "ali-oss";
import { accessKeyId, accessKeySecret, bucket, LISTED, PARALLEL, PART, region, small, smallKey } from "../data.mjs";

export function open(port, variant) {
  const authorizationV4 = variant === "v4";
  const keys = { accessKeyId, accessKeySecret, bucket, region: `oss-${region}`, authorizationV4 };
  const client = new OSS({ ...keys, endpoint: `http://127.0.0.1:${port}` });
  // V1 URLs are refused for an address without a name.
  const named = new OSS(keys);
  const body = small();
  return {
    async put() {
      return (await client.put(smallKey, body)).res.headers.etag.length;
    },
    async get() {
      return (await client.get(smallKey)).content.length;
    },
    async head() {
      return Number((await client.head(smallKey)).res.headers["content-length"]);
    },
    async list() {
      return (await client.listV2({ "max-keys": LISTED })).objects.length;
    },
    presign: (key) => (authorizationV4 ? named.signatureUrlV4("GET", 900, undefined, key) : named.signatureUrl(key)),
    async upload(key, path) {
      await client.multipartUpload(key, path, { parallel: PARALLEL, partSize: PART });
    },
    async download(key, path) {
      await client.get(key, path);
    },
    close() {},
  };
}
