import { checkpointContract } from "@cosmoss/testkit/checkpoint-contract";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { expect, it } from "vitest";
import { memoryCheckpoints } from "./memory.ts";

checkpointContract("memoryCheckpoints", () => {
  const clock = new FakeClock(1_700_000_000_000);
  return { store: memoryCheckpoints({ clock }), clock };
});

it("reads the time of the machine by default", async () => {
  const store = memoryCheckpoints();
  const before = Date.now();
  await store.save("a", {});
  for await (const { savedMs } of store.entries()) {
    expect(savedMs).toBeGreaterThanOrEqual(before);
    expect(savedMs).toBeLessThanOrEqual(Date.now());
  }
});

it("shares nothing between two stores", async () => {
  await memoryCheckpoints().save("a", {});
  expect(await memoryCheckpoints().load("a")).toBeUndefined();
});
