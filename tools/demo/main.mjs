// What Cosmoss does all day, on real files: this repository and a large generated one, against the emulator.
// `DEMO_MIB` sets the size of the large file; default 256, at least 4.
import { fork } from "node:child_process";
import { once, setMaxListeners } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileCheckpoints } from "@cosmoss/checkpoint/fs";
import { COSClient } from "@cosmoss/client-cos";
import { OSSClient, paginate, presign } from "@cosmoss/client-oss";
import * as cosCommands from "@cosmoss/commands-cos";
import * as ossCommands from "@cosmoss/commands-oss";
import { startEmulator } from "@cosmoss/emulator";
import { deleteAll, download, downloadBytes, prefix, sync, TransferPool, upload } from "@cosmoss/transfer";
import { cosPort } from "@cosmoss/transfer/cos";
import { fromFile, toFile } from "@cosmoss/transfer/fs";
import { ossPort } from "@cosmoss/transfer/oss";
import { crcOfFile, generateFile, repositoryFiles } from "./files.mjs";
import { createMeter } from "./meter.mjs";
import { describe, follow, heading, mebibytes, progressBar, table } from "./print.mjs";

const largeSize = Number(process.env.DEMO_MIB ?? 256) * 2 ** 20;
const partCount = 32;
const partSize = largeSize / partCount;
const ossBucket = "cosmoss-demo";
const cosBucket = "cosmoss-demo-1250000000";
const large = { Bucket: ossBucket, Key: "large file/generated.bin" };

const stop = new AbortController();
const { signal } = stop;
// As many listeners as there are transfers.
setMaxListeners(0, signal);
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));

const folder = await mkdtemp(join(tmpdir(), "cosmoss-demo-"));
// Every now and then the services refuse, as real ones do under load: what you see of it is the column "retries".
const busy = ({ index }) => (index % 40 === 39 ? { error: { code: "ServiceUnavailable", status: 503 } } : undefined);
const emulator = await startEmulator({ directory: join(folder, "services"), faults: busy });
const meter = createMeter();
const ossClient = new OSSClient(emulator.oss).use(meter.plugin("OSS"));
const cosClient = new COSClient(emulator.cos).use(meter.plugin("COS"));
// All transfers share its places, however many there are at a time.
const pool = new TransferPool({ concurrency: 4 });
const oss = ossPort(ossClient, { pool });
const cos = cosPort(cosClient, { pool });

try {
  console.log(`Both services run at ${emulator.url}`);
  await ossClient.send(new ossCommands.PutBucketCommand({ Bucket: ossBucket }));
  await cosClient.send(new cosCommands.PutBucketCommand({ Bucket: cosBucket }));

  const path = join(folder, "generated.bin");
  const crc = await generateFile(path, largeSize);
  const files = repositoryFiles();
  await uploadFiles(files);
  await uploadAndKill(path);
  await uploadTheRest(path, crc);
  await downloadLarge(join(folder, "back.bin"), crc);
  await fetchLink(files[0]);
  await syncToCos();
  await listBoth();
  await showErrors();
  await deleteEverything();
  heading("Summary, without the process that was killed");
  table(meter.rows());
} catch (error) {
  if (!signal.aborted) throw error;
  console.log(`\n${signal.reason.message}`);
  process.exitCode = 130;
} finally {
  stop.abort();
  await emulator.close();
  ossClient.destroy();
  cosClient.destroy();
  await rm(folder, { recursive: true, force: true });
}

function section(text) {
  signal.throwIfAborted();
  heading(text);
}

async function uploadFiles(files) {
  section(`Upload ${files.length} files of this repository to OSS, ${pool.concurrency} at a time`);
  const attributes = { CacheControl: "max-age=60", Metadata: { from: "the demo" } };
  const bar = progressBar();
  let done = 0;
  const uploads = files.map(async ({ key, path }) => {
    await upload(oss, fromFile(path), { Bucket: ossBucket, Key: key }, { attributes, signal });
    bar.show(++done / files.length, `${done} of ${files.length} files`);
  });
  await Promise.all(uploads).finally(bar.stop);
}

async function uploadAndKill(path) {
  section(`Upload a file of ${mebibytes(largeSize)} in another process, and kill that at the half`);
  const job = { service: emulator.oss, path, target: large, partSize, checkpoints: join(folder, "checkpoints") };
  const child = fork(fileURLToPath(new URL("upload.mjs", import.meta.url)), [JSON.stringify(job)], {
    signal,
    killSignal: "SIGKILL",
  });
  const bar = progressBar();
  child.on("message", (progress) => bar.show(progress.fraction, describe(progress)));
  emulator.faults = (request) => {
    if (partsStored() >= partCount / 2) child.kill("SIGKILL");
    return busy(request);
  };
  const [, killedBy] = await once(child, "close").finally(bar.stop);
  emulator.faults = busy;
  if (killedBy !== "SIGKILL") throw new Error("the upload ended before it was killed");
  console.log(`killed with SIGKILL when the service had ${partsStored()} of ${partCount} parts`);
}

function partRequests() {
  return emulator.requests.filter(({ operation }) => operation === "UploadPart");
}

function partsStored() {
  return partRequests().filter(({ status }) => status === 200).length;
}

async function uploadTheRest(path, crc) {
  section("The same upload again goes on from its checkpoint");
  const checkpoints = fileCheckpoints(join(folder, "checkpoints"));
  const done = await follow(upload(oss, fromFile(path), large, { partSize, checkpoints, signal }));
  const kept = done.resumedBytes;
  const twice = partRequests().reduce((bytes, { requestBytes }) => bytes + requestBytes, -largeSize);
  console.log(
    `kept ${mebibytes(kept)}, sent ${mebibytes(largeSize - kept)}, of that for the second time ${mebibytes(twice)}`,
  );
  let left = 0;
  for await (const _ of oss.listUploads({ Bucket: ossBucket })) left++;
  console.log(`uploads left over at the service: ${left}`);
  console.log(`CRC-64 here ${crc}, at the service ${done.HashCrc64ecma}`);
  if (kept === 0 || left > 0 || crc !== done.HashCrc64ecma) throw new Error("the upload went wrong");
}

async function downloadLarge(path, crc) {
  section("Download it to a file");
  const { verified } = await follow(download(oss, large, toFile(path), { signal }));
  console.log(`what came is what the service has, by CRC-64: ${verified}`);
  if (!verified || (await crcOfFile(path)) !== crc) throw new Error("the download went wrong");
}

async function fetchLink({ key, path }) {
  section("Presign a link and fetch it with nothing but fetch");
  const get = new ossCommands.GetObjectCommand({ Bucket: ossBucket, Key: key });
  const link = await presign(ossClient, get, { expiresIn: 60 });
  // Nothing here would ask a busy service again.
  emulator.faults = undefined;
  const response = await fetch(link.url, { method: link.method, headers: link.headers, signal });
  emulator.faults = busy;
  const length = (await response.arrayBuffer()).byteLength;
  console.log(`${key}: HTTP ${response.status}, ${length} bytes, good until ${link.expiresAt.toISOString()}`);
  if (length !== (await stat(path)).size) throw new Error("the link gave something else");
}

async function syncToCos() {
  const run = () => follow(sync(prefix(oss, { Bucket: ossBucket }), prefix(cos, { Bucket: cosBucket }), { signal }));
  section("Sync all of it from OSS to COS");
  const first = await run();
  console.log(`${first.transferred} objects transferred, ${mebibytes(first.bytes)}`);
  const { attributes } = await cos.head({ Bucket: cosBucket, Key: "README.md" });
  console.log("README.md at COS:", attributes);
  if (attributes.Metadata.from !== "the demo") throw new Error("the metadata got lost");

  section("Sync once more");
  const second = await run();
  console.log(`${second.transferred} objects transferred, ${second.skipped} the same`);
  if (second.transferred !== 0) throw new Error("the second sync had something to do");
}

async function listBoth() {
  section("Both buckets side by side");
  const sizesOf = async (client, command, input) => {
    const sizes = new Map();
    for await (const page of paginate(client, command, input))
      for (const { Key, Size } of page.Contents) sizes.set(Key, Size);
    return sizes;
  };
  const inOss = await sizesOf(ossClient, ossCommands.ListObjectsV2Command, { Bucket: ossBucket });
  const inCos = await sizesOf(cosClient, cosCommands.ListObjectsCommand, { Bucket: cosBucket });
  const rows = [...inOss].map(([key, size]) => ({ key, OSS: size, COS: inCos.get(key) }));
  table([...rows.slice(0, 8), { key: `… ${rows.length} in all` }]);
  if (inCos.size !== inOss.size || rows.some((row) => row.OSS !== row.COS)) throw new Error("the buckets differ");
  console.log("the same keys and sizes in both");
}

async function showErrors() {
  section("What you see when something is wrong");
  const readme = { Bucket: ossBucket, Key: "README.md" };
  const credentials = { accessKeyId: "emulator", accessKeySecret: "not the secret" };
  const wrong = new OSSClient({ ...emulator.oss, credentials }).use(meter.plugin("OSS"));
  await expectError("a wrong secret", () => wrong.send(new ossCommands.GetObjectCommand(readme)));
  wrong.destroy();
  emulator.faults = () => ({ corruptResponseAt: 100 });
  await expectError("a bit that flips on the way, each time", () => downloadBytes(oss, readme, { signal }));
  emulator.faults = undefined;
  await expectError("a key that OSS cannot have", () => upload(oss, "text", { Bucket: ossBucket, Key: "/a" }));
}

async function expectError(what, work) {
  try {
    await work();
  } catch (error) {
    signal.throwIfAborted();
    console.log(`${what}:\n  ${error.name}: ${error.message}`);
    return;
  }
  throw new Error(`${what} went unnoticed`);
}

async function deleteEverything() {
  section("Delete everything");
  const fromOss = await deleteAll(oss, { Bucket: ossBucket, Prefix: "" }, { signal });
  const fromCos = await deleteAll(cos, { Bucket: cosBucket, Prefix: "" }, { signal });
  console.log(`${fromOss.deleted} objects at OSS, ${fromCos.deleted} at COS`);
  await ossClient.send(new ossCommands.DeleteBucketCommand({ Bucket: ossBucket }));
  await cosClient.send(new cosCommands.DeleteBucketCommand({ Bucket: cosBucket }));
}
