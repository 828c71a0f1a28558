import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { ConfigError } from "@cosmoss/errors";
import type { Clock, Credentials, Random } from "@cosmoss/types";
import { cosProvider } from "./cos/provider.ts";
import type { CnameTarget } from "./http/hosts.ts";
import { loseParts, type PartSelection } from "./lose-parts.ts";
import { ossProvider } from "./oss/provider.ts";
import type { Environment } from "./server/environment.ts";
import { answerRequest } from "./server/exchange.ts";
import type { FaultHook } from "./server/faults.ts";
import type { Service } from "./server/handler.ts";
import type { RequestLogEntry } from "./server/request-log.ts";
import { Router } from "./server/router.ts";
import { directoryStore } from "./store/directory.ts";
import { memoryStore } from "./store/memory.ts";
import type { ProviderName } from "./store/records.ts";
import type { Store } from "./store/store.ts";

/** Options of {@link startEmulator}. @public */
export interface EmulatorOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default `"127.0.0.1"`. */
  host?: string;
  /** Keeps everything in this directory, across restarts. Default: in memory. */
  directory?: string;
  /** The key pairs that may sign. Default: one, see {@link Emulator.credentials}. */
  credentials?: readonly Credentials[];
  /** Buckets to begin with, where they are not there yet. */
  buckets?: { readonly oss?: readonly string[]; readonly cos?: readonly string[] };
  /** Regions of requests to hosts that do not name one. Default `cn-hangzhou` and `ap-guangzhou`. */
  regions?: { readonly oss?: string; readonly cos?: string };
  /** Host names, in lower case, that stand for a bucket. */
  cnames?: { readonly [host: string]: CnameTarget };
  /** Host names below which buckets are found, as `{bucket}.localhost`. Default `["localhost"]`. */
  localDomains?: readonly string[];
  /** Default: the system's. */
  clock?: Clock;
  /** Default: `Math.random`. */
  random?: Random;
  /** What goes wrong; default nothing. */
  faults?: FaultHook;
  /** How many requests {@link Emulator.requests} keeps; default 10,000. */
  logLimit?: number;
}

/** What a client needs to use the emulator as one of the services. @public */
export interface EmulatedService {
  /** As `"http://127.0.0.1:49152"`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
}

/** A running emulator. @public */
export interface Emulator {
  /** As `"http://127.0.0.1:49152"`, for both services. */
  readonly url: string;
  readonly port: number;
  /** The first of the key pairs that may sign. */
  readonly credentials: Credentials;
  /** Options for an `OSSClient`: `new OSSClient(emulator.oss)`. */
  readonly oss: EmulatedService;
  /** Options for a `COSClient`: `new COSClient(emulator.cos)`. */
  readonly cos: EmulatedService;
  /** The requests so far, in the order in which they ended. */
  readonly requests: readonly RequestLogEntry[];
  /** What goes wrong; may be set at any time. */
  faults: FaultHook | undefined;
  /** Forgets {@link Emulator.requests}. */
  clearRequests(): void;
  /**
   * Loses parts of uploads that are under way, as a service might; the uploads stay. Gives how many it lost. Rejects with a
   * `ConfigError` when there is no such bucket.
   */
  loseParts(selection: PartSelection): Promise<number>;
  /** Ends all connections and releases everything. Resolves once no handle is left open. */
  close(): Promise<void>;
}

/** The key pair that signs when none is given. It opens nothing but an emulator. */
const DEFAULT_CREDENTIALS: Credentials = { accessKeyId: "emulator", accessKeySecret: "emulator-secret" };

/**
 * Starts both services on one port of this machine. Throws a `ConfigError` for options that cannot work, and rejects with
 * the system's error when the port is taken or the directory cannot be used. @public
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const {
    host = "127.0.0.1",
    credentials = [DEFAULT_CREDENTIALS],
    logLimit = 10_000,
    random = () => Math.random(),
  } = options;
  const [main] = credentials;
  if (!main) throw new ConfigError("emulator: credentials is empty; leave it out or give at least one key pair");
  const clock = options.clock ?? systemClock;
  const regions = { oss: options.regions?.oss ?? "cn-hangzhou", cos: options.regions?.cos ?? "ap-guangzhou" };
  const store = options.directory === undefined ? memoryStore() : await directoryStore(options.directory);
  const providers = { oss: ossProvider({ clock, random }), cos: cosProvider({ clock, random }) };
  const requests: RequestLogEntry[] = [];
  const connections = new WeakMap<Socket, number>();
  const running = new Set<Promise<void>>();
  let connectionCount = 0;
  let requestCount = 0;
  let faults = options.faults;

  const environment: Environment = {
    store,
    clock,
    providers,
    routers: {
      oss: new Router<Service>(providers.oss.services, providers.oss.subresources),
      cos: new Router<Service>(providers.cos.services, providers.cos.subresources),
    },
    regions,
    ownerId: "1250000000",
    hosts: {
      cnames: new Map(Object.entries(options.cnames ?? {})),
      ...(options.localDomains && { localDomains: options.localDomains }),
    },
    findCredentials: (accessKeyId) => credentials.find((pair) => pair.accessKeyId === accessKeyId),
    faults: () => faults,
    log(entry) {
      if (requests.length >= logLimit) requests.shift();
      requests.push(entry);
    },
    connectionOf: ({ socket }: IncomingMessage) => connections.get(socket) ?? 0,
    count: () => requestCount++,
  };
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
    const answering = answerRequest(environment, request, response).finally(() => running.delete(answering));
    running.add(answering);
  });
  server.on("connection", (socket) => connections.set(socket, ++connectionCount));
  try {
    await createBuckets(store, options, clock, regions);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(options.port ?? 0, host, resolve);
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return {
    url,
    port,
    credentials: main,
    oss: { endpoint: url, region: regions.oss, credentials: main },
    cos: { endpoint: url, region: regions.cos, credentials: main },
    requests,
    get faults() {
      return faults;
    },
    set faults(hook) {
      faults = hook;
    },
    clearRequests() {
      requests.length = 0;
    },
    loseParts: (selection) => loseParts(store, selection),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await Promise.all(running);
      await store.close();
    },
  };
}

async function createBuckets(
  store: Store,
  { buckets = {} }: EmulatorOptions,
  clock: Clock,
  regions: { readonly [name in ProviderName]: string },
): Promise<void> {
  for (const provider of ["oss", "cos"] as const) {
    for (const name of buckets[provider] ?? []) {
      if (store.bucket(provider, name)) continue;
      await store.createBucket(provider, { name, createdAt: clock.now(), attributes: { region: regions[provider] } });
    }
  }
}

const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
