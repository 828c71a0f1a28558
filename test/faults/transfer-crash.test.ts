import { mkdtemp, open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Crc64 } from "@cosmoss/checksum";
import { type Emulator, startEmulator } from "@cosmoss/emulator";
import { bundleChild, type ChildProgram } from "@cosmoss/testkit/child-process";
import { upload } from "@cosmoss/transfer";
import { fromFile } from "@cosmoss/transfer/fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clouds } from "./stage.ts";
import { transferPort } from "./transfer-stage.ts";

const MIB = 1 << 20;
const SIZE = 256 * MIB + 12_345;
const PART = 4 * MIB;
const PARTS = Math.ceil(SIZE / PART);
const CONCURRENCY = 3;
const KILLS = 50;

let child: ChildProgram;
let source: string;
let crc: string;

beforeAll(async () => {
  child = await bundleChild(new URL("transfer-child.ts", import.meta.url));
  source = join(child.folder, "source.bin");
  crc = await generate(source, SIZE);
});
afterAll(() => child.remove());

/** Writes a file in which no two parts are the same, and gives its CRC-64. */
async function generate(path: string, size: number): Promise<string> {
  const file = await open(path, "w");
  const sum = new Crc64();
  const words = new Uint32Array(MIB / 4);
  let state = 0x2545f491;
  for (let at = 0; at < size; at += MIB) {
    for (let i = 0; i < words.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[i] = state;
    }
    const bytes = new Uint8Array(words.buffer, 0, Math.min(MIB, size - at));
    sum.update(bytes);
    await file.write(bytes);
  }
  await file.close();
  return sum.digest();
}

async function crcOf(path: string): Promise<string> {
  const sum = new Crc64();
  sum.update(await readFile(path));
  return sum.digest();
}

/** Runs the child; kills it when `kill` resolves. Gives what it printed. */
async function run(options: object, kill?: Promise<unknown>): Promise<{ output: string; killed: boolean }> {
  const { output, complaint, code, signal } = await child.run([JSON.stringify(options)], kill && (() => kill));
  expect(complaint).toBe("");
  if (signal !== "SIGKILL") expect(code).toBe(0);
  return { output, killed: signal === "SIGKILL" };
}

describe.each(clouds)("$name", (cloud) => {
  describe.each(["upload", "download"] as const)("a killed %s", (direction) => {
    let emulator: Emulator;
    beforeAll(async () => {
      emulator = await startEmulator({ buckets: { [cloud.name]: [cloud.Bucket] } });
    });
    afterAll(() => emulator.close());

    it(`goes on after each of ${KILLS} kills, sends nothing twice but what was on its way, and leaves nothing behind`, async () => {
      const { client, port } = transferPort(cloud, emulator);
      const target = { Bucket: cloud.Bucket, Key: "large.bin" };
      const home = await mkdtemp(join(child.folder, "home-"));
      const path = direction === "upload" ? source : join(home, "large.bin");
      if (direction === "download") await upload(port, fromFile(source), target, { partSize: PART });

      const operation = direction === "upload" ? "UploadPart" : "GetObject";
      let begun = 0;
      let total = 0;
      let wake = (): void => {};
      emulator.faults = (request) => {
        if (request.operation === operation) total++;
        begun++;
        wake();
        return undefined;
      };
      const options = {
        provider: cloud.name,
        direction,
        service: emulator[cloud.name],
        ...target,
        path,
        checkpoints: join(home, "checkpoints"),
        partSize: PART,
        concurrency: CONCURRENCY,
      };
      let kills = 0;
      let done = "";
      while (!done) {
        begun = 0;
        // At a random moment after a random request, so that every step is hit: head, begin, parts, listing, the end.
        const after = Math.floor(Math.random() * 6);
        const reached = (async () => {
          while (begun < after) await new Promise<void>((resolve) => (wake = resolve));
          await pause(Math.random() * 25);
        })();
        const { output, killed } = await run(options, kills < KILLS ? reached : undefined);
        if (killed) kills++;
        else done = output;
        wake();
      }
      // A run may be over before it is killed; what is left of the kills hits transfers that have nothing to go on from.
      expect(done).toMatch(/^done \d+\n$/);
      expect(total).toBeLessThanOrEqual(PARTS + kills * CONCURRENCY);
      const stored = await port.head(target);
      expect(stored).toMatchObject({ Size: SIZE, HashCrc64ecma: crc });
      if (direction === "download") expect(await crcOf(path)).toBe(crc);
      for await (const left of port.listUploads({ Bucket: cloud.Bucket })) expect.unreachable(left.UploadId);
      const leftovers = (await readdir(home, { recursive: true })).filter(
        (name) => !/^(large\.bin|checkpoints)$/.test(name),
      );
      expect(leftovers).toEqual([]);
      expect(kills).toBeGreaterThan(KILLS / 2);
      client.destroy();
    }, 180_000);
  });
});
