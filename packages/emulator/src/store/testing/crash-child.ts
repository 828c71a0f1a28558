// The process that the crash test kills: `node <bundle> <directory> <log> <seed> <sync> <early|honest>`.
import { openSync, writeSync } from "node:fs";
import { content, type Step, WORKERS } from "./crash-model.ts";
import { directoryStore } from "../directory.ts";
import type { ObjectMeta } from "../records.ts";
import type { StagedBody } from "../store.ts";

const [directory = "", logPath = "", seed = "0", sync = "always", honesty = "honest"] = process.argv.slice(2);
const log = openSync(logPath, "a");
const say = (line: object): number => writeSync(log, `${JSON.stringify(line)}\n`);

let state = Number(seed);
/** A small linear congruential generator: the seed alone decides what is done. */
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const meta = (step: Step): ObjectMeta => ({
  etag: String(step.n),
  lastModified: 0,
  type: "normal",
  storageClass: "",
  headers: {},
  metadata: {},
});

const store = await directoryStore(directory, { sync: sync === "none" ? "none" : "always" });
const bucket =
  store.bucket("oss", "b") ?? (await store.createBucket("oss", { name: "b", createdAt: 0, attributes: {} }));
let n = Number(seed) * 1_000_000;

function next(worker: number): Step {
  n++;
  const key = `${worker}/${random(4)}`;
  const size = random(3) === 0 ? random(40_000) : random(5_000);
  const upload = Array.from(bucket.uploads({ prefix: `${worker}/` }))[0];
  const choice = random(10);
  if (choice < 3) return { op: "put", n, key, size };
  if (choice < 5) return { op: "append", n, key, size };
  if (choice < 6) return { op: "delete", n, key };
  if (!upload) return { op: "create", n, key, id: `U${n}` };
  const parts = bucket.parts(upload.id).map((part) => part.number);
  if (parts.length < 2 || choice < 8) return { op: "part", n, id: upload.id, part: 1 + random(5), size };
  if (choice < 9) return { op: "complete", n, id: upload.id, parts: parts.filter(() => random(4) > 0) };
  return { op: "abort", n, id: upload.id };
}

async function body(step: { n: number; size: number }): Promise<StagedBody> {
  const staged = store.stage();
  const bytes = content(step.n, step.size);
  for (let at = 0; at < bytes.length; at += 10_000) await staged.write(bytes.subarray(at, at + 10_000));
  return staged;
}

async function run(step: Step): Promise<unknown> {
  if (step.op === "put") return bucket.put(step.key, await body(step), () => meta(step));
  if (step.op === "append") return bucket.append(step.key, await body(step), () => meta(step));
  if (step.op === "delete") return bucket.delete(step.key);
  if (step.op === "create") return bucket.createUpload({ key: step.key, id: step.id, initiated: 0, attributes: {} });
  if (step.op === "part") {
    return bucket.putPart(step.id, step.part, await body(step), { etag: String(step.n), lastModified: 0 });
  }
  if (step.op === "complete") return bucket.completeUpload(step.id, () => ({ parts: step.parts, meta: meta(step) }));
  return bucket.abortUpload(step.id);
}

say({ ready: true });
await Promise.all(
  Array.from({ length: WORKERS }, async (_, worker) => {
    for (;;) {
      const step = next(worker);
      say({ worker, step });
      const done = run(step);
      if (honesty === "early") say({ worker, done: step.n });
      await done;
      if (honesty !== "early") say({ worker, done: step.n });
    }
  }),
);
