import { ConfigError, ServiceError, TransportError } from "@cosmoss/errors";
import { describe, expect, it } from "vitest";
import { deleteAll } from "./delete-all.ts";
import type { DeleteFailure, ListedObject, TransferPort } from "../ports/port.ts";
import { CLOUDS, CountingClock, useCloud } from "../testing/clouds.ts";
import { TransferPool } from "../pool/pool.ts";

const nothing = { deleted: 0, failed: 0, failures: [] };

describe.each(CLOUDS)("deleteAll on %s", (name) => {
  const cloud = useCloud(name);
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { Key } of cloud.port.list({ Bucket: cloud.Bucket })) found.push(Key);
    return found;
  };
  const fill = async (...Keys: string[]): Promise<void> => {
    for (const Key of Keys) await cloud.put(Key, new Uint8Array(3));
  };

  it("deletes what begins with the prefix, and nothing else", async () => {
    await fill("a", "b/", "b/中 &<>", "b/😀", "b/～", "b0", "c");
    const Keys: string[] = [];
    const task = deleteAll(cloud.port, { Bucket: cloud.Bucket, Prefix: "b/" }, { onDeleted: (Key) => Keys.push(Key) });
    expect(await task).toEqual({ ...nothing, deleted: 4 });
    expect(Keys).toEqual(["b/", "b/中 &<>", "b/～", "b/😀"]);
    expect(await keys()).toEqual(["a", "b0", "c"]);
    await cloud.quiet();
  });

  it("deletes everything when asked to in so many words", async () => {
    await fill("a", "b");
    expect(await deleteAll(cloud.port, { Bucket: cloud.Bucket, Prefix: "" })).toEqual({ ...nothing, deleted: 2 });
    expect(await keys()).toEqual([]);
  });

  it("deletes nothing when the prefix was forgotten", async () => {
    await fill("a");
    const { port, Bucket } = cloud;
    for (const prefix of [{ Bucket }, { Bucket, Prefix: null }] as { Bucket: string }[]) {
      const refused = deleteAll(port, prefix);
      await expect(refused).rejects.toBeInstanceOf(ConfigError);
      await expect(refused).rejects.toThrow(/Prefix.*""/);
    }
    expect(await keys()).toEqual(["a"]);
  });

  it("has nothing to do where there is nothing", async () => {
    expect(await deleteAll(cloud.port, { Bucket: cloud.Bucket, Prefix: "x" })).toEqual(nothing);
    expect(cloud.count("DeleteMultipleObjects")).toBe(0);
  });

  it("only counts in a dry run", async () => {
    await fill("a/1", "a/2", "b");
    const Keys: string[] = [];
    const prefix = { Bucket: cloud.Bucket, Prefix: "a/" };
    const task = deleteAll(cloud.port, prefix, { dryRun: true, onDeleted: (Key) => Keys.push(Key) });
    expect(await task).toEqual({ ...nothing, deleted: 2 });
    expect(Keys).toEqual(["a/1", "a/2"]);
    expect(await keys()).toEqual(["a/1", "a/2", "b"]);
  });

  it("goes on after a request that failed", async () => {
    await fill("a", "b");
    let failures = 0;
    cloud.fault(({ operation }) =>
      /List|Delete/.test(operation ?? "") && failures++ % 3 < 2
        ? { error: { code: "InternalError", status: 500 } }
        : undefined,
    );
    expect(await deleteAll(cloud.port, { Bucket: cloud.Bucket, Prefix: "" })).toEqual({ ...nothing, deleted: 2 });
    expect(failures).toBeGreaterThan(4);
    await cloud.quiet();
  });

  it("rejects when the service refuses altogether", async () => {
    await fill("a");
    cloud.fault(({ operation }) =>
      operation?.startsWith("Delete") ? { error: { code: "AccessDenied", status: 403 } } : undefined,
    );
    const refused = deleteAll(cloud.port, { Bucket: cloud.Bucket, Prefix: "" });
    await expect(refused).rejects.toBeInstanceOf(ServiceError);
    await expect(refused).rejects.toMatchObject({ code: "AccessDenied" });
    await cloud.quiet();
  });

  it("ends at once when it is cancelled", async () => {
    await fill("a");
    let hang: (() => void) | undefined;
    cloud.fault(({ operation }) =>
      operation?.startsWith("Delete") ? new Promise((resolve) => (hang = () => resolve(undefined))) : undefined,
    );
    const task = deleteAll(cloud.port, { Bucket: cloud.Bucket, Prefix: "" });
    await expect.poll(() => hang).toBeDefined();
    await task.cancel({ reason: new Error("enough") });
    await expect(task).rejects.toThrow("enough");
    hang?.();
    await cloud.quiet();
  });

  it("waits while it is paused, and loses no key by that", async () => {
    await fill("a", "b", "c");
    let hang: (() => void) | undefined;
    let asked = 0;
    cloud.fault(({ operation }) =>
      operation?.startsWith("List") && asked++ === 0
        ? new Promise((resolve) => (hang = () => resolve(undefined)))
        : undefined,
    );
    const task = deleteAll(cloud.port, { Bucket: cloud.Bucket, Prefix: "" });
    await expect.poll(() => hang).toBeDefined();
    await task.pause();
    hang?.();
    expect(task.state).toBe("paused");
    task.resume();
    expect(await task).toEqual({ ...nothing, deleted: 3 });
    expect(await keys()).toEqual([]);
  });
});

describe("deleteAll of very many keys", () => {
  /** A service that holds keys and nothing else. */
  function fake(
    stored: Iterable<string>,
    refuse: (Key: string, attempt: number) => string | undefined = () => undefined,
  ) {
    const attempts = new Map<string, number>();
    const state = { left: new Set(stored), given: 0, gone: 0, mostHeld: 0, batches: [] as number[] };
    const clock = new CountingClock();
    const port = {
      clock,
      random: () => 0,
      pool: new TransferPool({ concurrency: 3, clock }),
      async *list(): AsyncGenerator<ListedObject> {
        for (const Key of stored) {
          state.given++;
          state.mostHeld = Math.max(state.mostHeld, state.given - state.gone);
          yield { Key, Size: 1, ETag: "e", LastModified: new Date(0) };
        }
      },
      async deleteMany(_: string, Keys: readonly string[]): Promise<DeleteFailure[]> {
        await new Promise((resolve) => setImmediate(resolve));
        state.batches.push(Keys.length);
        const failures: DeleteFailure[] = [];
        for (const Key of Keys) {
          const attempt = (attempts.get(Key) ?? 0) + 1;
          attempts.set(Key, attempt);
          const Code = refuse(Key, attempt);
          if (Code === undefined) state.left.delete(Key);
          else failures.push({ Key, Code, Message: "m" });
        }
        state.gone += Keys.length - failures.length;
        return failures;
      },
    } as unknown as TransferPort<any>;
    return { port, state, attempts };
  }
  const all = { Bucket: "b", Prefix: "" };
  const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i).padStart(6, "0"));

  it("holds a few batches of them at a time", async () => {
    const { port, state } = fake(numbered(100_001));
    let last: unknown;
    const result = await deleteAll(port, all, { onProgress: (progress) => (last = progress) });
    expect(result).toEqual({ ...nothing, deleted: 100_001 });
    expect(state.left.size).toBe(0);
    expect(state.batches.sort((a, b) => b - a)).toEqual([...Array<number>(100).fill(1000), 1]);
    expect(state.mostHeld).toBeGreaterThan(1000);
    expect(state.mostHeld).toBeLessThanOrEqual(3 * 1000 + 1);
    expect(last).toMatchObject({ phase: "done", acknowledged: 100_001, fraction: 1 });
  });

  it("tries again what the service had no time for, and only that", async () => {
    const { port, state, attempts } = fake(numbered(10), (Key, attempt) =>
      Key === "000003" && attempt < 4 ? "InternalError" : Key === "000005" && attempt < 2 ? "SlowDown" : undefined,
    );
    expect(await deleteAll(port, all)).toEqual({ ...nothing, deleted: 10 });
    expect(state.left.size).toBe(0);
    expect(state.batches).toEqual([10, 2, 1, 1]);
    expect(attempts.get("000004")).toBe(1);
  });

  it("gives a key up in the end, and reports it", async () => {
    const { port, state } = fake(numbered(3), (Key) => (Key === "000001" ? "ServiceUnavailable" : undefined));
    const failure = { Key: "000001", Code: "ServiceUnavailable", Message: "m" };
    expect(await deleteAll(port, all)).toEqual({ deleted: 2, failed: 1, failures: [failure] });
    expect(state.batches).toEqual([3, 1, 1, 1]);
  });

  it("does not try again what is forbidden, and deletes the rest", async () => {
    const { port, state } = fake(numbered(5000), (Key) => (Key < "002500" ? "AccessDenied" : undefined));
    const { deleted, failed, failures } = await deleteAll(port, all);
    expect([deleted, failed, failures.length]).toEqual([2500, 2500, 1000]);
    expect(new Set(failures.map(({ Code }) => Code))).toEqual(new Set(["AccessDenied"]));
    expect(state.batches).toEqual(Array(5).fill(1000));
  });

  it("reports keys that the listing gives again, and deletes each once", async () => {
    const { port, attempts } = fake(["a", "b", "b", "c", "a", "d"]);
    const { deleted, failed, failures } = await deleteAll(port, all);
    expect([deleted, failed]).toEqual([4, 2]);
    expect(failures).toMatchObject([
      { Key: "b", Code: "ListedTwice" },
      { Key: "a", Code: "ListedTwice" },
    ]);
    expect([...attempts.entries()]).toEqual([
      ["a", 1],
      ["b", 1],
      ["c", 1],
      ["d", 1],
    ]);
  });

  it("reports refusals under other names than were asked for", async () => {
    const { port } = fake(["a"]);
    const odd = { Key: "%61", Code: "AccessDenied", Message: "m" };
    port.deleteMany = () => Promise.resolve([odd]);
    expect((await deleteAll(port, all)).failures).toEqual([odd]);
  });

  it("goes on with a listing that broke off, without repeating or skipping a key", async () => {
    const Keys = numbered(2500);
    const { port, state } = fake(Keys);
    const { list } = port;
    let breaks = 0;
    port.list = async function* (...args) {
      let count = 0;
      for await (const object of list(...args)) {
        if (++count > 700 && breaks < 4) {
          breaks++;
          throw new TransportError("broke", { phase: "body" });
        }
        yield object;
      }
    };
    expect(await deleteAll(port, all)).toEqual({ ...nothing, deleted: 2500 });
    expect([breaks, state.left.size]).toEqual([4, 0]);
  });
});
