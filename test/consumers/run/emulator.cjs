// The same by `require()`, which Node gives for ES modules too.
const assert = require("node:assert/strict");
const { OSSClient } = require("@cosmoss/client-oss");
const { PutObjectCommand } = require("@cosmoss/commands-oss/put-object");
const { startEmulator } = require("@cosmoss/emulator");

async function main() {
  const emulator = await startEmulator({ buckets: { oss: ["photos"] } });
  const client = new OSSClient(emulator.oss);
  const { ETag } = await client.send(new PutObjectCommand({ Bucket: "photos", Key: "a", Body: "hello" }));
  assert.equal(ETag, '"5D41402ABC4B2A76B9719D911017C592"');
  client.destroy();
  await emulator.close();
}
void main();
