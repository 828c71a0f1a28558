// The files of the demo: those of this repository, and a large one.
import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, readdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Crc64 } from "@cosmoss/checksum";

const root = fileURLToPath(new URL("../..", import.meta.url));
const MOST = 300;

/** The files of this repository that are under version control; without git, its sources. */
export function repositoryFiles() {
  return listFiles()
    .filter((key) => existsSync(join(root, key)))
    .slice(0, MOST)
    .map((key) => ({ key, path: join(root, key) }));
}

function listFiles() {
  try {
    const names = execFileSync("git", ["ls-files", "-z"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const files = names.split("\0").filter(Boolean);
    return files.sort((a, b) => Number(b === "README.md") - Number(a === "README.md"));
  } catch {
    // Not a checkout, or no git here: the sources will do.
    const names = readdirSync(join(root, "packages"), { recursive: true, withFileTypes: true });
    const sources = names.filter((entry) => entry.isFile() && entry.parentPath.endsWith("/src"));
    return ["README.md", ...sources.map((entry) => join(entry.parentPath, entry.name).slice(root.length))];
  }
}

/** Writes `size` bytes that do not repeat within a part, and gives their CRC-64. */
export async function generateFile(path, size) {
  const file = await open(path, "w");
  const crc = new Crc64();
  const words = new Uint32Array(1 << 18);
  let state = 0x2545f491;
  for (let at = 0; at < size; at += words.byteLength) {
    for (let i = 0; i < words.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[i] = state;
    }
    const bytes = new Uint8Array(words.buffer, 0, Math.min(words.byteLength, size - at));
    crc.update(bytes);
    await file.write(bytes);
  }
  await file.close();
  return crc.digest();
}

/** CRC-64 of a file. */
export async function crcOfFile(path) {
  const crc = new Crc64();
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) crc.update(chunk);
  return crc.digest();
}
