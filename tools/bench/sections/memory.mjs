// (h) Memory while an object much larger than it goes up and down.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { openClient } from "../clients.mjs";
import { block, largeKey, MIB, PARALLEL, PART } from "../data.mjs";
import { makeFile } from "../files.mjs";
import { peakRss } from "../harness.mjs";

export const title = "Memory of a large transfer";
export const clients = ["oss-transfer", "cos-transfer"];
export const settings = (quick) => (quick ? { repeats: 1, mib: 1024 } : { repeats: 3, mib: 4096 });
export const prepare = ({ folder, mib }) => makeFile(join(folder, "huge"), mib * MIB);
export const variants = ["file", "stream", "down"];

const CHUNK = 65_536;

/** A stream whose length nobody is told. */
async function* stream(length) {
  for (let at = 0; at < length; at += CHUNK) yield block().subarray(at % PART, (at % PART) + CHUNK);
}

export async function measure(name, { port, folder, mib, variant }) {
  const client = await openClient(name, port);
  block();
  // What the first requests load is no matter of memory for parts.
  for (let i = 0; i < 20; i++) await client.put();
  const before = peakRss();
  const target = join(folder, "down");
  if (variant === "file") await client.upload(largeKey(mib), join(folder, "huge"));
  else if (variant === "stream") await client.uploadStream(largeKey(mib), stream(mib * MIB));
  else await client.download(largeKey(mib), target);
  await rm(target, { force: true });
  return { [`${variant} growth`]: peakRss() - before, [`${variant} RSS`]: peakRss() };
}

export const tables = ({ mib }) => [
  {
    caption: `${mib} MiB in parts of 8 MiB, 4 in parallel: growth of the peak RSS in MiB`,
    columns: [
      ["up, from a file", "file growth"],
      ["up, from a stream", "stream growth"],
      ["down, to a file", "down growth"],
    ],
  },
];

export const budgets = (ratio, difference, value) =>
  clients.flatMap((client) =>
    variants.map((variant) => ({
      what: `${client}, ${variant}: MiB of growth`,
      ...value(client, `${variant} growth`),
      limit: (PART * (PARALLEL + 1)) / MIB + 64,
    })),
  );
