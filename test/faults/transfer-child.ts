// A process that transfers one object, to be killed: `child.mjs <options as JSON>`. Goes on where an earlier one ended.
import { fileCheckpoints } from "@cosmoss/checkpoint/fs";
import { COSClient } from "@cosmoss/client-cos";
import { OSSClient } from "@cosmoss/client-oss";
import { download, TransferPool, type TransferPort, upload } from "@cosmoss/transfer";
import { cosPort } from "@cosmoss/transfer/cos";
import { fromFile, toFile } from "@cosmoss/transfer/fs";
import { ossPort } from "@cosmoss/transfer/oss";

const { provider, direction, service, Bucket, Key, path, checkpoints, partSize, concurrency } = JSON.parse(
  process.argv[2]!,
);
const pool = new TransferPool({ concurrency });
const port: TransferPort<any> =
  provider === "oss" ? ossPort(new OSSClient(service), { pool }) : cosPort(new COSClient(service), { pool });
const options = { partSize, checkpoints: fileCheckpoints(checkpoints) };
const { resumedBytes } =
  direction === "upload"
    ? await upload(port, fromFile(path), { Bucket, Key }, options)
    : await download(port, { Bucket, Key }, toFile(path), options);
console.log(`done ${resumedBytes}`);
