import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { crc64 } from "@cosmoss/checksum";
import { ConfigError } from "@cosmoss/errors";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fromFile } from "./file-source.node.ts";
import type { OpenSource } from "../sources/source.ts";

const MIB = 1 << 20;
let folder: string;

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "cosmoss-source-"))));
afterEach(() => {
  expect(openHandles()).toEqual([]);
  rmSync(folder, { recursive: true });
});

/** What of the folder this process has open; only Linux shows it. */
function openHandles(): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc/self/fd")
    .flatMap((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return []; // That of the listing itself.
      }
    })
    .filter((path) => path.startsWith(folder));
}

function file(content: string | Uint8Array = "content", name = "a.txt"): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function bytesOf(length: number): Buffer {
  return Buffer.from(new Uint8Array(length).map((_, i) => i ^ (i >> 7)));
}

async function readAll(open: OpenSource, start = 0, end = open.size): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of open.read(start, end)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Opens, uses and closes it. */
async function using<T>(path: Parameters<typeof fromFile>[0], use: (open: OpenSource) => T): Promise<Awaited<T>> {
  const open = await fromFile(path).open();
  try {
    return await use(open);
  } finally {
    await open.close();
  }
}

describe("fromFile", () => {
  it("reads any range, in pieces of at most a MiB that are not used again", async () => {
    const bytes = bytesOf(2 * MIB + 7);
    await using(file(bytes), async (open) => {
      expect(open.size).toBe(bytes.length);
      const pieces: Uint8Array[] = [];
      for await (const piece of open.read(0, open.size)) pieces.push(piece);
      expect(pieces.map(({ length }) => length)).toEqual([MIB, MIB, 7]);
      expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBe(3);
      expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
      const ranges = [
        [0, 0],
        [5, 5],
        [3, MIB + 3],
        [2 * MIB, 2 * MIB + 7],
      ] as const;
      const read = await Promise.all(ranges.map(([start, end]) => readAll(open, start, end)));
      for (const [i, range] of ranges.entries()) expect(read[i]!.equals(bytes.subarray(...range))).toBe(true);
    });
  });

  it("is named by its absolute path, however that was given", () => {
    const path = file();
    expect(fromFile(path).name).toBe(path);
    expect(fromFile(relative(process.cwd(), path)).name).toBe(path);
    expect(fromFile(pathToFileURL(join(folder, "grün #1.txt"))).name).toBe(join(folder, "grün #1.txt"));
  });

  it.each(["", "a\0b", 5, undefined, null, {}, new URL("https://example.com/a")])("refuses %s", (path: any) => {
    expect(() => fromFile(path)).toThrow(ConfigError);
  });

  it("takes a link to a file, and an empty file", async () => {
    symlinkSync(file("linked"), join(folder, "link"));
    expect((await using(join(folder, "link"), readAll)).toString()).toBe("linked");
    expect((await using(file(""), readAll)).length).toBe(0);
  });

  it("refuses a directory, a pipe and a device, without waiting for anyone to write", async () => {
    mkdirSync(join(folder, "sub"));
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    await expect(fromFile(join(folder, "sub")).open()).rejects.toThrow(/sub is a directory; give a file/);
    await expect(fromFile(pipe).open()).rejects.toThrow(/pipe is no regular file/);
    await expect(fromFile("/dev/zero").open()).rejects.toThrow(ConfigError);
  });

  it("says which file is missing, and why", async () => {
    const opened = fromFile(join(folder, "none")).open();
    await expect(opened).rejects.toThrow(`${join(folder, "none")} cannot be opened: ENOENT: no such file or directory`);
    await expect(opened).rejects.toMatchObject({ name: "ConfigError", cause: { code: "ENOENT" } });
  });

  it("says so when the file has become shorter, and gives no short piece", async () => {
    const path = file(bytesOf(MIB + 500));
    await using(path, async (open) => {
      truncateSync(path, MIB + 200);
      const sizes: number[] = [];
      const reading = (async () => {
        for await (const piece of open.read(0, open.size)) sizes.push(piece.length);
      })();
      await expect(reading).rejects.toThrow(
        `${path} ends at byte ${MIB + 200}, but had at least ${MIB + 500} when it was opened`,
      );
      await expect(reading).rejects.toThrow(ConfigError);
      expect(sizes).toEqual([MIB]);
    });
  });

  it("reads no further than the file was when it was opened", async () => {
    const path = file("1234");
    await using(path, async (open) => {
      appendFileSync(path, "5678");
      expect(open.size).toBe(4);
      expect((await readAll(open)).toString()).toBe("1234");
    });
  });

  it("shows in its fingerprint that the file was changed meanwhile", async () => {
    const bytes = bytesOf(MIB);
    const path = file(bytes);
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    await using(path, async (open) => {
      const before = await open.fingerprint("sample");
      expect(before).toMatchObject({ size: MIB, modifiedMs: 1_700_000_000_000 });
      expect(before).not.toHaveProperty("full");
      expect(await open.fingerprint("full")).toEqual({ ...before, full: crc64(bytes) });
      bytes[300_000]! ^= 1;
      writeFileSync(path, bytes);
      const after = await open.fingerprint("sample");
      expect(after.modifiedMs).not.toBe(before.modifiedMs);
      appendFileSync(path, "x");
      expect((await open.fingerprint("sample")).size).toBe(MIB + 1);
    });
  });

  it("closes while it is read, once what is under way is done", async () => {
    const path = file(bytesOf(4 * MIB));
    const open = await fromFile(path).open();
    const reading = open.read(0, open.size)[Symbol.asyncIterator]();
    const first = reading.next();
    await Promise.all([open.close(), open.close()]);
    expect(openHandles()).toEqual([]);
    expect((await first).value.length).toBe(MIB);
    await expect(
      (async () => {
        while (!(await reading.next()).done);
      })(),
    ).rejects.toThrow(`${path} is closed`);
  });

  it("leaves nothing behind when the reader stops early", async () => {
    await using(file(bytesOf(3 * MIB)), async (open) => {
      for await (const piece of open.read(0, open.size)) {
        expect(piece.length).toBe(MIB);
        break;
      }
    });
    expect(openHandles()).toEqual([]);
  });

  it("would be seen to leave a handle open", async () => {
    const open = await fromFile(file()).open();
    if (process.platform === "linux") expect(openHandles()).toEqual([join(folder, "a.txt")]);
    await open.close();
    expect(openHandles()).toEqual([]);
  });
});
