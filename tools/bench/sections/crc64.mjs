// (e) CRC-64/ECMA-182 over 8 MiB.
import { createRequire } from "node:module";
import { block, digestOf, expectEqual, PART } from "../data.mjs";

export const title = "CRC-64";
const labels = {
  wasm: "Cosmoss, WebAssembly",
  js: "Cosmoss, JavaScript",
  "crc64-ecma182.js": "crc64-ecma182.js",
};
export const clients = Object.keys(labels);
export const label = (name) => labels[name];
export const settings = (quick) => (quick ? { repeats: 3, ms: 300 } : { repeats: 7, ms: 600 });

export async function measure(name, { ms }) {
  const { crc } = digestOf(PART);
  const hash = await kernel(name);
  loop(hash, crc, ms / 2);
  return { "MB/s": loop(hash, crc, ms) };
}

async function kernel(name) {
  if (name === "crc64-ecma182.js") {
    const { crc64 } = createRequire(import.meta.url)("crc64-ecma182.js");
    return (bytes) => crc64(bytes);
  }
  // A second copy of the package, which has not yet looked for WebAssembly.
  if (name === "js") delete globalThis.WebAssembly;
  const { crc64 } = await import(`${import.meta.resolve("@cosmoss/checksum")}?again`);
  return crc64;
}

function loop(hash, expected, ms) {
  const bytes = block();
  const start = performance.now();
  let count = 0;
  do {
    expectEqual(hash(bytes), expected, "CRC-64");
    count++;
  } while (performance.now() - start < ms);
  return (count * PART) / 1e3 / (performance.now() - start);
}

export const tables = () => [{ caption: "8 MiB at once", columns: [["MB/s", "MB/s"]] }];

export const budgets = (ratio) => [
  { what: "CRC-64 in WebAssembly: MB/s", ...ratio("wasm", "crc64-ecma182.js", "MB/s"), atLeast: 3.3 },
  { what: "CRC-64 in JavaScript: MB/s", ...ratio("js", "crc64-ecma182.js", "MB/s"), atLeast: 1.6 },
];
