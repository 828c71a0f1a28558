import type { IncomingMessage } from "node:http";
import type { Clock, Credentials } from "@cosmoss/types";
import type { HostOptions } from "../http/hosts.ts";
import type { ProviderName } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { FaultHook } from "./faults.ts";
import type { Service } from "./handler.ts";
import type { Provider } from "./provider.ts";
import type { RequestLogEntry } from "./request-log.ts";
import type { Router } from "./router.ts";

/** What all requests of an emulator share. */
export interface Environment {
  readonly store: Store;
  readonly clock: Clock;
  readonly providers: { readonly [name in ProviderName]: Provider };
  readonly routers: { readonly [name in ProviderName]: Router<Service> };
  readonly regions: { readonly [name in ProviderName]: string };
  readonly ownerId: string;
  readonly hosts: HostOptions;
  findCredentials(accessKeyId: string): Credentials | undefined;
  faults(): FaultHook | undefined;
  log(entry: RequestLogEntry): void;
  connectionOf(request: IncomingMessage): number;
  /** The next number of a request. */
  count(): number;
}
