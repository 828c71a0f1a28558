import fc from "fast-check";
import { expect, it } from "vitest";
import { TokenBucket } from "./index.ts";

it("holds 500 tokens unless told otherwise", () => {
  expect(new TokenBucket().tokens).toBe(500);
  expect(new TokenBucket(3).tokens).toBe(3);
});

it("gives all or nothing", () => {
  const bucket = new TokenBucket(7);
  expect([bucket.take(5), bucket.tokens]).toEqual([true, 2]);
  expect([bucket.take(5), bucket.tokens]).toEqual([false, 2]);
  expect([bucket.take(2), bucket.tokens]).toEqual([true, 0]);
});

it("never has less than nothing or more than its capacity", () => {
  const step = fc.record({ take: fc.boolean(), amount: fc.nat(20) });
  fc.assert(
    fc.property(fc.nat(50), fc.array(step), (capacity, steps) => {
      const bucket = new TokenBucket(capacity);
      for (const { take, amount } of steps) {
        const before = bucket.tokens;
        const taken = take && bucket.take(amount);
        if (!take) bucket.give(amount);
        expect(taken).toBe(take && before >= amount);
        expect(bucket.tokens).toBeGreaterThanOrEqual(0);
        expect(bucket.tokens).toBeLessThanOrEqual(capacity);
      }
    }),
  );
});
