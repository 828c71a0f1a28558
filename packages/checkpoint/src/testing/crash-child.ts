// Saves checkpoints without end, and says in a log what it is about to do and what was done. Killed by its test.
import { openSync, writeSync } from "node:fs";
import { fileCheckpoints } from "../fs.node.ts";
import { checkpointNumber, IDS } from "./crash-checkpoint.ts";

const [, , folder, log, first] = process.argv as [string, string, string, string, string];
const file = openSync(log, "a");
const say = (line: object): void => void writeSync(file, `${JSON.stringify(line)}\n`);
const store = fileCheckpoints(folder);

async function saveWithoutEnd(id: string): Promise<never> {
  for (let n = Number(first); ; n++) {
    say({ id, n });
    await store.save(id, checkpointNumber(id, n));
    say({ id, n, done: true });
  }
}

await Promise.all(IDS.map(saveWithoutEnd));
