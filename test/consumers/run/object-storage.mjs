import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { OSSClient, presign } from "@cosmoss/client-oss";
import { GetObjectCommand } from "@cosmoss/commands-oss/get-object";
import { PutObjectCommand } from "@cosmoss/commands-oss";

// A server that keeps what it is given is enough to see the installed packages work together.
const objects = new Map();
const server = createServer(async (request, response) => {
  const path = request.url.split("?")[0];
  if (request.method === "GET") return void response.end(objects.get(path));
  assert.match(request.headers.authorization, /^OSS4-HMAC-SHA256 /);
  objects.set(path, Buffer.concat(await request.toArray()));
  response.setHeader("etag", '"1"').end();
});
server.listen(0, "127.0.0.1");
await once(server, "listening");

const credentials = { accessKeyId: "id", accessKeySecret: "secret" };
const endpoint = `http://127.0.0.1:${server.address().port}`;
const oss = new OSSClient({ region: "cn-hangzhou", endpoint, credentials });
const { ETag } = await oss.send(new PutObjectCommand({ Bucket: "photos", Key: "a b", Body: "text" }));
assert.equal(ETag, '"1"');
const { Body } = await oss.send(new GetObjectCommand({ Bucket: "photos", Key: "a b" }));
assert.equal(await Body.text(), "text");
const { url } = await presign(oss, new GetObjectCommand({ Bucket: "photos", Key: "a b" }), { expiresIn: 600 });
assert.equal(await (await fetch(url)).text(), "text");
server.close();
server.closeAllConnections();
