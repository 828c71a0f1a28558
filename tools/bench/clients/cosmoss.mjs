import {
  accessKeyId,
  accessKeySecret,
  bucket,
  cosBucket,
  cosRegion,
  LISTED,
  PARALLEL,
  PART,
  region,
  small,
  smallKey,
} from "../data.mjs";
import { Gatherer, sendParts, using } from "../files.mjs";

const oss = async (options) => {
  const [{ OSSClient, presign }, commands] = await Promise.all([
    import("@cosmoss/client-oss"),
    import("@cosmoss/commands-oss"),
  ]);
  const makePort = async (client, options) => (await import("@cosmoss/transfer/oss")).ossPort(client, options);
  return {
    Client: OSSClient,
    presign,
    commands,
    List: commands.ListObjectsV2Command,
    makePort,
    bucket,
    region,
    options,
  };
};

const cos = async () => {
  const [{ COSClient, presign }, commands] = await Promise.all([
    import("@cosmoss/client-cos"),
    import("@cosmoss/commands-cos"),
  ]);
  return {
    Client: COSClient,
    presign,
    commands,
    List: commands.ListObjectsCommand,
    makePort: async (client, options) => (await import("@cosmoss/transfer/cos")).cosPort(client, options),
    bucket: cosBucket,
    region: cosRegion,
  };
};

const variants = {
  oss: () => oss(),
  "oss-v1": async () => oss({ signer: new (await import("@cosmoss/signer-oss/v1")).SignerV1({}) }),
  "oss-undici": async () =>
    oss({ requestHandler: new (await import("@cosmoss/transport-node/undici")).UndiciTransport() }),
  "oss-fetch": async () => oss({ requestHandler: new (await import("@cosmoss/transport-fetch")).FetchTransport() }),
  cos,
};

/** By commands; a variant that ends in `-transfer`: as `@cosmoss/transfer` does it. */
export async function open(port, variant) {
  const name = variant.replace(/-transfer$/, "");
  const { Client, presign, commands, List, makePort, bucket: Bucket, region, options } = await variants[name]();
  const { GetObjectCommand, HeadObjectCommand, PutObjectCommand } = commands;
  const { CompleteMultipartUploadCommand, InitiateMultipartUploadCommand, UploadPartCommand } = commands;
  const credentials = { accessKeyId, accessKeySecret };
  const client = new Client({ region, credentials, endpoint: `http://127.0.0.1:${port}`, ...options });
  const Body = small();
  const Key = smallKey;
  return {
    async put() {
      return (await client.send(new PutObjectCommand({ Bucket, Key, Body }))).ETag.length;
    },
    async get() {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body.bytes()).length;
    },
    async head() {
      return (await client.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength;
    },
    async list() {
      return (await client.send(new List({ Bucket, MaxKeys: LISTED }))).Contents.length;
    },
    async presign(Key) {
      return (await presign(client, new GetObjectCommand({ Bucket, Key }))).url;
    },
    async putStream(Key, Body, ContentLength) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentLength }));
    },
    /** `send` is to call its argument for each part, and to give the results in order. */
    async multipart(Key, send) {
      const { UploadId } = await client.send(new InitiateMultipartUploadCommand({ Bucket, Key }));
      const Parts = await send(async (PartNumber, Body, ContentLength) => {
        const input = { Bucket, Key, UploadId, PartNumber, Body, ContentLength };
        return { PartNumber, ETag: (await client.send(new UploadPartCommand(input))).ETag };
      });
      await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, Parts }));
    },
    async upload(key, path, size) {
      await this.multipart(key, (part) => sendParts(path, size, part));
    },
    async download(Key, path) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      await using(path, "w", async (file) => {
        const gatherer = new Gatherer(file);
        for await (const chunk of Body) {
          const full = gatherer.add(chunk);
          if (full) await full;
        }
        await gatherer.end();
      });
    },
    close: () => client.destroy(),
    ...(variant !== name && (await transfers(client, makePort, Bucket))),
  };
}

async function transfers(client, makePort, Bucket) {
  const [{ download, TransferPool, upload }, { fromFile, toFile }] = await Promise.all([
    import("@cosmoss/transfer"),
    import("@cosmoss/transfer/fs"),
  ]);
  const port = await makePort(client, { pool: new TransferPool({ concurrency: PARALLEL }) });
  return {
    upload: (Key, path) => upload(port, fromFile(path), { Bucket, Key }, { partSize: PART }),
    uploadStream: (Key, stream) => upload(port, stream, { Bucket, Key }, { partSize: PART }),
    download: (Key, path) => download(port, { Bucket, Key }, toFile(path), { partSize: PART }),
  };
}
