// (e) CRC-64/ECMA-182 over 8 MiB.
import { block, digestOf, expectEqual, PART } from "../data.mjs";
import { loop } from "../harness.mjs";

export const title = "CRC-64";
const labels = {
  wasm: "Cosmoss, WebAssembly",
  js: "Cosmoss, JavaScript",
  "crc64-ecma182.js": "crc64-ecma182.js",
};
export const clients = Object.keys(labels);
export const label = (name) => labels[name];
export const settings = (quick) => (quick ? { repeats: 3, cpuMs: 300 } : { repeats: 5, cpuMs: 500 });

export async function measure(name, { cpuMs }) {
  const { crc } = digestOf(PART);
  const hash = await kernel(name);
  const call = async () => expectEqual(hash(block()), crc, "CRC-64");
  await loop(call, { cpuMs: cpuMs / 2 });
  const { count, micros } = await loop(call, { cpuMs });
  return { "MB/s": (count * PART) / micros };
}

async function kernel(name) {
  if (name === "crc64-ecma182.js") {
    const { crc64 } = (await import("crc64-ecma182.js")).default;
    return (bytes) => crc64(bytes);
  }
  // A second copy of the package, which has not yet looked for WebAssembly.
  if (name === "js") delete globalThis.WebAssembly;
  const { crc64 } = await import(`${import.meta.resolve("@cosmoss/checksum")}?again`);
  return crc64;
}

export const tables = () => [{ caption: "8 MiB at once", columns: [["MB per second of CPU", "MB/s"]] }];

export const budgets = (ratio) => [
  { what: "CRC-64 in WebAssembly: MB/s", ...ratio("wasm", "crc64-ecma182.js", "MB/s"), atLeast: 3.3 },
  { what: "CRC-64 in JavaScript: MB/s", ...ratio("js", "crc64-ecma182.js", "MB/s"), atLeast: 1.6 },
];
