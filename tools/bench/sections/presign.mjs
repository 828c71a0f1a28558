// (c) Presigned GET URLs, one after the other in one thread.
import { createHash, createHmac, hash } from "node:crypto";
import { clients as known, openClient } from "../clients.mjs";
import { accessKeySecret } from "../data.mjs";
import { cpuMicros } from "../harness.mjs";

export const title = "Presigned URLs";
const hashes = {
  "hashes OSS V4": "the hashes of OSS V4, the day's key kept: SHA-256, HMAC-SHA-256",
  "hashes OSS V1": "the hash of OSS V1: HMAC-SHA-1",
  "hashes COS": "the hashes of COS: SHA-1, 2 HMAC-SHA-1",
};
export const clients = [
  ...["oss", "oss-v1", "cos", "ali-oss-v4", "ali-oss-v1", "cos-nodejs", "s3mini"],
  ...Object.keys(hashes),
];
export const label = (name) => hashes[name] ?? known[name].label;
export const settings = (quick) => (quick ? { repeats: 3, ms: 300 } : { repeats: 7, ms: 600 });

const text = "x".repeat(300);
const hmac = (algorithm, key) => createHmac(algorithm, key).update(text).digest("hex");
const floors = {
  "hashes OSS V4": () => hash("sha256", text) + hmac("sha256", accessKeySecret),
  "hashes OSS V1": () => hmac("sha1", accessKeySecret),
  "hashes COS": () =>
    createHash("sha1").update(text).digest("hex") + hmac("sha1", accessKeySecret) + hmac("sha1", accessKeySecret),
};

export async function measure(name, { port, ms }) {
  const client = name in floors ? { presign: floors[name], close() {} } : await openClient(name, port);
  await loop(client, ms / 2);
  const cpu = cpuMicros();
  const { count, seconds, last } = await loop(client, ms);
  const figures = { "/s": count / seconds, us: (cpuMicros() - cpu) / count };
  if (!(name in floors) && !/photos.+signature=[^&]{20,}/i.test(last)) throw new Error(`not a signed URL: ${last}`);
  return figures;
}

async function loop(client, ms) {
  const start = performance.now();
  let count = 0;
  let last;
  do {
    // Nobody may gain from having signed the same before.
    last = await client.presign(`photos/${count++}.jpg`);
  } while (performance.now() - start < ms);
  return { count, last, seconds: (performance.now() - start) / 1000 };
}

export const tables = () => [
  {
    caption: "presigned GET URLs",
    columns: [
      ["URLs/s", "/s"],
      ["CPU µs", "us"],
    ],
  },
];

export const budgets = (ratio) => [
  { what: "presigned URLs/s, OSS V4", ...ratio("oss", "ali-oss-v4", "/s"), atLeast: 4 },
  { what: "presigned URLs/s, COS", ...ratio("cos", "cos-nodejs", "/s"), atLeast: 2.3 },
];
