import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { expect, it } from "vitest";
import type { AccessOptions } from "./access.ts";
import { Clouds, type TrafficOptions } from "./clouds.ts";
import { Printer } from "./output/printer.ts";
import { Recorder } from "./testing/world.ts";

function cloudsWith(options: AccessOptions & TrafficOptions, env: Record<string, string> = {}) {
  const stderr = new Recorder();
  const environment = { env, home: "/nowhere", clock: new FakeClock(), random: () => 0.5 };
  return { clouds: new Clouds(environment as never, options, new Printer({ stdout: stderr, stderr }, {})), stderr };
}

const KEYS = {
  OSS_ACCESS_KEY_ID: "id",
  OSS_ACCESS_KEY_SECRET: "secret",
  COS_SECRET_ID: "id",
  COS_SECRET_KEY: "secret",
};

it("traffic options are those of the pool that all transfers share", async () => {
  const { clouds } = cloudsWith(
    { parallel: "3", limitRate: "1MiB", region: ["oss=cn-beijing", "cos=ap-beijing"] },
    KEYS,
  );
  expect([clouds.pool.concurrency, clouds.pool.maxBytesPerSecond]).toEqual([3, 1_048_576]);
  expect((await clouds.service("oss")).port.pool).toBe(clouds.pool);
  expect((await clouds.service("cos")).port.pool).toBe(clouds.pool);
  clouds.destroy();
  const { pool } = cloudsWith({}).clouds;
  expect([pool.concurrency, pool.maxBytesPerSecond]).toEqual([6, undefined]);
});

it("a client is made when it is asked for, once", async () => {
  const { clouds } = cloudsWith({ region: ["cn-beijing"] }, KEYS);
  const service = await clouds.service("oss");
  expect(await clouds.service("oss", "photos")).toBe(service);
  expect(await clouds.service("oss", "others")).toBe(service);
  clouds.destroy();
  await expect(cloudsWith({}).clouds.service("oss")).rejects.toThrow(/No credentials/);
});
