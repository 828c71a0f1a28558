import { COSClient } from "@cosmoss/client-cos";
import { OSSClient, type OSSClientOptions } from "@cosmoss/client-oss";
import * as cosCommands from "@cosmoss/commands-cos";
import * as ossCommands from "@cosmoss/commands-oss";
import type { Client } from "@cosmoss/core";
import { type Emulator, type EmulatorOptions, startEmulator } from "@cosmoss/emulator";
import { FetchTransport } from "@cosmoss/transport-fetch";
import { NodeHttpTransport } from "@cosmoss/transport-node/http";
import { UndiciTransport } from "@cosmoss/transport-node/undici";
import type { BodyInput, Clock, HttpHandler } from "@cosmoss/types";
import { afterEach, beforeEach, expect } from "vitest";

/** One of the two services as tests see it. Their commands differ in nothing that is used here. */
export interface Cloud {
  readonly name: "oss" | "cos";
  readonly Client: typeof OSSClient;
  readonly commands: typeof ossCommands;
  readonly Bucket: string;
  readonly maxKeyBytes: number;
  readonly headerPrefix: "x-oss-" | "x-cos-";
}

export const oss: Cloud = {
  name: "oss",
  Client: OSSClient,
  commands: ossCommands,
  Bucket: "photos",
  maxKeyBytes: 1023,
  headerPrefix: "x-oss-",
};
export const cos: Cloud = {
  name: "cos",
  Client: COSClient as unknown as typeof OSSClient,
  commands: cosCommands as unknown as typeof ossCommands,
  Bucket: "photos-1250000000",
  maxKeyBytes: 850,
  headerPrefix: "x-cos-",
};
export const clouds: readonly Cloud[] = [oss, cos];

export type TransportName = "node:http" | "undici" | "fetch";
export const transports: readonly TransportName[] = ["node:http", "undici", "fetch"];

/** Both clouds over each transport, for `describe.each`. */
export const matrix: readonly { name: string; cloud: Cloud; transport: TransportName }[] = clouds.flatMap((cloud) =>
  transports.map((transport) => ({ name: `${cloud.name} over ${transport}`, cloud, transport })),
);

export function makeTransport(
  name: TransportName,
  options: { clock?: Clock; idleTimeoutMs?: number } = {},
): HttpHandler {
  if (name === "node:http") return new NodeHttpTransport(options);
  return name === "undici" ? new UndiciTransport(options) : new FetchTransport(options);
}

/** Milliseconds. Waits between attempts are shorter; what is longer is the limit of a whole send. */
const LONGEST_WAIT = 600_000;

/**
 * The machine's time, but nobody waits: the timer of a wait fires in the next turn of the loop and is counted, and that of
 * a limit never fires.
 */
export class HastyClock implements Clock {
  /** Milliseconds that should have been waited. */
  waited = 0;
  /** Added to the machine's time. */
  offset = 0;

  now(): number {
    return Date.now() + this.offset;
  }

  setTimeout(callback: () => void, ms: number): unknown {
    if (ms > LONGEST_WAIT) return undefined;
    this.waited += ms;
    return setImmediate(callback);
  }

  clearTimeout(handle: unknown): void {
    clearImmediate(handle as NodeJS.Immediate);
  }
}

/** An emulator and clients of it, which end with the test. */
export class Stage {
  readonly cloud: Cloud;
  readonly emulator: Emulator;
  readonly clock: HastyClock = new HastyClock();
  readonly #transport: TransportName;
  readonly #clients: Client[] = [];
  #client: Client | undefined;

  constructor(cloud: Cloud, transport: TransportName, emulator: Emulator) {
    this.cloud = cloud;
    this.emulator = emulator;
    this.#transport = transport;
  }

  /** A client that does not wait between attempts. */
  get client(): Client {
    return (this.#client ??= this.connect());
  }

  get commands(): typeof ossCommands {
    return this.cloud.commands;
  }

  get Bucket(): string {
    return this.cloud.Bucket;
  }

  /** Another client. */
  connect(options: Partial<OSSClientOptions> = {}): Client {
    const requestHandler = options.requestHandler ?? makeTransport(this.#transport);
    const client = new this.cloud.Client({
      ...this.emulator[this.cloud.name],
      clock: this.clock,
      ...options,
      requestHandler,
    });
    this.#clients.push(client);
    return client;
  }

  put(Key: string, Body: BodyInput, client: Client = this.client) {
    return client.send(new this.commands.PutObjectCommand({ Bucket: this.Bucket, Key, Body }));
  }

  async get(Key: string, client: Client = this.client): Promise<Buffer> {
    const { Body } = await client.send(new this.commands.GetObjectCommand({ Bucket: this.Bucket, Key }));
    return Buffer.from(await Body.bytes());
  }

  /** What the service holds, whatever faults are set; `undefined` for nothing. */
  async stored(Key: string): Promise<Buffer | undefined> {
    const { faults } = this.emulator;
    this.emulator.faults = undefined;
    try {
      return await this.get(Key);
    } catch (error) {
      expect(error).toMatchObject({ code: "NoSuchKey" });
      return undefined;
    } finally {
      this.emulator.faults = faults;
    }
  }

  async end(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.emulator.close();
  }
}

/** Gives each test of a block its own stage. */
export function useStage(cloud: Cloud, transport: TransportName = "node:http", options: EmulatorOptions = {}): Stage {
  let stage: Stage;
  beforeEach(async () => {
    stage = new Stage(cloud, transport, await startEmulator({ buckets: { [cloud.name]: [cloud.Bucket] }, ...options }));
  });
  afterEach(() => stage.end());
  return new Proxy({} as Stage, {
    get(_, name) {
      const value: unknown = Reflect.get(stage, name, stage);
      return typeof value === "function" ? value.bind(stage) : value;
    },
  });
}

/** What a promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<any> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  expect.fail(`it should have been rejected, and gave ${String(value)}`);
}

/** Whatever a stream does, nothing may reach the process: what did, in the test that is running, is an error of it. */
export function guardProcess(): void {
  const caught: unknown[] = [];
  const note = (error: unknown): void => void caught.push(error);
  beforeEach(() => {
    caught.length = 0;
    process.on("uncaughtException", note);
    process.on("unhandledRejection", note);
  });
  afterEach(async () => {
    for (let turn = 0; turn < 3; turn++) await nextTurn();
    process.off("uncaughtException", note);
    process.off("unhandledRejection", note);
    expect(caught).toEqual([]);
  });
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits, as long as the test may last, for something that must come about. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}

/** A web stream of these pieces. */
export function webStream(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await iterator.return?.()),
  });
}

const patterns = new Map<string, Buffer>();

/** Bytes that differ from place to place, the same every time. Not to be written to. */
export function pattern(length: number, seed = 1): Buffer {
  const name = `${length}/${seed}`;
  const known = patterns.get(name);
  if (known) return known;
  const bytes = Buffer.alloc(length);
  let state = seed * 2654435761;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  patterns.set(name, bytes);
  return bytes;
}
