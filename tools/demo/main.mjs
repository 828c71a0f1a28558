// What Cosmoss does all day, on real files: this repository and a large generated one, against the emulator.
// `DEMO_MIB` sets the size of the large file; default 256.
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { COSClient } from "@cosmoss/client-cos";
import { OSSClient, paginate, presign } from "@cosmoss/client-oss";
import * as cosCommands from "@cosmoss/commands-cos";
import * as ossCommands from "@cosmoss/commands-oss";
import { startEmulator } from "@cosmoss/emulator";
import { crcOfFile, generateFile, repositoryFiles } from "./files.mjs";
import { createMeter } from "./meter.mjs";
import { heading, mebibytes, progressBar, table } from "./print.mjs";

const LARGE_MIB = Number(process.env.DEMO_MIB ?? 256);
const PART_SIZE = 8 << 20;
const PARALLEL = 4;
const ossBucket = "cosmoss-demo";
const cosBucket = "cosmoss-demo-1250000000";
const largeKey = "large file/generated.bin";

/** Runs `work` for all items, at most `PARALLEL` at a time. */
async function forEach(items, work) {
  const queue = items[Symbol.iterator]();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

const folder = await mkdtemp(join(tmpdir(), "cosmoss-demo-"));
// Every now and then the services refuse, as real ones do under load: what you see of it is the column "retries".
const busy = ({ index }) => (index % 40 === 39 ? { error: { code: "ServiceUnavailable", status: 503 } } : undefined);
const emulator = await startEmulator({ directory: join(folder, "services"), faults: busy });
const meter = createMeter();
const oss = new OSSClient(emulator.oss).use(meter.plugin("OSS"));
const cos = new COSClient(emulator.cos).use(meter.plugin("COS"));

try {
  console.log(`Both services run at ${emulator.url}`);
  await oss.send(new ossCommands.PutBucketCommand({ Bucket: ossBucket }));
  await cos.send(new cosCommands.PutBucketCommand({ Bucket: cosBucket }));

  const largePath = join(folder, "generated.bin");
  const largeSize = LARGE_MIB << 20;
  const largeCrc = await generateFile(largePath, largeSize);
  const files = repositoryFiles();
  await uploadFiles(files);
  await uploadLarge(largePath, largeSize, largeCrc);
  await listOss();
  await downloadLarge(join(folder, "back.bin"), largeCrc);
  await fetchLink(files[0]);
  await copyToCos();
  await listBoth();
  await showErrors();
  heading("Summary");
  table(meter.rows());
} finally {
  await emulator.close();
  oss.destroy();
  cos.destroy();
  await rm(folder, { recursive: true, force: true });
}

async function uploadFiles(files) {
  heading(`Upload ${files.length} files of this repository to OSS`);
  const bar = progressBar("files", files.length);
  await forEach(files, async ({ key, path }) => {
    const { size } = await stat(path);
    const Body = () => createReadStream(path);
    await oss.send(new ossCommands.PutObjectCommand({ Bucket: ossBucket, Key: key, Body, ContentLength: size }));
    bar.add(1);
  });
  bar.stop();
}

async function uploadLarge(path, size, crc) {
  heading(`Upload a file of ${mebibytes(size)} in parts of ${mebibytes(PART_SIZE)}, ${PARALLEL} at a time`);
  const target = { Bucket: ossBucket, Key: largeKey };
  const { UploadId } = await oss.send(new ossCommands.InitiateMultipartUploadCommand(target));
  const numbers = Array.from({ length: Math.ceil(size / PART_SIZE) }, (_, i) => i + 1);
  const bar = progressBar("MiB", size >> 20);
  const file = await open(path);
  const parts = [];
  await forEach(numbers, async (PartNumber) => {
    const start = (PartNumber - 1) * PART_SIZE;
    const length = Math.min(PART_SIZE, size - start);
    const body = Buffer.allocUnsafe(length);
    await file.read(body, 0, length, start);
    const { ETag } = await oss.send(new ossCommands.UploadPartCommand({ ...target, UploadId, PartNumber, Body: body }));
    parts[PartNumber - 1] = { PartNumber, ETag };
    bar.add(length >> 20);
  });
  await file.close();
  bar.stop();
  const done = await oss.send(new ossCommands.CompleteMultipartUploadCommand({ ...target, UploadId, Parts: parts }));
  console.log(
    `CRC-64 here ${crc}, at the service ${done.HashCrc64ecma}: ${crc === done.HashCrc64ecma ? "equal" : "DIFFERENT"}`,
  );
  if (crc !== done.HashCrc64ecma) throw new Error("the upload went wrong");
}

async function listOss() {
  heading("List what is in OSS");
  let objects = 0;
  let bytes = 0;
  for await (const page of paginate(oss, ossCommands.ListObjectsV2Command, { Bucket: ossBucket, MaxKeys: 100 })) {
    objects += page.Contents.length;
    for (const { Size } of page.Contents) bytes += Size;
  }
  console.log(`${objects} objects, ${mebibytes(bytes)}`);
}

async function downloadLarge(path, crc) {
  heading("Download the large file again");
  const { Body, ContentLength } = await oss.send(
    new ossCommands.GetObjectCommand({ Bucket: ossBucket, Key: largeKey }),
  );
  const bar = progressBar("MiB", ContentLength >> 20);
  let pending = 0;
  async function* counted() {
    for await (const chunk of Body) {
      pending += chunk.length;
      bar.add(pending >> 20);
      pending %= 1 << 20;
      yield chunk;
    }
  }
  await pipeline(counted, createWriteStream(path, { highWaterMark: 1 << 20 }));
  bar.stop();
  const actual = await crcOfFile(path);
  console.log(`CRC-64 of the file on disk: ${actual === crc ? "equal" : "DIFFERENT"}`);
  if (actual !== crc) throw new Error("the download went wrong");
}

async function fetchLink({ key, path }) {
  heading("Presign a link and fetch it with nothing but fetch");
  const link = await presign(oss, new ossCommands.GetObjectCommand({ Bucket: ossBucket, Key: key }), { expiresIn: 60 });
  const response = await fetch(link.url, { method: link.method, headers: link.headers });
  const length = (await response.arrayBuffer()).byteLength;
  console.log(`${key}: HTTP ${response.status}, ${length} bytes, good until ${link.expiresAt.toISOString()}`);
  if (length !== (await stat(path)).size) throw new Error("the link gave something else");
}

async function copyToCos() {
  heading("Stream all of it from OSS to COS");
  const objects = [];
  for await (const page of paginate(oss, ossCommands.ListObjectsV2Command, { Bucket: ossBucket }))
    objects.push(...page.Contents);
  const total = objects.reduce((bytes, { Size }) => bytes + Size, 0);
  const bar = progressBar("MiB", total >> 20);
  let bytes = 0;
  const moved = (size) => {
    const before = bytes >> 20;
    bytes += size;
    bar.add((bytes >> 20) - before);
  };
  await forEach(objects, (object) => (object.Size > PART_SIZE ? copyInParts(object, moved) : copyWhole(object, moved)));
  bar.stop();
}

async function copyWhole({ Key, Size }, moved) {
  const source = new ossCommands.GetObjectCommand({ Bucket: ossBucket, Key });
  // A function, so that an attempt that fails begins with a new download.
  const Body = async () => (await oss.send(source)).Body;
  await cos.send(new cosCommands.PutObjectCommand({ Bucket: cosBucket, Key, Body, ContentLength: Size }));
  moved(Size);
}

async function copyInParts({ Key, Size, ETag }, moved) {
  const target = { Bucket: cosBucket, Key };
  const { UploadId } = await cos.send(new cosCommands.InitiateMultipartUploadCommand(target));
  const parts = [];
  await forEach(
    Array.from({ length: Math.ceil(Size / PART_SIZE) }, (_, i) => i + 1),
    async (PartNumber) => {
      const start = (PartNumber - 1) * PART_SIZE;
      const end = Math.min(start + PART_SIZE, Size);
      const range = { Range: `bytes=${start}-${end - 1}`, IfMatch: ETag };
      const Body = async () =>
        (await oss.send(new ossCommands.GetObjectCommand({ Bucket: ossBucket, Key, ...range }))).Body;
      const part = new cosCommands.UploadPartCommand({
        ...target,
        UploadId,
        PartNumber,
        Body,
        ContentLength: end - start,
      });
      parts[PartNumber - 1] = { PartNumber, ETag: (await cos.send(part)).ETag };
      moved(end - start);
    },
  );
  await cos.send(new cosCommands.CompleteMultipartUploadCommand({ ...target, UploadId, Parts: parts }));
}

async function listBoth() {
  heading("Both buckets side by side");
  const keysOf = async (client, command, input) => {
    const sizes = new Map();
    for await (const page of paginate(client, command, input))
      for (const { Key, Size } of page.Contents) sizes.set(Key, Size);
    return sizes;
  };
  const inOss = await keysOf(oss, ossCommands.ListObjectsV2Command, { Bucket: ossBucket });
  const inCos = await keysOf(cos, cosCommands.ListObjectsCommand, { Bucket: cosBucket });
  const rows = [...inOss].map(([key, size]) => ({ key, OSS: size, COS: inCos.get(key) }));
  table([...rows.slice(0, 8), { key: `… ${rows.length} in all` }]);
  if (inCos.size !== inOss.size || rows.some((row) => row.OSS !== row.COS)) throw new Error("the buckets differ");
  console.log("the same keys and sizes in both");
}

async function showErrors() {
  heading("What you see when something is wrong");
  const wrong = new OSSClient({
    ...emulator.oss,
    credentials: { accessKeyId: "emulator", accessKeySecret: "not the secret" },
  }).use(meter.plugin("OSS"));
  const get = new ossCommands.GetObjectCommand({ Bucket: ossBucket, Key: "README.md" });
  await expectError("a wrong secret", () => wrong.send(get));
  wrong.destroy();
  emulator.faults = () => ({ corruptResponseAt: 100 });
  await expectError("a bit that flips on the way", async () => (await oss.send(get)).Body.bytes());
  emulator.faults = undefined;
  await expectError("a key that OSS cannot have", () =>
    oss.send(new ossCommands.HeadObjectCommand({ Bucket: ossBucket, Key: "/a" })),
  );
}

async function expectError(what, work) {
  try {
    await work();
  } catch (error) {
    console.log(`${what}:\n  ${error.name}: ${error.message}`);
    return;
  }
  throw new Error(`${what} went unnoticed`);
}
