// Large files and directories over both ports, resumed from checkpoints, from the tarballs alone.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileCheckpoints } from "@cosmoss/checkpoint/fs";
import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { COSClient } from "@cosmoss/client-cos";
import { OSSClient } from "@cosmoss/client-oss";
import { startEmulator } from "@cosmoss/emulator";
import { copy, deleteAll, download, downloadBytes, prefix, sync, TransferPool, upload } from "@cosmoss/transfer";
import { cosPort } from "@cosmoss/transfer/cos";
import { directory, fromFile, toFile } from "@cosmoss/transfer/fs";
import { ossPort } from "@cosmoss/transfer/oss";

const size = 20 * 2 ** 20;
const partSize = 2 ** 20;
const scratch = await mkdtemp(join(tmpdir(), "cosmoss-transfer-"));
const emulator = await startEmulator({ buckets: { oss: ["photos"], cos: ["photos-1250000000"] } });
const pool = new TransferPool({ concurrency: 3 });
const oss = new OSSClient(emulator.oss);
const cos = new COSClient(emulator.cos);
const ends = [
  [ossPort(oss, { pool }), "photos"],
  [cosPort(cos, { pool }), "photos-1250000000"],
];
const path = join(scratch, "large.bin");
const content = randomBytes(size);
await writeFile(path, content);

for (const [port, Bucket] of ends) {
  const here = (name) => join(scratch, `${port.provider}-${name}`);

  // Stopped midway, the next call sends what is missing only.
  const target = { Bucket, Key: "large file.bin" };
  const checkpoints = fileCheckpoints(here("checkpoints"));
  const first = upload(port, fromFile(path), target, { partSize, checkpoints });
  let parts = 0;
  emulator.faults = ({ operation }) => {
    if (operation !== "UploadPart" || ++parts <= 5) return undefined;
    void first.cancel();
    return { stallRequestAt: 0 };
  };
  await assert.rejects(first, { name: "AbortError" });
  await first.cancel(); // Until everything is tidied up.
  emulator.faults = undefined;
  assert.equal((await readdir(here("checkpoints"))).length, 1);
  const phases = new Set();
  const stored = await upload(port, fromFile(path), target, {
    partSize,
    checkpoints,
    onProgress: ({ phase }) => phases.add(phase),
  });
  assert.ok(stored.resumedBytes >= partSize && stored.resumedBytes <= 5 * partSize, `resumed ${stored.resumedBytes}`);
  assert.ok(stored.verified);
  assert.ok(phases.has("transferring") && phases.has("done"));
  assert.deepEqual(await readdir(here("checkpoints")), []);

  const fetched = await download(port, target, toFile(here("large.bin")), {
    partSize,
    checkpoints: memoryCheckpoints(),
  });
  assert.ok(fetched.verified);
  assert.ok(content.equals(await readFile(here("large.bin"))));

  const names = ["a.txt", "b/c.txt", "b/ü ü.txt"];
  await mkdir(join(here("site"), "b"), { recursive: true });
  for (const name of names) await writeFile(join(here("site"), name), `content of ${name}`);
  const www = prefix(port, { Bucket, Prefix: "www/" });
  assert.equal((await sync(directory(here("site")), www)).transferred, 3);
  assert.equal((await sync(directory(here("site")), www)).transferred, 0);
  assert.equal((await sync(www, directory(here("back")))).transferred, 3);
  for (const name of names) assert.equal(await readFile(join(here("back"), name), "utf8"), `content of ${name}`);
  const found = await readdir(here("back"), { recursive: true, withFileTypes: true });
  assert.equal(found.filter((entry) => entry.isFile()).length, 3);
}

// From cloud to cloud, with what the object carries.
const [[ossEnd, ossBucket], [cosEnd, cosBucket]] = ends;
const attributes = { ContentType: "text/html", Metadata: { author: "Zoë" } };
await upload(ossEnd, "<p>", { Bucket: ossBucket, Key: "page" }, { attributes });
await copy(ossEnd, { Bucket: ossBucket, Key: "page" }, cosEnd, { Bucket: cosBucket, Key: "page" });
const { bytes, attributes: carried } = await downloadBytes(cosEnd, { Bucket: cosBucket, Key: "page" });
assert.equal(new TextDecoder().decode(bytes), "<p>");
assert.equal(carried.ContentType, "text/html");
assert.deepEqual(carried.Metadata, attributes.Metadata);

for (const [port, Bucket] of ends) {
  assert.ok((await deleteAll(port, { Bucket, Prefix: "" })).deleted >= 5);
  for await (const { UploadId } of port.listUploads({ Bucket })) assert.fail(`upload ${UploadId} is left over`);
}
oss.destroy();
cos.destroy();
await emulator.close();
await rm(scratch, { recursive: true });
