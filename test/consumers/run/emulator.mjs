// Both clients against the emulator, from the tarballs alone.
import assert from "node:assert/strict";
import { COSClient } from "@cosmoss/client-cos";
import { OSSClient, paginate, presign, ServiceError } from "@cosmoss/client-oss";
import * as cosCommands from "@cosmoss/commands-cos";
import * as ossCommands from "@cosmoss/commands-oss";
import { startEmulator } from "@cosmoss/emulator";

const emulator = await startEmulator({ buckets: { oss: ["photos"], cos: ["photos-1250000000"] } });
const clouds = [
  [new OSSClient(emulator.oss), ossCommands, "photos"],
  [new COSClient(emulator.cos), cosCommands, "photos-1250000000"],
];
for (const [client, commands, Bucket] of clouds) {
  const { PutObjectCommand, GetObjectCommand, ListObjectsCommand } = commands;
  await client.send(new PutObjectCommand({ Bucket, Key: "a b/ü.txt", Body: "hello", Metadata: { author: "Zoë" } }));
  const { Body, Metadata } = await client.send(new GetObjectCommand({ Bucket, Key: "a b/ü.txt" }));
  assert.equal(await Body.text(), "hello");
  assert.deepEqual(Metadata, { author: "Zoë" });
  const keys = [];
  for await (const page of paginate(client, ListObjectsCommand, { Bucket }))
    keys.push(...page.Contents.map(({ Key }) => Key));
  assert.deepEqual(keys, ["a b/ü.txt"]);
  const link = await presign(client, new GetObjectCommand({ Bucket, Key: "a b/ü.txt" }));
  assert.equal(await (await fetch(link.url, { headers: link.headers })).text(), "hello");
  await assert.rejects(client.send(new GetObjectCommand({ Bucket, Key: "none" })), (error) => {
    return ServiceError.isInstance(error) && error.code === "NoSuchKey";
  });
  client.destroy();
}
await emulator.close();
