import { COSClient } from "@cosmoss/client-cos";
import { OSSClient } from "@cosmoss/client-oss";
import { systemClock } from "@cosmoss/core";
import { type Emulator, type FaultHook, startEmulator } from "@cosmoss/emulator";
import type { Clock } from "@cosmoss/types";
import { afterEach, beforeEach, expect } from "vitest";
import { cosPort } from "../cos.ts";
import { ossPort } from "../oss.ts";
import { TransferPool, type TransferPoolOptions } from "../pool/pool.ts";
import type { TransferPort } from "../ports/port.ts";

/** The services, for `describe.each`. */
export const CLOUDS = ["oss", "cos"] as const;

const BUCKETS = { oss: "photos", cos: "photos-1250000000" };

/** The machine's time, which knows how many timers are set. */
export class CountingClock implements Clock {
  readonly #timers = new Set<unknown>();

  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return systemClock.now();
  }

  setTimeout(callback: () => void, ms: number): unknown {
    const timer = systemClock.setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(handle: unknown): void {
    this.#timers.delete(handle);
    systemClock.clearTimeout(handle);
  }
}

/** An emulated service, with a port that waits for nothing between attempts. */
export interface Cloud {
  readonly Bucket: string;
  emulator: Emulator;
  port: TransferPort<any>;
  clock: CountingClock;
  /** A port over a client of its own. */
  makePort(options?: { pool?: TransferPoolOptions; checksum?: boolean }): TransferPort<any>;
  /** Stores an object. */
  put(Key: string, bytes: Uint8Array): Promise<void>;
  /** Requests of an operation that were answered without an error. */
  count(operation: string): number;
  /** Sets what goes wrong. */
  fault(hook: FaultHook): void;
  /** Resolves when nothing is under way any more: no request, no timer. */
  quiet(): Promise<void>;
  /** Forgets the requests so far, once all of them have ended. */
  clear(): Promise<void>;
}

/** Gives every test an emulated service of its own. */
export function useCloud(name: (typeof CLOUDS)[number]): Cloud {
  const Bucket = BUCKETS[name];
  const clients: { destroy(): void }[] = [];
  let started = 0;
  const cloud = {
    Bucket,
    makePort({ pool, checksum = true } = {}) {
      const random = (): number => 0;
      const options = { clock: cloud.clock, random, maxAttempts: 1, checksum };
      const own = { pool: new TransferPool({ ...pool, clock: cloud.clock }), random };
      const client =
        name === "oss"
          ? new OSSClient({ ...cloud.emulator.oss, ...options })
          : new COSClient({ ...cloud.emulator.cos, ...options });
      clients.push(client);
      return client instanceof OSSClient ? ossPort(client, own) : cosPort(client, own);
    },
    async put(Key, bytes) {
      await cloud.port.put({ Bucket, Key }, bytes, bytes.length, {});
    },
    count: (operation) =>
      cloud.emulator.requests.filter((request) => request.operation === operation && request.status! < 300).length,
    fault(hook) {
      cloud.emulator.faults = (request) => {
        started++;
        return hook(request);
      };
    },
    async quiet() {
      // A request that ends before it was looked at is logged all the same. A meter shows for three seconds how speed falls.
      const patient = { interval: 5, timeout: 10_000 };
      await expect.poll(() => cloud.emulator.requests.length, patient).toBeGreaterThanOrEqual(started);
      await expect.poll(() => cloud.clock.pending, patient).toBe(0);
    },
    async clear() {
      await cloud.quiet();
      cloud.emulator.clearRequests();
      started = 0;
    },
  } as Cloud;
  beforeEach(async () => {
    started = 0;
    cloud.clock = new CountingClock();
    cloud.emulator = await startEmulator({ buckets: { [name]: [Bucket] }, logLimit: 100_000 });
    cloud.fault(() => undefined);
    cloud.port = cloud.makePort();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await cloud.emulator.close();
  });
  return cloud;
}
