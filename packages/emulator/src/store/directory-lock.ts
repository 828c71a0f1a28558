import { readFile, rm, writeFile } from "node:fs/promises";
import { ConfigError } from "@cosmoss/errors";

/**
 * Takes a directory for this process, by a file that names it. A file left behind by a process that has ended does not
 * count. Resolves to what gives the directory free.
 * @internal
 */
export async function _lockDirectory(path: string): Promise<() => Promise<void>> {
  const me = { pid: process.pid, started: (await statOf(process.pid)).started };
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(path, JSON.stringify(me), { flag: "wx" });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = parse(await readFile(path, "utf8").catch(() => ""));
    if (owner && (await isRunning(owner))) {
      throw new ConfigError(
        `The store directory is in use by process ${owner.pid}: close that one first, use another directory, ` +
          `or, if that process is not an emulator, delete ${path}.`,
      );
    }
    await rm(path, { force: true });
  }
  throw new ConfigError(`The store directory is being opened by another process at this moment (${path}).`);
}

interface Owner {
  readonly pid: number;
  /** When the process started, where the system tells, so that a process id used again is not taken for its owner. */
  readonly started: string | null;
}

function parse(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Owner;
    return Number.isInteger(owner.pid) ? owner : undefined;
  } catch {
    return undefined; // Cut short by a crash.
  }
}

async function isRunning(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const { state, started } = await statOf(owner.pid);
  // One that was killed and that its parent has not asked after yet holds nothing any more.
  return state !== "Z" && state !== "X" && (started === null || owner.started === null || started === owner.started);
}

/** State and start time (in clock ticks since boot) of a process: fields 3 and 22 of its Linux stat file; elsewhere `null`. */
async function statOf(pid: number): Promise<{ state: string | null; started: string | null }> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  // The second field is the program's name in parentheses, which may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] || null, started: fields[19] ?? null };
}
