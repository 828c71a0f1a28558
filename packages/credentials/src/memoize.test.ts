import { ConfigError } from "@cosmoss/errors";
import { credentialsContract } from "@cosmoss/testkit/credentials-contract";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import type { Credentials, CredentialsProviderOptions } from "@cosmoss/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoize, toProvider } from "./index.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A source of numbered keys that live an hour and take a second to come, with a memory around it. */
function setUp({ lifetimeMs = HOUR }: { lifetimeMs?: number } = {}) {
  const clock = new FakeClock();
  const source = {
    calls: 0,
    underWay: 0,
    most: 0,
    failure: undefined as Error | undefined,
    given: [] as unknown[],
    clock,
  };
  const provider = memoize(
    async (given?: CredentialsProviderOptions) => {
      const call = ++source.calls;
      source.given.push(given);
      source.most = Math.max(source.most, ++source.underWay);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 1_000));
      source.underWay--;
      if (source.failure) throw source.failure;
      const keys = { accessKeyId: `id-${call}`, accessKeySecret: "hush" };
      return lifetimeMs === Infinity ? keys : { ...keys, expiration: new Date(clock.now() + lifetimeMs) };
    },
    { clock },
  );
  /** What a call gives, and whether at once. */
  const get = async (given?: CredentialsProviderOptions) => {
    const answer = provider(given);
    if (answer instanceof Promise) {
      const settled = answer.then(
        (keys) => keys.accessKeyId,
        (error: unknown) => error,
      );
      await clock.advance(1_000);
      return { at: "later", is: await settled };
    }
    return { at: "once", is: answer.accessKeyId };
  };
  return Object.assign(source, { provider, get });
}

const keys = { accessKeyId: "id", accessKeySecret: "hush-memo", securityToken: "hush-token" };
credentialsContract("memoize", () => {
  let failure: Error | undefined;
  const source = async () => {
    if (failure) throw failure;
    return keys;
  };
  return {
    provider: memoize(source, { clock: new FakeClock() }),
    expected: keys,
    fail: () => (failure = new Error("no network")),
    repair: () => (failure = undefined),
  };
});
credentialsContract("toProvider of a function", () => ({
  provider: toProvider(() => keys, { clock: new FakeClock() }),
  expected: keys,
}));

describe("memoize", () => {
  it("asks once and then answers at once", async () => {
    const { get, clock } = setUp();
    expect(await get()).toEqual({ at: "later", is: "id-1" });
    expect(await get()).toEqual({ at: "once", is: "id-1" });
    await clock.advance(54 * MINUTE);
    expect(await get()).toEqual({ at: "once", is: "id-1" });
  });

  it("keeps keys without expiration for ever", async () => {
    const source = setUp({ lifetimeMs: Infinity });
    await source.get();
    await source.clock.advance(1e12);
    expect(await source.get()).toEqual({ at: "once", is: "id-1" });
    expect(source.calls).toBe(1);
  });

  it("makes one call for a thousand at once, also when the keys have expired", async () => {
    const source = setUp();
    const many = () => Promise.all(Array.from({ length: 1_000 }, async () => source.provider()));
    const first = many();
    await source.clock.advance(1_000);
    expect(new Set((await first).map((answer) => answer.accessKeyId))).toEqual(new Set(["id-1"]));
    await source.clock.advance(2 * HOUR);
    const second = many();
    await source.clock.advance(1_000);
    expect(new Set((await second).map((answer) => answer.accessKeyId))).toEqual(new Set(["id-2"]));
    expect(source.calls).toBe(2);
  });

  it("refreshes ahead of expiry behind the scenes", async () => {
    const source = setUp();
    await source.get();
    await source.clock.advance(55 * MINUTE);
    expect(await source.get()).toEqual({ at: "once", is: "id-1" });
    expect(await source.get()).toEqual({ at: "once", is: "id-1" });
    expect(source.calls).toBe(2);
    await source.clock.advance(1_000);
    expect(await source.get()).toEqual({ at: "once", is: "id-2" });
  });

  it("refreshes at half the lifetime of keys that live for less than ten minutes", async () => {
    const brief = setUp({ lifetimeMs: 2 * MINUTE });
    await brief.get();
    await brief.clock.advance(59_000);
    await brief.get();
    expect(brief.calls).toBe(1);
    await brief.clock.advance(1_000);
    await brief.get();
    expect(brief.calls).toBe(2);
  });

  it("goes on with keys that are still good when a refresh fails, and tries again five seconds after its start", async () => {
    const source = setUp();
    await source.get();
    await source.clock.advance(56 * MINUTE);
    source.failure = new Error("issuer is down");
    for (let second = 0; second < 5; second++) {
      expect(await source.get()).toEqual({ at: "once", is: "id-1" });
      await source.clock.advance(1_000);
      expect(source.calls).toBe(2);
    }
    source.failure = undefined;
    await source.get();
    await source.clock.advance(1_000);
    expect([source.calls, (await source.get()).is]).toEqual([3, "id-3"]);
  });

  it("waits for new keys once they have expired, and never keeps a failure", async () => {
    const source = setUp();
    await source.get();
    await source.clock.advance(2 * HOUR);
    source.failure = new Error("issuer is down");
    expect(await source.get()).toEqual({ at: "later", is: source.failure });
    source.failure = undefined;
    expect(await source.get()).toEqual({ at: "later", is: "id-3" });
  });

  it("passes on what a provider throws at once", async () => {
    const failure = new Error("at once");
    const provider = memoize(
      () => {
        throw failure;
      },
      { clock: new FakeClock() },
    );
    await expect(provider()).rejects.toBe(failure);
  });

  it.each([undefined, {}, { AccessKeyId: "id", AccessKeySecret: "hush" }, { ...keys, expiration: "soon" }])(
    "refuses what are no keys (%#)",
    async (wrong) => {
      const answer = memoize(() => wrong as unknown as Credentials, { clock: new FakeClock() })();
      await expect(answer).rejects.toSatisfy(ConfigError.isInstance);
    },
  );

  it("forceRefresh drops the keys and reaches the provider", async () => {
    const source = setUp();
    await source.get();
    expect(await source.get({ forceRefresh: true })).toEqual({ at: "later", is: "id-2" });
    expect(await source.get()).toEqual({ at: "once", is: "id-2" });
    expect(source.given).toEqual([undefined, { forceRefresh: true }]);
  });

  it("forced calls share one refresh, and its keys for five seconds after it", async () => {
    const source = setUp();
    await source.get();
    const all = Promise.all(Array.from({ length: 1_000 }, async () => source.provider({ forceRefresh: true })));
    const unforced = source.provider();
    await source.clock.advance(1_000);
    expect(new Set((await all).map((answer) => answer.accessKeyId))).toEqual(new Set(["id-2"]));
    expect(await unforced).toMatchObject({ accessKeyId: "id-2" });
    await source.clock.advance(4_999);
    expect(await source.get({ forceRefresh: true })).toEqual({ at: "once", is: "id-2" });
    expect(source.calls).toBe(2);
    await source.clock.advance(1);
    expect(await source.get({ forceRefresh: true })).toEqual({ at: "later", is: "id-3" });
  });

  it("a forced refresh neither joins nor is overwritten by an ordinary one that began before it", async () => {
    const source = setUp();
    await source.get();
    await source.clock.advance(56 * MINUTE);
    await source.get();
    await source.clock.advance(500);
    const forced = source.provider({ forceRefresh: true });
    await source.clock.advance(500);
    const during = source.provider();
    await source.clock.advance(500);
    expect([(await forced).accessKeyId, (await during).accessKeyId]).toEqual(["id-3", "id-3"]);
    expect(await source.get()).toEqual({ at: "once", is: "id-3" });
  });

  it("a forced refresh that fails leaves no keys behind, and the next call tries again", async () => {
    const source = setUp();
    await source.get();
    source.failure = new Error("issuer is down");
    expect((await source.get({ forceRefresh: true })).is).toBe(source.failure);
    source.failure = undefined;
    expect(await source.get({ forceRefresh: true })).toEqual({ at: "later", is: "id-3" });
  });

  it("never gives expired keys, nor has more than two calls under way, whatever happens", async () => {
    const step = fc.record({ ms: fc.nat(20 * MINUTE), force: fc.boolean(), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10_000, max: HOUR }),
        fc.array(step, { maxLength: 20 }),
        async (lifetimeMs, steps) => {
          const source = setUp({ lifetimeMs });
          for (const { ms, force, fails } of steps) {
            source.failure = fails ? new Error("down") : undefined;
            const answer = source.provider(force ? { forceRefresh: true } : undefined);
            const expiration = answer instanceof Promise ? Infinity : answer.expiration!.getTime();
            expect(expiration).toBeGreaterThan(source.clock.now());
            if (answer instanceof Promise) answer.catch(() => {});
            await source.clock.advance(ms);
          }
          // Two: an ordinary one, and a forced one that must not wait for it.
          expect(source.most).toBeLessThanOrEqual(2);
        },
      ),
      { numRuns: 50 },
    );
  });
});
