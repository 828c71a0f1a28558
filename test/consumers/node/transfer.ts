import { fileCheckpoints } from "@cosmoss/checkpoint/fs";
import { OSSClient } from "@cosmoss/client-oss";
import { download, prefix, sync, upload } from "@cosmoss/transfer";
import { directory, fromFile, toFile } from "@cosmoss/transfer/fs";
import { ossPort } from "@cosmoss/transfer/oss";
import { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import { Writable } from "node:stream";

const oss = ossPort(new OSSClient({ region: "cn-hangzhou", credentials: "anonymous" }));
const checkpoints = fileCheckpoints("/var/tmp/checkpoints");

export async function backUp(path: string, signal: AbortSignal): Promise<void> {
  await upload(oss, fromFile(path), { Bucket: "photos", Key: "a" }, { checkpoints, signal });
  await upload(oss, createReadStream(path), { Bucket: "photos", Key: "b" });
  await upload(oss, Buffer.from("text"), { Bucket: "photos", Key: "c" });
  await upload(oss, fromFile(new URL("file:///a")), { Bucket: "photos", Key: "d" });
}

export async function restore(path: string): Promise<void> {
  await download(oss, { Bucket: "photos", Key: "a" }, toFile(path, { overwrite: false }), { checkpoints });
  await download(oss, { Bucket: "photos", Key: "b" }, Writable.toWeb(process.stdout));
  await sync(prefix(oss, { Bucket: "photos", Prefix: "www/" }), directory(path), { delete: true, checkpoints });
}
