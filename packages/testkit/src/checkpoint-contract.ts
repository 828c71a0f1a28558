import { ConfigError, DecodeError } from "@cosmoss/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FakeClock } from "./fake-clock.ts";

/** The shape of a `CheckpointStore`. @public */
export interface CheckpointStoreShape {
  load(id: string): Promise<object | undefined>;
  save(id: string, checkpoint: object): Promise<void>;
  remove(id: string): Promise<void>;
  entries(): AsyncIterable<{ id: string; savedMs: number }>;
}

/** A store under test, empty, and what a test can do to it. @public */
export interface CheckpointSubject {
  readonly store: CheckpointStoreShape;
  /** Where the store reads the time. */
  readonly clock: FakeClock;
  /** Another store over the same place; absent where there can be none. */
  readonly reopen?: () => CheckpointStoreShape;
  /** Makes what is kept under `id` unreadable, in different ways by `how`; absent where nothing can. */
  readonly damage?: (id: string, how: number) => Promise<void>;
  /** What the place holds beside checkpoints; absent where there can be nothing. */
  readonly strays?: () => Promise<readonly string[]>;
}

/** Texts that make trouble as names. */
const IDS = [
  "",
  " ",
  "a",
  "A",
  "a/b",
  "a\\b",
  "../../a",
  "/etc/a",
  "C:\\con",
  "con",
  ".",
  "..",
  "a\0b",
  "a\nb",
  "__proto__",
  "constructor",
  "héllo",
  "he\u0301llo",
  "照片/🎞️",
  "\ud83d",
  "\udc00",
  "%2e%2e",
  "x".repeat(20_000),
  `${"x".repeat(20_000)}y`,
];

/** Checkpoint number `n`, a large one. */
const numbered = (n: number) => ({ n, parts: Array.from({ length: 500 }, (_, part) => ({ part, ETag: `"${n}"` })) });

/** What every checkpoint store must keep to. `setUp` makes a fresh one for each test. @public */
export function checkpointContract(name: string, setUp: () => CheckpointSubject | Promise<CheckpointSubject>): void {
  const idsOf = async (store: CheckpointStoreShape) => {
    const ids: string[] = [];
    for await (const { id } of store.entries()) ids.push(id);
    return ids.sort();
  };

  describe(`${name} as a checkpoint store`, () => {
    it("has nothing at first", async () => {
      const { store } = await setUp();
      expect(await store.load("a")).toBeUndefined();
      expect(await idsOf(store)).toEqual([]);
      await store.remove("a");
    });

    it("gives what was saved last, until it is removed", async () => {
      const { store } = await setUp();
      await store.save("a", { n: 1 });
      expect(await store.load("a")).toEqual({ n: 1 });
      await store.save("a", numbered(2));
      expect(await store.load("a")).toEqual(numbered(2));
      await store.save("a", {});
      expect(await store.load("a")).toEqual({});
      await store.remove("a");
      expect(await store.load("a")).toBeUndefined();
      await store.remove("a");
      await store.save("a", { n: 3 });
      expect(await store.load("a")).toEqual({ n: 3 });
    });

    it("gives it to another store over the same place", async () => {
      const { store, reopen } = await setUp();
      await store.save("a", { n: 1 });
      const other = reopen?.() ?? store;
      expect(await other.load("a")).toEqual({ n: 1 });
      await other.save("a", { n: 2 });
      expect(await store.load("a")).toEqual({ n: 2 });
      await other.remove("a");
      expect(await store.load("a")).toBeUndefined();
    });

    it("takes any text for an id", async () => {
      const { store } = await setUp();
      for (const [n, id] of IDS.entries()) await store.save(id, { n });
      for (const [n, id] of IDS.entries()) expect([id, await store.load(id)]).toEqual([id, { n }]);
      expect(await idsOf(store)).toEqual([...IDS].sort());
      for (const id of IDS) await store.remove(id);
      expect(await idsOf(store)).toEqual([]);
    });

    it("keeps the checkpoint as it was when save was called, and gives copies", async () => {
      const { store } = await setUp();
      const mine = { parts: [1] };
      const saving = store.save("a", mine);
      mine.parts.push(2);
      await saving;
      mine.parts.push(3);
      const first = (await store.load("a")) as typeof mine;
      expect(first).toEqual({ parts: [1] });
      first.parts.push(4);
      expect(await store.load("a")).toEqual({ parts: [1] });
    });

    it("keeps what JSON keeps", async () => {
      const { store } = await setUp();
      const text = '{"a":null,"b":[true,0.1,-1e21],"c":{"":"\\u0000\\ud800\\u2028照片"},"__proto__":{"d":1}}';
      await store.save("a", { ...JSON.parse(text), e: undefined } as object);
      await store.save("b", JSON.parse(text) as object);
      expect(JSON.stringify(await store.load("b"))).toBe(JSON.stringify(JSON.parse(text)));
      expect(Object.keys((await store.load("a"))!)).not.toContain("e");
    });

    it("refuses what is no object that JSON can hold, and keeps what there was", async () => {
      const { store } = await setUp();
      await store.save("a", { n: 1 });
      const circular: { self?: object } = {};
      circular.self = circular;
      const bad: unknown[] = [null, undefined, "text", 7, [], [{}], () => {}, new Date(0), circular, { n: 1n }];
      for (const checkpoint of bad) {
        const failure = await store.save("a", checkpoint as object).catch((error: unknown) => error);
        expect(ConfigError.isInstance(failure)).toBe(true);
      }
      expect(await store.load("a")).toEqual({ n: 1 });
      await store.save("a", { n: 2 });
      expect(await store.load("a")).toEqual({ n: 2 });
    });

    it("takes changes of one id in the order in which they were asked for", async () => {
      const { store } = await setUp();
      const all: Promise<void>[] = [];
      for (let n = 0; n < 40; n++) {
        all.push(store.save("a", numbered(n)), store.save("b", numbered(n)));
        if (n % 5 === 0) all.push(store.remove("a"), store.remove("b"));
      }
      all.push(store.remove("b"));
      await Promise.all(all);
      expect(await store.load("a")).toEqual(numbered(39));
      expect(await store.load("b")).toBeUndefined();
    });

    it("shows those who load meanwhile a whole one, and never an older one than before", async () => {
      const { store, reopen } = await setUp();
      const other = reopen?.() ?? store;
      let saved = -1;
      const saving = (async () => {
        for (let n = 0; n < 60; n++) {
          await store.save("a", numbered(n));
          saved = n;
        }
      })();
      let seen = -1;
      while (saved < 59) {
        const before = saved;
        const found = (await other.load("a")) as ReturnType<typeof numbered> | undefined;
        expect(found?.n ?? -1).toBeGreaterThanOrEqual(Math.max(before, seen));
        if (found) expect(found).toEqual(numbered((seen = found.n)));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await saving;
    });

    it("has no call of a store fail because of another that saves and removes the same", async () => {
      const { store, reopen, strays } = await setUp();
      const stores = [store, reopen?.() ?? store, reopen?.() ?? store];
      const calls = stores.map(async (one, which) => {
        for (let n = 0; n < 150; n++) {
          const id = n % 3 === 0 ? "b" : "a";
          // Each is at another place of its round, so that all that may come together does.
          if ((n + which) % 2 === 0) await one.save(id, numbered(n));
          else await one.remove(id);
          const found = (await one.load(id)) as ReturnType<typeof numbered> | undefined;
          if (found) expect(found).toEqual(numbered(found.n));
        }
      });
      await Promise.all(calls);
      expect((await strays?.()) ?? []).toEqual([]);
      for (const one of stores) await one.save("a", numbered(1));
      for (const one of stores) expect(await one.load("a")).toEqual(numbered(1));
      await store.remove("a");
      await store.remove("b");
      expect(await idsOf(store)).toEqual([]);
      expect((await strays?.()) ?? []).toEqual([]);
    });

    it("serves many ids at once", async () => {
      const { store } = await setUp();
      const ids = Array.from({ length: 100 }, (_, n) => `upload ${n}`);
      await Promise.all(ids.map((id) => store.save(id, { id })));
      expect(await Promise.all(ids.map((id) => store.load(id)))).toEqual(ids.map((id) => ({ id })));
      expect(await idsOf(store)).toEqual([...ids].sort());
      await Promise.all(ids.slice(1).map((id) => store.remove(id)));
      expect(await idsOf(store)).toEqual([ids[0]]);
    });

    it("says when each was saved", async () => {
      const { store, clock } = await setUp();
      const began = clock.now();
      await store.save("a", {});
      await clock.advance(1001);
      await store.save("b", {});
      await clock.advance(5003);
      await store.save("a", { again: true });
      const entries: { id: string; savedMs: number }[] = [];
      for await (const entry of store.entries()) entries.push(entry);
      expect(entries.sort((one, two) => (one.id < two.id ? -1 : 1))).toEqual([
        { id: "a", savedMs: began + 6004 },
        { id: "b", savedMs: began + 1001 },
      ]);
    });

    it("may be changed while it is listed, and listed in part", async () => {
      const { store } = await setUp();
      for (let n = 0; n < 20; n++) await store.save(String(n), {});
      const seen: string[] = [];
      for await (const { id } of store.entries()) {
        seen.push(id);
        await store.remove(id);
        if (seen.length === 10) break;
      }
      const left = await idsOf(store);
      expect([...seen, ...left].sort()).toEqual(Array.from({ length: 20 }, (_, n) => String(n)).sort());
      for await (const { id } of store.entries()) await Promise.all(left.map((one) => store.remove(one || id)));
      expect(await idsOf(store)).toEqual([]);
    });

    it("says that a damaged one is damaged, and has it replaced or removed", async () => {
      const { store, damage } = await setUp();
      for (let how = 0; damage && how < 8; how++) {
        await store.save("sound", { n: how });
        await store.save("a", numbered(how));
        await damage("a", how);
        const failure: unknown = await store.load("a").catch((error: unknown) => error);
        expect([how, DecodeError.isInstance(failure)]).toEqual([how, true]);
        expect((failure as Error).message).toMatch(/remove it/);
        expect(await idsOf(store)).toEqual(["sound"]);
        expect(await store.load("sound")).toEqual({ n: how });
        if (how % 2 === 0) await store.remove("a");
        else await store.save("a", numbered(how + 1));
        expect(await store.load("a")).toEqual(how % 2 === 0 ? undefined : numbered(how + 1));
        await store.remove("a");
      }
    });

    it("does as a map of JSON texts does", async () => {
      const id = fc.constantFrom("a", "b", "../c");
      const step = fc.oneof(
        fc.record({ do: fc.constant("save" as const), id, value: fc.dictionary(fc.string(), fc.jsonValue()) }),
        fc.record({ do: fc.constantFrom("remove" as const, "load" as const), id }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const { store } = await setUp();
          const model = new Map<string, string>();
          for (const one of steps) {
            if (one.do === "save") {
              model.set(one.id, JSON.stringify(one.value));
              await store.save(one.id, one.value);
            } else if (one.do === "remove") {
              model.delete(one.id);
              await store.remove(one.id);
            } else {
              const text = model.get(one.id);
              expect(JSON.stringify(await store.load(one.id))).toBe(text && JSON.stringify(JSON.parse(text) as object));
            }
          }
          expect(await idsOf(store)).toEqual([...model.keys()].sort());
        }),
        { numRuns: 30 },
      );
    });
  });
}
