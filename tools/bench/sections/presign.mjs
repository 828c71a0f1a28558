// (c) Presigned GET URLs, one after the other in one thread.
import { createHash, createHmac, hash } from "node:crypto";
import { clients as known, openClient } from "../clients.mjs";
import { accessKeySecret } from "../data.mjs";
import { loop } from "../harness.mjs";

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
export const settings = (quick) => (quick ? { repeats: 3, cpuMs: 300 } : { repeats: 5, cpuMs: 500 });

const text = "x".repeat(300);
const hmac = (algorithm, key) => createHmac(algorithm, key).update(text).digest("hex");
const floors = {
  "hashes OSS V4": () => hash("sha256", text) + hmac("sha256", accessKeySecret),
  "hashes OSS V1": () => hmac("sha1", accessKeySecret),
  "hashes COS": () =>
    createHash("sha1").update(text).digest("hex") + hmac("sha1", accessKeySecret) + hmac("sha1", accessKeySecret),
};

export async function measure(name, { port, cpuMs }) {
  const client = name in floors ? { presign: floors[name], close() {} } : await openClient(name, port);
  let number = 0;
  let last;
  const call = async () => {
    // Nobody may gain from having signed the same before.
    last = await client.presign(`photos/${number++}.jpg`);
  };
  await loop(call, { cpuMs: cpuMs / 2 });
  const { count, micros, seconds } = await loop(call, { cpuMs });
  if (!(name in floors) && !/photos.+signature=[^&]{20,}/i.test(last)) throw new Error(`not a signed URL: ${last}`);
  return { "CPU /s": (count * 1e6) / micros, "/s": count / seconds };
}

export const tables = () => [
  {
    caption: "presigned GET URLs",
    columns: [
      ["URLs per second of CPU", "CPU /s"],
      ["URLs/s", "/s"],
    ],
  },
];

export const budgets = (ratio) => [
  { what: "presigned URLs per second, OSS V4", ...ratio("oss", "ali-oss-v4", "CPU /s"), atLeast: 4 },
  { what: "presigned URLs per second, COS", ...ratio("cos", "cos-nodejs", "CPU /s"), atLeast: 2.3 },
];
