// Starts the server, and clients in turn: a fresh process for each client and round, so that neither order nor the state
// of a process favours anyone, and what the machine does meanwhile falls on all of them.
import { execFile, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
export const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Runs `body` with the server's port and an empty folder, and leaves nothing behind. */
export async function withServer(body) {
  const folder = await mkdtemp(join(tmpdir(), "cosmoss-bench-"));
  const server = fork(here("server.mjs"));
  try {
    const port = await new Promise((resolve, reject) => {
      server.once("message", (message) => resolve(message.port));
      server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    });
    return await body({ port, folder });
  } finally {
    server.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Measures each client of a section once per round. Gives `samples[client][metric]`, a figure per round, and what failed;
 * a client that fails is not asked again.
 */
export async function rounds(name, section, { repeats, ...options }, progress) {
  const { clients, variants = [undefined], inProcess } = section;
  const samples = Object.fromEntries(clients.map((client) => [client, {}]));
  const failures = [];
  for (let round = 0; round < repeats; round++) {
    // Each round begins with another one: what is measured first follows the clean-up of the last.
    const turns = clients.map((_, index) => clients[(index + round) % clients.length]);
    for (const client of turns) {
      if (failures.some((failure) => failure.client === client)) continue;
      progress(`${section.title}: round ${round + 1} of ${repeats}, ${client}`);
      try {
        for (const variant of variants) {
          const given = { ...options, round, variant };
          const figures = inProcess ? await section.measure(client, given) : await inWorker(name, client, given);
          for (const metric in figures) (samples[client][metric] ??= []).push(figures[metric]);
        }
      } catch (error) {
        failures.push({ section: name, client, message: String(error.stderr || error.stack).trim() });
      }
    }
  }
  return { samples, failures };
}

async function inWorker(section, client, options) {
  const args = [here("worker.mjs"), section, client, JSON.stringify(options)];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 64 << 20, timeout: 600_000 });
  return JSON.parse(stdout.slice(stdout.lastIndexOf("\n{") + 1));
}

export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

/**
 * Calls again and again, in so many lanes, until this process has used `cpuMs` of CPU, or made so many `calls`. Not until
 * some time has passed: on a busy machine that would leave one client colder, and measured for less long, than another.
 */
export async function loop(call, { cpuMs = Infinity, calls = Infinity, lanes = 1 }) {
  const from = cpuMicros();
  const start = performance.now();
  let count = 0;
  let spent = 0;
  let asked = start;
  const lane = async () => {
    do {
      await call();
      count++;
      // Asking for the CPU takes as long as a request, asking for the time next to nothing.
      const now = performance.now();
      if (now - asked > 5) {
        asked = now;
        spent = cpuMicros() - from;
      }
    } while (spent < cpuMs * 1000 && count < calls);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { count, micros: cpuMicros() - from, seconds: (performance.now() - start) / 1000 };
}

/** User and system time of this process in microseconds. */
export function cpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** The most memory that this process ever had, in MiB. */
export const peakRss = () => process.resourceUsage().maxRSS / 1024;
