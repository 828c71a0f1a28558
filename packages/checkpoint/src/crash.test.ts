import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { bundleChild, type ChildProgram } from "@cosmoss/testkit/child-process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fileCheckpoints } from "./fs.node.ts";
import { checkpointNumber, IDS } from "./testing/crash-checkpoint.ts";

const ROUNDS = 50;

let child: ChildProgram;

beforeAll(async () => {
  child = await bundleChild(new URL("testing/crash-child.ts", import.meta.url));
});
afterAll(() => child.remove());

/** Runs a child that saves from number `first` on, kills it some time after its first save, and gives what it said. */
async function killedRun(folder: string, first: number, delayMs: number) {
  const log = join(child.folder, "log");
  await writeFile(log, "");
  const { complaint, signal } = await child.run([folder, log, String(first)], async (hasEnded) => {
    while (!(await readFile(log, "utf8")).includes("done") && !hasEnded()) await pause(2);
    await pause(delayMs);
  });
  expect([complaint, signal]).toEqual(["", "SIGKILL"]);
  const lines = (await readFile(log, "utf8")).split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as { id: string; n: number; done?: true });
}

it("a process that is killed while it saves leaves whole checkpoints, and loses none that it was told is kept", async () => {
  const folder = join(child.folder, "checkpoints");
  const store = fileCheckpoints(folder);
  const kept = new Map<string, number>();
  const outcomes = { pendingLost: 0, pendingKept: 0, halves: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const begun = new Map<string, number>();
    for (const { id, n, done } of await killedRun(folder, round * 1_000_000, (round * 13) % 29)) {
      (done ? kept : begun).set(id, n);
    }
    for (const id of IDS) {
      const found = (await store.load(id)) as { n: number } | undefined;
      const promised = kept.get(id);
      const n = found?.n;
      expect([promised, begun.get(id)]).toContain(n);
      expect(found).toEqual(n === undefined ? undefined : checkpointNumber(id, n));
      if (n !== undefined) kept.set(id, n);
      if (begun.get(id) !== promised) outcomes[n === promised ? "pendingLost" : "pendingKept"]++;
    }
  }
  outcomes.halves = (await readdir(folder)).filter((name) => name.endsWith(".tmp")).length;
  // It was hit at each stage: while the new file was written, and after it took its place.
  expect(outcomes.pendingLost).toBeGreaterThan(0);
  expect(outcomes.pendingKept).toBeGreaterThan(0);
  expect(outcomes.halves).toBeGreaterThan(0);
  // What is left of the killed ones goes in time, and nothing else.
  const clock = { now: () => Date.now() + 2 * 86_400_000 };
  const later = fileCheckpoints(folder, { clock });
  for (const id of IDS) expect(await later.load(id)).toEqual(checkpointNumber(id, kept.get(id)!));
  expect((await readdir(folder)).length).toBe(IDS.length);
}, 120_000);
