// (g) Memory while many streams are sent.
import { Readable } from "node:stream";
import { openClient } from "../clients.mjs";
import { block, largeKey, MIB, PARALLEL, PART } from "../data.mjs";
import { cpuMicros, peakRss } from "../harness.mjs";

export const title = "Streams";
export const clients = ["oss", "cos", "oss-undici", "oss-fetch", "http", "fetch", "fetch-error"];
export const settings = (quick) => ({ repeats: quick ? 1 : 3 });
export const variants = ["streams", "parts"];

const STREAMS = 100;
const STREAM = 10 * MIB;
const PARTED_MIB = 256;
const CHUNK = 65_536;

/** A stream of which nothing is in memory but the block that all share. */
function stream(length) {
  let at = 0;
  return new Readable({
    highWaterMark: CHUNK,
    read() {
      const from = at % PART;
      at += CHUNK;
      this.push(at > length ? null : block().subarray(from, from + CHUNK));
    },
  });
}

export async function measure(name, { port, variant }) {
  const client = await openClient(name, port);
  block();
  // What the first request loads is no matter of streams.
  for (let i = 0; i < 20; i++) await client.put();
  const before = peakRss();
  const cpu = cpuMicros();
  const start = performance.now();
  if (variant === "parts") {
    if (!client.multipart) return {};
    await client.multipart(largeKey(PARTED_MIB), sendStreams);
    return { "parts RSS": peakRss(), "parts growth": peakRss() - before };
  }
  await Promise.all(Array.from({ length: STREAMS }, (_, i) => client.putStream(`stream-${i}`, stream(STREAM), STREAM)));
  return {
    "streams RSS": peakRss(),
    "streams growth": peakRss() - before,
    "MiB/s": ((STREAMS * STREAM) / MIB / (performance.now() - start)) * 1000,
    "CPU s/GiB": ((cpuMicros() - cpu) / 1e6) * (1024 / ((STREAMS * STREAM) / MIB)),
  };
}

async function sendStreams(part) {
  const results = [];
  let next = 0;
  const lane = async () => {
    while (next * PART < PARTED_MIB * MIB) {
      const index = next++;
      results[index] = await part(index + 1, stream(PART), PART);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
  return results;
}

export const tables = () => [
  {
    caption: "100 streams of 10 MiB at once",
    columns: [
      ["peak RSS MiB", "streams RSS"],
      ["of it growth", "streams growth"],
      ["MiB/s", "MiB/s"],
      ["CPU s/GiB", "CPU s/GiB"],
    ],
  },
  {
    caption: `a multipart upload of ${PARTED_MIB} MiB from streams: parts of 8 MiB, 4 in parallel`,
    columns: [
      ["peak RSS MiB", "parts RSS"],
      ["of it growth", "parts growth"],
    ],
  },
];

export const budgets = (ratio, difference, value) => [
  {
    what: `fetch, streamed parts: MiB of growth (4 parts of 8 MiB under way)`,
    ...value("oss-fetch", "parts growth"),
    limit: (2 * PARALLEL * PART) / MIB,
  },
];
