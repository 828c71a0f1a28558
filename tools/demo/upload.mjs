// The upload that gets killed: main.mjs runs this as a process of its own, and draws its progress.
import { fileCheckpoints } from "@cosmoss/checkpoint/fs";
import { OSSClient } from "@cosmoss/client-oss";
import { upload } from "@cosmoss/transfer";
import { fromFile } from "@cosmoss/transfer/fs";
import { ossPort } from "@cosmoss/transfer/oss";

const { service, path, target, partSize, checkpoints } = JSON.parse(process.argv[2]);
await upload(ossPort(new OSSClient(service)), fromFile(path), target, {
  partSize,
  checkpoints: fileCheckpoints(checkpoints),
  onProgress: (progress) => process.send(progress),
});
