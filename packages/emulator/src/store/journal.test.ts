import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { _Journal } from "./journal.ts";
import type { _Segment } from "./state.ts";

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "journal-"));
  path = join(root, "journal");
});
afterEach(() => rm(root, { recursive: true, force: true }));

const record = (value: unknown) => (): string => JSON.stringify(value);

async function readBack(): Promise<unknown[]> {
  const found: unknown[] = [];
  const journal = await _Journal.open(path, { sync: false }, (json) => found.push(JSON.parse(json)));
  await journal.close();
  return found;
}

describe("Journal", () => {
  test("records added while one frame is written share the next", async () => {
    let frames = 0;
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const journal = await _Journal.create(path, {
      sync: true,
      beforeWrite: async () => {
        frames++;
        if (frames === 1) await gate;
      },
    });
    const first = Array.from({ length: 50 }, (_, i) => journal.add(undefined, record(i)));
    // The first frame has been taken by now and waits at the gate.
    await new Promise((resolve) => setImmediate(resolve));
    const second = Array.from({ length: 50 }, (_, i) => journal.add(undefined, record(50 + i)));
    expect(frames).toBe(1);
    release();
    await Promise.all([...first, ...second]);
    expect(frames).toBe(2);
    await journal.close();
    expect(await readBack()).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  test("inline bytes are readable at once, later, and after opening again", async () => {
    const journal = await _Journal.create(path, { sync: false });
    const places: _Segment[] = [];
    const added = ["one", "two", "", "three"].map((text) =>
      journal.add(Buffer.from(text), (place) => {
        places.push(place as _Segment);
        return record(text)();
      }),
    );
    const read = async (from: _Journal): Promise<string[]> =>
      Promise.all(places.map(async (place) => Buffer.from(await from.read(place)).toString()));
    expect(await read(journal)).toEqual(["one", "two", "", "three"]);
    await Promise.all(added);
    expect(await read(journal)).toEqual(["one", "two", "", "three"]);
    await journal.close();
    const again = await _Journal.open(path, { sync: false }, () => undefined);
    expect(await read(again)).toEqual(["one", "two", "", "three"]);
    await again.close();
  });

  test("after a failed write nothing more is accepted, and what came before is kept", async () => {
    let isBroken = false;
    const journal = await _Journal.create(path, {
      sync: false,
      beforeWrite: async () => {
        if (isBroken) throw new Error("disk full");
      },
    });
    await journal.add(undefined, record("kept"));
    isBroken = true;
    const lost = journal.add(undefined, record("lost"));
    await expect(lost).rejects.toThrow("disk full");
    isBroken = false;
    await expect(journal.add(undefined, record("after"))).rejects.toThrow("disk full");
    await expect(journal.flush()).rejects.toThrow("disk full");
    await journal.close();
    expect(await readBack()).toEqual(["kept"]);
  });

  test("many large records go into several frames and come back in order", async () => {
    let frames = 0;
    const journal = await _Journal.create(path, { sync: false, beforeWrite: async () => void frames++ });
    const texts = Array.from({ length: 30 }, (_, i) => String(i).padEnd(400_000, "."));
    await Promise.all(texts.map((text) => journal.add(undefined, record(text))));
    await journal.close();
    expect(frames).toBeGreaterThan(1);
    expect(await readBack()).toEqual(texts);
  });
});
