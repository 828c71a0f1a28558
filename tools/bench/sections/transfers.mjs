// (b) A large file up in parallel parts, and down in one stream.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { openClient } from "../clients.mjs";
import { largeKey, MIB } from "../data.mjs";
import { checkFile, makeFile } from "../files.mjs";
import { cpuMicros, peakRss } from "../harness.mjs";

export const title = "A large file";
export const clients = [
  ...["oss-transfer", "cos-transfer", "oss", "cos", "oss-undici"],
  ...["ali-oss-v1", "ali-oss-v4", "cos-nodejs", "aws-s3", "s3mini"],
  ...["http-crc", "http"],
];
export const settings = (quick) => (quick ? { repeats: 3, mib: 128 } : { repeats: 5, mib: 512 });
export const prepare = ({ folder, mib }) => makeFile(join(folder, "upload"), mib * MIB);

/** Up and down have a process each, for the sake of their peak memory. */
export const variants = ["up", "down"];

export async function measure(name, { port, folder, mib, variant }) {
  const client = await openClient(name, port);
  const key = largeKey(mib);
  const size = mib * MIB;
  const target = join(folder, "download");
  const cpu = cpuMicros();
  const start = performance.now();
  if (variant === "up") await client.upload(key, join(folder, "upload"), size);
  else await client.download(key, target);
  const figures = {
    [`${variant} MiB/s`]: (mib * 1000) / (performance.now() - start),
    [`${variant} s/GiB`]: (((cpuMicros() - cpu) / 1e6) * 1024) / mib,
    [`${variant} RSS`]: peakRss(),
  };
  if (variant === "down") {
    await checkFile(target, size);
    await rm(target);
  }
  return figures;
}

export function tables({ mib }) {
  return [
    ["up", `upload of ${mib} MiB: parts of 8 MiB, 4 in parallel`],
    ["down", `download of ${mib} MiB to a file`],
  ].map(([way, caption]) => ({
    caption,
    columns: [
      ["MiB/s", `${way} MiB/s`],
      ["CPU s/GiB", `${way} s/GiB`],
      ["peak RSS MiB", `${way} RSS`],
    ],
  }));
}

export const budgets = (ratio) => [
  { what: "multipart upload with CRC-64: CPU", ...ratio("oss", "http-crc", "up s/GiB"), limit: 1.15 },
  { what: "download to a file with CRC-64: CPU", ...ratio("oss", "http-crc", "down s/GiB"), limit: 1.2 },
  { what: "upload by transfer: CPU", ...ratio("oss-transfer", "http-crc", "up s/GiB"), limit: 1.2 },
  { what: "download by transfer: CPU", ...ratio("oss-transfer", "http-crc", "down s/GiB"), limit: 1.2 },
  { what: "upload by transfer: CPU", ...ratio("oss-transfer", "ali-oss-v4", "up s/GiB"), limit: 0.5 },
  { what: "download by transfer: CPU", ...ratio("oss-transfer", "ali-oss-v4", "down s/GiB"), limit: 1 },
  ...["cos-nodejs", "aws-s3"].flatMap((peer) => [
    { what: "upload by transfer: CPU", ...ratio("cos-transfer", peer, "up s/GiB"), limit: 1 },
    { what: "download by transfer: CPU", ...ratio("cos-transfer", peer, "down s/GiB"), limit: 1 },
  ]),
];
