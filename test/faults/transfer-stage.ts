import type { Client } from "@cosmoss/core";
import { type Emulator, type EmulatorOptions, startEmulator } from "@cosmoss/emulator";
import { TransferPool, type TransferPoolOptions, type TransferPort } from "@cosmoss/transfer";
import { cosPort } from "@cosmoss/transfer/cos";
import { ossPort } from "@cosmoss/transfer/oss";
import type { Clock } from "@cosmoss/types";
import { afterEach, beforeEach } from "vitest";
import { type Cloud, cos, oss } from "./stage.ts";

/** Options of {@link transferPort}; what is not named here is for the client. */
export interface PortSetUp {
  pool?: TransferPoolOptions;
  random?: () => number;
  clock?: Clock;
  maxAttempts?: number;
  [name: string]: unknown;
}

/** A port to one of the services of an emulator. */
export function transferPort(
  cloud: Cloud,
  emulator: Emulator,
  { pool, random = () => 0, ...options }: PortSetUp = {},
): { client: Client; port: TransferPort<any> } {
  const { clock } = options;
  const client = new cloud.Client({ ...emulator[cloud.name], ...options });
  const make = cloud.name === "oss" ? ossPort : cosPort;
  const own = new TransferPool({ concurrency: 3, ...(clock && { clock }), ...pool });
  return { client, port: make(client, { pool: own, random }) };
}

/** The least that a part may have: what makes many of them cheap. */
export const partSize = (cloud: Cloud): number => (cloud.name === "oss" ? 102_400 : 1 << 20);

/**
 * Time that passes by turns of the event loop, while somebody waits for it. Both ends of a transfer are in this process, so
 * a slow machine makes turns slow and nothing else: 30 s without a byte are as many turns in which none moved.
 */
export class TurnClock implements Clock {
  readonly #msPerTurn: number;
  readonly #timers = new Map<object, { readonly at: number; readonly callback: () => void }>();
  #now: number = Date.now();
  #turning = false;

  constructor(msPerTurn = 1) {
    this.#msPerTurn = msPerTurn;
  }

  /** Timers that have neither fired nor been cleared. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): unknown {
    const handle = {};
    this.#timers.set(handle, { at: this.#now + Math.max(0, ms), callback });
    if (!this.#turning) {
      this.#turning = true;
      setImmediate(() => this.#turn());
    }
    return handle;
  }

  clearTimeout(handle: unknown): void {
    this.#timers.delete(handle as object);
  }

  #turn(): void {
    this.#now += this.#msPerTurn;
    for (const [handle, { at, callback }] of this.#timers) {
      if (at > this.#now) continue;
      this.#timers.delete(handle);
      callback();
    }
    if (this.#timers.size > 0) setImmediate(() => this.#turn());
    else this.#turning = false;
  }
}

/** Both services, and ports to them that end with the test. */
export interface TransferStage {
  readonly emulator: Emulator;
  readonly clock: TurnClock;
  /** A port over a client of its own, whose time is the stage's. */
  connect(cloud: Cloud, options?: PortSetUp): TransferPort<any>;
  /** Uploads in parts that neither ended nor were aborted. */
  uploads(cloud: Cloud): Promise<string[]>;
  /** What the service holds, whatever faults are set; `undefined` for nothing. */
  stored(cloud: Cloud, Key: string): Promise<Buffer | undefined>;
  /** Closes the clients. */
  disconnect(): void;
}

/** Gives each test of a block its own stage. */
export function useTransferStage(options: EmulatorOptions = {}): TransferStage {
  const clients: Client[] = [];
  let plain: Map<Cloud, TransferPort<any>>;
  /** Looks at the service when nothing is wrong with it. */
  const look = async <T>(cloud: Cloud, work: (port: TransferPort<any>) => Promise<T>): Promise<T> => {
    const { emulator } = stage;
    const { faults } = emulator;
    emulator.faults = undefined;
    try {
      return await work(plain.get(cloud)!);
    } finally {
      emulator.faults = faults;
    }
  };
  const stage = {
    connect(cloud, given) {
      const { client, port } = transferPort(cloud, stage.emulator, { clock: stage.clock, ...given });
      clients.push(client);
      return port;
    },
    uploads: (cloud) =>
      look(cloud, async (port) => {
        const keys: string[] = [];
        for await (const { Key } of port.listUploads({ Bucket: cloud.Bucket })) keys.push(Key);
        return keys;
      }),
    stored: (cloud, Key) =>
      look(cloud, async (port) => {
        try {
          return Buffer.from(await (await port.get({ Bucket: cloud.Bucket, Key })).body.bytes());
        } catch (error) {
          if ((error as { statusCode?: number }).statusCode === 404) return undefined;
          throw error;
        }
      }),
    disconnect() {
      for (const client of clients) client.destroy();
    },
  } as TransferStage & { emulator: Emulator; clock: TurnClock };
  beforeEach(async () => {
    const clock = new TurnClock();
    stage.clock = clock;
    stage.emulator = await startEmulator({
      buckets: { oss: [oss.Bucket], cos: [cos.Bucket] },
      logLimit: 100_000,
      // What the service does has nothing to wait for; only its calendar is the stage's.
      clock: {
        now: () => clock.now(),
        setTimeout: (callback, ms) => setTimeout(callback, ms),
        clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
      },
      ...options,
    });
    const { credentials } = options;
    plain = new Map(
      [oss, cos].map((cloud) => {
        const { client, port } = transferPort(cloud, stage.emulator, {
          clock,
          ...(credentials && { credentials: credentials.at(-1) }),
        });
        clients.push(client);
        return [cloud, port];
      }),
    );
  });
  afterEach(async () => {
    stage.disconnect();
    clients.length = 0;
    await stage.emulator.close();
  });
  return stage;
}
