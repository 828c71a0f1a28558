import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError } from "@cosmoss/errors";
import { build } from "esbuild";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toFile } from "./file-sink.node.ts";
import { Gather } from "../sinks/gather.ts";
import { type FilePlace, openFileSink } from "./open-file-sink.node.ts";
import type { OpenSink } from "../sinks/sink.ts";

let folder: string;
let target: string;
let part: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cosmoss-sink-"));
  target = join(folder, "a.bin");
  part = join(folder, ".a.bin.cosmoss-part");
});
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

const open = (size: number, resume = false): Promise<OpenSink> => toFile(target).open({ size, resume });
const text = (path = target): string => readFileSync(path, "utf8");

/** Handles that do `change` to what a file is asked. */
function withHandles(change: (handle: fs.FileHandle) => void): FilePlace["fs"] {
  return {
    ...fs,
    open: async (...args) => {
      const handle = await fs.open(...args);
      change(handle);
      return handle;
    },
  };
}
async function textOf(sink: OpenSink, start: number, end: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of sink.read!(start, end)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe("toFile", () => {
  it("shows the file when all is there, with the object's time, and nothing else before or after", async () => {
    const sink = await open(6);
    expect(readdirSync(folder)).toEqual([".a.bin.cosmoss-part"]);
    expect(statSync(part).size).toBe(6);
    await Promise.all([sink.write(Buffer.from("def"), 3), sink.write(Buffer.from("abc"), 0)]);
    expect(existsSync(target)).toBe(false);
    await sink.commit({ LastModified: new Date(1_600_000_000_500) });
    expect(readdirSync(folder)).toEqual(["a.bin"]);
    expect(text()).toBe("abcdef");
    expect(statSync(target).mtimeMs).toBe(1_600_000_000_500);
  });

  it("takes an empty object", async () => {
    await (await open(0)).commit({});
    expect(statSync(target).size).toBe(0);
  });

  it("makes the directories that are missing", async () => {
    target = join(folder, "x", "y", "a.bin");
    const sink = await open(1);
    await sink.write(Buffer.from("a"), 0);
    await sink.commit({});
    expect(text()).toBe("a");
  });

  it("is named by its absolute path, and refuses what is none", () => {
    expect(toFile(target).name).toBe(target);
    expect(toFile(pathToFileURL(target)).name).toBe(target);
    for (const path of ["", "a\0b", 5, undefined, {}, new URL("https://example.com/a"), `${folder}/`]) {
      expect(() => toFile(path as string)).toThrow(ConfigError);
    }
  });

  it("writes ranges in any order, as single pieces and many at once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), { minLength: 1, maxLength: 6 }),
        async (ranges) => {
          const all = Buffer.concat(ranges.flat());
          const sink = await open(all.length);
          let at = 0;
          const begins = ranges.map((chunks) => (at += Buffer.concat(chunks).length) - Buffer.concat(chunks).length);
          await Promise.all(
            ranges.map(async (chunks, i) => {
              const gather = new Gather(sink, begins[i]!);
              for (const chunk of chunks) await gather.add(chunk);
              await gather.flush();
            }),
          );
          await sink.commit({});
          expect(readFileSync(target).equals(all)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("a file that is there already", () => {
  it("stays until the new one takes its place, with no more permissions than before", async () => {
    writeFileSync(target, "old", { mode: 0o600 });
    const sink = await open(3);
    await sink.write(Buffer.from("new"), 0);
    expect(text()).toBe("old");
    expect(statSync(part).mode & 0o777).toBe(0o600);
    await sink.commit({});
    expect(text()).toBe("new");
    expect(statSync(target).mode & 0o777).toBe(0o600);
  });

  it("stays when the download is given up", async () => {
    writeFileSync(target, "old");
    await (await open(3)).abandon();
    expect(text()).toBe("old");
    expect(readdirSync(folder)).toEqual(["a.bin"]);
  });

  it("is refused without overwrite, before anything is written", async () => {
    writeFileSync(target, "old");
    const opened = toFile(target, { overwrite: false }).open({ size: 3, resume: false });
    await expect(opened).rejects.toThrow(ConfigError);
    await expect(opened).rejects.toThrow(/is there already/);
    expect(readdirSync(folder)).toEqual(["a.bin"]);
  });

  it("is not replaced without overwrite when it came meanwhile", async () => {
    const sink = await toFile(target, { overwrite: false }).open({ size: 3, resume: false });
    await sink.write(Buffer.from("new"), 0);
    writeFileSync(target, "other");
    await expect(sink.commit({})).rejects.toThrow(/EEXIST/);
    expect(text()).toBe("other");
    await sink.abandon();
    expect(readdirSync(folder)).toEqual(["a.bin"]);
  });

  it("without overwrite comes into being where there is none, with and without links", async () => {
    for (const link of [fs.link, () => Promise.reject(Object.assign(new Error("EPERM"), { code: "EPERM" }))]) {
      const sink = await openFileSink({ target, overwrite: false, fs: { ...fs, link } }, { size: 3, resume: false });
      await sink.write(Buffer.from("new"), 0);
      await sink.commit({});
      expect(readdirSync(folder)).toEqual(["a.bin"]);
      expect(text()).toBe("new");
      rmSync(target);
    }
  });

  it("is refused when it is a directory, a pipe or a device, also behind a link", async () => {
    mkdirSync(target);
    await expect(open(1)).rejects.toThrow(/is a directory; give the path of a file/);
    rmSync(target, { recursive: true });
    execFileSync("mkfifo", [target]);
    await expect(open(1)).rejects.toThrow(/is no regular file/);
    rmSync(target);
    symlinkSync("/dev/null", target);
    await expect(open(1)).rejects.toThrow(ConfigError);
    expect(readdirSync(folder)).toEqual(["a.bin"]);
  });

  it("is replaced when it is a link, and what that points to is left alone", async () => {
    const elsewhere = join(folder, "elsewhere");
    writeFileSync(elsewhere, "precious");
    symlinkSync(elsewhere, target);
    const sink = await open(3);
    await sink.write(Buffer.from("new"), 0);
    await sink.commit({});
    expect(text(elsewhere)).toBe("precious");
    expect(text()).toBe("new");
  });
});

describe("resuming", () => {
  it("finds what an earlier try has left, and goes on with it", async () => {
    const first = await open(6);
    expect(first.read).toBeUndefined();
    await first.write(Buffer.from("abc"), 0);
    await first.abandon({ keep: true });
    expect(readdirSync(folder)).toEqual([".a.bin.cosmoss-part"]);

    const second = await open(6, true);
    expect(await textOf(second, 0, 3)).toBe("abc");
    expect(await textOf(second, 3, 6)).toBe("\0\0\0");
    await second.write(Buffer.from("def"), 3);
    await second.commit({});
    expect(text()).toBe("abcdef");
    expect(readdirSync(folder)).toEqual(["a.bin"]);
  });

  it("goes on after a kill -9", async () => {
    const contents = `
      import { toFile } from "../fs.node.ts";
      const sink = await toFile(${JSON.stringify(target)}).open({ size: 6, resume: true });
      await sink.write(Buffer.from("abc"), 0);
      process.kill(process.pid, "SIGKILL");`;
    const outfile = join(folder, "run.mjs");
    // Bundled, since not every Node runs TypeScript.
    await build({
      stdin: { contents, resolveDir: import.meta.dirname },
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      conditions: ["@cosmoss/source"],
    });
    expect(spawnSync(process.execPath, [outfile]).signal).toBe("SIGKILL");
    const sink = await open(6, true);
    expect(await textOf(sink, 0, 3)).toBe("abc");
    await sink.abandon();
    expect(existsSync(part)).toBe(false);
  });

  it("begins anew where nothing is left, or what is left has another size", async () => {
    const none = await open(6, true);
    expect(none.read).toBeUndefined();
    await none.abandon({ keep: true });
    truncateSync(part, 5);
    const other = await open(6, true);
    expect(other.read).toBeUndefined();
    expect(statSync(part).size).toBe(6);
    await other.abandon();
  });

  it("begins anew when it is not asked to resume", async () => {
    const first = await open(3);
    await first.write(Buffer.from("abc"), 0);
    await first.abandon({ keep: true });
    const second = await open(3);
    expect(second.read).toBeUndefined();
    expect(text(part)).toBe("\0\0\0");
    await second.abandon();
  });

  it("does not write through a link that someone has put there", async () => {
    const precious = join(folder, "precious");
    writeFileSync(precious, "abc");
    for (const resume of [true, false]) {
      symlinkSync(precious, part);
      const sink = await open(3, resume);
      await sink.write(Buffer.from("xyz"), 0);
      await sink.abandon();
      expect(text(precious)).toBe("abc");
      expect(existsSync(part)).toBe(false);
    }
  });
});

describe("two downloads to one path", () => {
  it("are refused in one process, also through a linked directory; one after the other is fine", async () => {
    symlinkSync(folder, join(folder, "link"));
    const first = await open(3);
    await first.write(Buffer.from("abc"), 0);
    for (const path of [target, join(folder, "link", "a.bin")]) {
      const opened = toFile(path).open({ size: 3, resume: false });
      await expect(opened).rejects.toThrow(/is being downloaded to already/);
      await expect(opened).rejects.toThrow(ConfigError);
    }
    expect(text(part)).toBe("abc");
    await first.commit({});
    await (await open(3)).abandon();
    expect(text()).toBe("abc");
  });

  it("are noticed at the end where another process began anew, and its file is left alone", async () => {
    const sink = await open(3);
    renameSync(part, join(folder, "gone"));
    writeFileSync(part, "theirs");
    await expect(sink.commit({})).rejects.toThrow(/was removed or replaced meanwhile/);
    await sink.abandon();
    expect(text(part)).toBe("theirs");
    expect(existsSync(target)).toBe(false);
    rmSync(part);
    rmSync(join(folder, "gone"));
  });
});

describe("a disk without room", () => {
  function withRoom(bavail: number, blocks = 1000): FilePlace["fs"] {
    const statfs = () => Promise.resolve({ bavail, bsize: 1024, blocks });
    return { ...fs, statfs: statfs as unknown as typeof fs.statfs };
  }

  it("is told before a byte is fetched, with how much is needed and free", async () => {
    const place = { target, overwrite: true, fs: withRoom(4) };
    const opened = openFileSink(place, { size: 4097, resume: false });
    await expect(opened).rejects.toThrow(ConfigError);
    await expect(opened).rejects.toThrow(`${target} needs 4097 bytes, but only 4096 are free`);
    expect(readdirSync(folder)).toEqual([]);
    const fits = await openFileSink(place, { size: 4096, resume: false });
    await fits.abandon();
  });

  it("counts what an earlier try has written already, and keeps it", async () => {
    const first = await open(1 << 20);
    await first.write(Buffer.alloc(1 << 20, 1), 0);
    await first.abandon({ keep: true });
    execFileSync("sync", [part]);
    const place = { target, overwrite: true, fs: withRoom(4) };
    await (await openFileSink(place, { size: 1 << 20, resume: true })).abandon({ keep: true });
    expect(existsSync(part)).toBe(true);
    const anew = openFileSink(place, { size: 1 << 20, resume: false });
    await expect(anew).rejects.toThrow(/needs 1048576 bytes/);
  });

  it("is no concern where the system cannot tell", async () => {
    const failing = { ...fs, statfs: () => Promise.reject(new Error("ENOSYS")) } as unknown as FilePlace["fs"];
    for (const one of [withRoom(0, 0), failing]) {
      await (await openFileSink({ target, overwrite: true, fs: one }, { size: 9, resume: false })).abandon();
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  const full = (): Promise<never> =>
    Promise.reject(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }));

  it.each(["write", "writev", "sync", "utimes"] as const)(
    "that shows only in %s is told, and cleaned up",
    async (call) => {
      const place = { target, overwrite: true, fs: withHandles((handle) => void (handle[call] = full)) };
      const sink = await openFileSink(place, { size: 6, resume: false });
      const writing = async (): Promise<void> => {
        if (call === "writev") await sink.writev!([Buffer.from("abc"), Buffer.from("def")], 0);
        else await sink.write(Buffer.from("abcdef"), 0);
        await sink.commit({ LastModified: new Date(0), durable: true });
      };
      const failed = writing();
      await expect(failed).rejects.toThrow(ConfigError);
      await expect(failed).rejects.toThrow(/a\.bin\S* cannot be .*: ENOSPC: no space left on device; make room/);
      await expect(failed).rejects.toMatchObject({ cause: { code: "ENOSPC" } });
      await sink.abandon();
      expect(readdirSync(folder)).toEqual([]);
      expect(openHandles()).toEqual([]);
      // And the path is free again.
      await (await open(1)).abandon();
    },
  );

  it("that cannot hold so large a file is cleaned up", async () => {
    const place = { target, overwrite: true, fs: withHandles((handle) => void (handle.truncate = full)) };
    await expect(openFileSink(place, { size: 6, resume: false })).rejects.toThrow(
      /cannot be made 6 bytes long: ENOSPC/,
    );
    expect(readdirSync(folder)).toEqual([]);
    await (await open(1)).abandon();
  });

  it("is not the same as short writes, which are completed", async () => {
    const fsShort = withHandles((handle) => {
      const { write, writev } = handle;
      handle.write = ((bytes: Uint8Array, offset: number, length: number, at: number) =>
        (write as any).call(handle, bytes, offset, Math.min(length, 2), at)) as any;
      handle.writev = (async (chunks: Uint8Array[], at: number) => {
        const some = Buffer.concat(chunks).subarray(0, 4);
        return writev.call(handle, [some], at);
      }) as any;
    });
    const sink = await openFileSink({ target, overwrite: true, fs: fsShort }, { size: 15, resume: false });
    await sink.write(Buffer.from("abcde"), 0);
    await sink.writev!([Buffer.from("fg"), Buffer.from("hij"), Buffer.from("klmno")], 5);
    await sink.commit({});
    expect(text()).toBe("abcdefghijklmno");
  });
});

describe("the end", () => {
  it("closes nothing before what is under way is over", async () => {
    const events: string[] = [];
    let finish = (): void => {};
    const slow = withHandles((handle) => {
      const close = handle.close.bind(handle);
      handle.close = () => (events.push("closed"), close());
      handle.write = (() =>
        new Promise(
          (resolve) => (finish = () => (events.push("written"), resolve({ bytesWritten: 3 } as any))),
        )) as any;
    });
    const sink = await openFileSink({ target, overwrite: true, fs: slow }, { size: 3, resume: false });
    const writing = sink.write(Buffer.from("abc"), 0);
    const ending = sink.abandon({ keep: true });
    await new Promise((resolve) => setImmediate(resolve));
    expect(events).toEqual([]);
    finish();
    await Promise.all([writing, ending]);
    expect(events).toEqual(["written", "closed"]);
    await expect(sink.write(Buffer.from("abc"), 0)).rejects.toThrow(/is closed/);
  });

  it("waits for writes that are under way, so that none reaches a file that is opened later", async () => {
    for (const end of ["abandon", "commit"] as const) {
      const sink = await open(1 << 20);
      let written = false;
      const writing = sink.write(Buffer.alloc(1 << 20), 0).then(() => (written = true));
      await (end === "commit" ? sink.commit({}) : sink.abandon());
      expect(written).toBe(true);
      await writing;
      await expect(sink.write(Buffer.from("late"), 0)).rejects.toThrow(/is closed/);
      await expect(sink.writev!([Buffer.from("late")], 0)).rejects.toThrow(/is closed/);
    }
  });

  it("tells why the file could not take its place, and leaves the bytes for the next try", async () => {
    const sink = await open(3);
    await sink.write(Buffer.from("abc"), 0);
    mkdirSync(target);
    await expect(sink.commit({})).rejects.toThrow(new RegExp(`^${target} cannot be finished: E`));
    expect(text(part)).toBe("abc");
    await sink.abandon({ keep: true });
    expect(text(part)).toBe("abc");
    rmSync(part);
  });

  it("takes names as long as the system allows", async () => {
    for (const length of [241, 242, 255]) {
      target = join(folder, "n".repeat(length));
      const sink = await open(1, true);
      await sink.write(Buffer.from("a"), 0);
      await sink.abandon({ keep: true });
      const again = await open(1, true);
      expect(await textOf(again, 0, 1)).toBe("a");
      await again.commit({});
      expect(text()).toBe("a");
    }
  });

  it("says which directory cannot be made", async () => {
    writeFileSync(target, "");
    const opened = toFile(join(target, "b.bin")).open({ size: 1, resume: false });
    await expect(opened).rejects.toThrow(/The directory of .*b\.bin cannot be made: E/);
    await expect(opened).rejects.toThrow(ConfigError);
  });

  it("replaces a file that may only be read, and can go on with its own", async () => {
    writeFileSync(target, "old");
    chmodSync(target, 0o444);
    await (await open(3)).abandon({ keep: true });
    expect(statSync(part).mode & 0o600).toBe(0o600);
    const sink = await open(3, true);
    await sink.write(Buffer.from("new"), 0);
    await sink.commit({});
    expect(text()).toBe("new");
  });

  it("would be seen to leave a handle open", async () => {
    const sink = await open(1);
    if (process.platform === "linux") expect(openHandles()).toEqual([part]);
    await sink.abandon();
    expect(openHandles()).toEqual([]);
  });
});
