import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { bundleChild, type ChildProgram } from "@cosmoss/testkit/child-process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { directoryStore } from "./directory.ts";
import type { Bucket } from "./store.ts";
import { apply, describeModel, type Model, piecesOf, type Step, WORKERS } from "./testing/crash-model.ts";

let child: ChildProgram;

beforeAll(async () => {
  child = await bundleChild(new URL("testing/crash-child.ts", import.meta.url));
});
afterAll(() => child.remove());

interface Round {
  /** For each worker: the change that was on its way when the process was killed. */
  readonly pending: (Step | undefined)[];
  readonly models: Model[];
  readonly acknowledged: number;
}

interface Killing {
  /** Of the directory. */
  readonly name: string;
  readonly args: readonly string[];
  /** `"open"`: after the child has opened the store. `"start"`: after it was started, which hits the opening too. */
  readonly from: "open" | "start";
  /** Milliseconds. */
  readonly delay: number;
  readonly before: readonly Model[];
}

/** Runs a child on a directory, kills it, and works out from its log what it had been promised. */
async function killedRun({ name, args, from, delay, before }: Killing): Promise<Round> {
  const log = join(child.folder, `${name}.log`);
  await writeFile(log, "");
  const { complaint } = await child.run([join(child.folder, name), log, ...args], async (hasEnded) => {
    while (from === "open" && (await readFile(log, "utf8")) === "" && !hasEnded()) await pause(5);
    await pause(delay);
  });
  expect(complaint).toBe("");
  const models = [...before];
  const pending: (Step | undefined)[] = Array.from({ length: WORKERS });
  let acknowledged = 0;
  for (const line of (await readFile(log, "utf8")).split("\n").slice(1, -1)) {
    const { worker, step, done } = JSON.parse(line) as { worker: number; step?: Step; done?: number };
    if (step) pending[worker] = step;
    else {
      expect(pending[worker]?.n).toBe(done);
      models[worker] = apply(models[worker] as Model, pending[worker] as Step);
      pending[worker] = undefined;
      acknowledged++;
    }
  }
  return { pending, models, acknowledged };
}

async function describeStore(bucket: Bucket | undefined, worker: number): Promise<string[]> {
  const lines: string[] = [];
  for (const record of bucket?.objects({ prefix: `${worker}/` }) ?? []) {
    const opened = bucket?.open(record.key);
    const hash = createHash("sha1");
    for await (const chunk of opened?.read() ?? []) hash.update(chunk);
    await opened?.close();
    lines.push(`object ${record.key} ${record.etag} ${hash.digest("hex")}`);
  }
  for (const { key, id } of bucket?.uploads({ prefix: `${worker}/` }) ?? []) {
    const parts = bucket?.parts(id).map((part) => `${part.number}:${part.etag}:${part.size}`) ?? [];
    lines.push(`upload ${key} ${id} ${parts.join(" ")}`);
  }
  return lines.toSorted();
}

/** Opens the directory again and says what became of each worker's pending change, or `"violated"`. */
async function check(
  name: string,
  { models, pending }: Round,
): Promise<{ outcomes: string[]; models: Model[]; blobs: number }> {
  const store = await directoryStore(join(child.folder, name));
  const after: Model[] = [];
  const outcomes: string[] = [];
  for (const [worker, model] of models.entries()) {
    const found = JSON.stringify(await describeStore(store.bucket("oss", "b"), worker));
    const step = pending[worker];
    const done = step && apply(model, step);
    if (found === JSON.stringify(describeModel(model))) {
      outcomes.push(step ? "not at all" : "acknowledged");
      after.push(model);
    } else if (done && found === JSON.stringify(describeModel(done))) {
      outcomes.push("wholly");
      after.push(done);
    } else {
      outcomes.push("violated");
      after.push(model);
    }
  }
  const blobs = (await readdir(join(child.folder, name, "blobs"))).length;
  await store.close();
  return { outcomes, models: after, blobs };
}

/** How often a process is killed at most; a machine that is slow needs more rounds than the least. */
const MAX_ROUNDS = 1000;

/** Milliseconds. No two rounds are alike, and later ones leave a slow machine more and more time. */
const delayOf = (round: number): number => ((round * 37) % 90) + 5 * Math.max(0, round - 40);

const nothing = (): Model[] => Array.from({ length: WORKERS }, () => ({ objects: {}, uploads: {} }));

describe("a directory store whose process is killed", { timeout: 600_000 }, () => {
  test("keeps what it acknowledged; the rest is wholly there or not at all; nothing is left over", async () => {
    let models = nothing();
    let acknowledged = 0;
    const seen = new Set<string>();
    // Until kills did hit changes on their way, and some of those had not come through.
    const isEnough = (): boolean => acknowledged > 100 && seen.has("not at all");
    for (let round = 1; round <= 40 || (!isEnough() && round <= MAX_ROUNDS); round++) {
      const sync = round % 2 === 0 ? "none" : "always";
      const run = await killedRun({
        name: "honest",
        args: [String(round), sync],
        ...(round % 4 === 3 ? { from: "start", delay: 40 + delayOf(round) } : { from: "open", delay: delayOf(round) }),
        before: models,
      });
      acknowledged += run.acknowledged;
      const result = await check("honest", run);
      expect(result.outcomes, `round ${round}`).not.toContain("violated");
      for (const outcome of result.outcomes) seen.add(outcome);
      models = result.models;
      // Bodies above 4 KiB have a blob each, and there is nothing else in the directory.
      expect(result.blobs).toBe(models.flatMap(piecesOf).filter((piece) => piece.size > 4096).length);
      expect((await readdir(join(child.folder, "honest"))).toSorted()).toEqual(["blobs", "journal"]);
    }
    expect(isEnough(), `${acknowledged} acknowledged, seen: ${[...seen].join()}`).toBe(true);
  });

  test("is caught by this check if it acknowledges before the change is durable", async () => {
    let caught = false;
    for (let round = 1; round <= MAX_ROUNDS && !caught; round++) {
      const name = `early-${round}`;
      const args = [String(round), "always", "early"];
      const run = await killedRun({ name, args, from: "open", delay: delayOf(round), before: nothing() });
      caught = (await check(name, run)).outcomes.includes("violated");
    }
    expect(caught).toBe(true);
  });
});
