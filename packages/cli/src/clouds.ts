import type { OSSClientOptions } from "@cosmoss/client-oss";
import { TransferPool } from "@cosmoss/transfer";
import { type Access, type AccessOptions, findAccess } from "./access.ts";
import type { Environment } from "./environment.ts";
import type { ProviderName } from "./locations.ts";
import type { Printer } from "./output/printer.ts";
import { cosService } from "./services/cos.ts";
import { ossService } from "./services/oss.ts";
import type { Service } from "./services/service.ts";
import { parseCount, parseSize } from "./sizes.ts";

/** Milliseconds between two warnings. */
const WARN_EVERY = 30_000;

/** Options of the traffic of all transfers. */
export interface TrafficOptions {
  readonly parallel?: string;
  readonly limitRate?: string;
}

/** The clouds that a command works with; a client is made when it is first asked for. */
export class Clouds {
  readonly pool: TransferPool;
  /** Whether requests that fail are sent again later on, so that it takes a while until somebody is told. */
  triesAgain = false;
  #warned = -Infinity;
  readonly #environment: Environment;
  readonly #options: AccessOptions;
  readonly #printer: Printer;
  readonly #services = new Map<string, Promise<Service>>();
  readonly #clients = new Map<string, Service>();

  constructor(environment: Environment, options: AccessOptions & TrafficOptions, printer: Printer) {
    const { parallel, limitRate } = options;
    this.#environment = environment;
    this.#options = options;
    this.#printer = printer;
    this.pool = new TransferPool({
      clock: environment.clock,
      ...(parallel !== undefined && { concurrency: parseCount("--parallel", parallel, 1, 256) }),
      ...(limitRate !== undefined && { maxBytesPerSecond: parseSize("--limit-rate", limitRate) }),
    });
  }

  /** For a bucket, which may have an endpoint of its own. Rejects when it is not known how to reach it. */
  service(provider: ProviderName, bucket?: string): Promise<Service> {
    const name = `${provider}://${bucket ?? ""}`;
    let service = this.#services.get(name);
    if (!service) this.#services.set(name, (service = this.#find(provider, bucket)));
    return service;
  }

  /** Closes the connections. */
  destroy(): void {
    for (const service of this.#clients.values()) service.destroy();
  }

  async #find(provider: ProviderName, bucket: string | undefined): Promise<Service> {
    const access = await findAccess(provider, bucket, this.#options, this.#environment);
    const { endpoint, region, cname, pathStyle } = access;
    // Buckets that are reached in the same way share a client.
    const name = JSON.stringify([provider, endpoint, region, cname, pathStyle]);
    let service = this.#clients.get(name);
    if (!service) this.#clients.set(name, (service = this.#connect(provider, access)));
    return service;
  }

  #warn(message: string, name: string): void {
    this.#printer.detail(`${message}, ${name}`);
    const now = this.#environment.clock.now();
    if (!this.triesAgain || !["TransportError", "TimeoutError"].includes(name) || now - this.#warned < WARN_EVERY)
      return;
    this.#warned = now;
    this.#printer.note("cosmoss: warning: the network fails; trying again for a while");
  }

  #connect(provider: ProviderName, { source, warnings, ...access }: Access): Service {
    const { clock, random } = this.#environment;
    const printer = this.#printer;
    for (const warning of warnings) printer.note(`cosmoss: warning: ${warning}`);
    printer.detail(`${provider}: ${access.endpoint ?? access.region}, credentials from ${source}`);
    const options: OSSClientOptions = {
      ...access,
      clock,
      random,
      userAgent: "cosmoss-cli",
      logger: {
        debug: (subject: string, { httpStatusCode, requestId }: { httpStatusCode?: number; requestId?: string }) =>
          printer.detail(`${provider}: ${subject}, HTTP ${httpStatusCode}, request ${requestId}`),
        info: () => {},
        warn: (message: string, name: string) => this.#warn(`${provider}: ${message}`, name),
        error: () => {},
      },
    };
    return provider === "oss" ? ossService(options, this.pool) : cosService(options, this.pool);
  }
}
