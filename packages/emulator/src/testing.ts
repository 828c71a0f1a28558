import { request as httpRequest } from "node:http";
import { ServiceError } from "@cosmoss/errors";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { afterEach, beforeEach } from "vitest";
import { type Emulator, type EmulatorOptions, startEmulator } from "./start-emulator.ts";

/** When the clock of {@link useEmulator} begins, milliseconds since the Unix epoch; the fraction of a second must not show. */
export const NOON: number = Date.UTC(2024, 4, 6, 12);

/** What {@link useEmulator} gives a test. */
export interface Used<Client> {
  clock: FakeClock;
  emulator: Emulator;
  client: Client;
}

/** Gives every test of a file an emulator of its own, a client of it, and their clock. */
export function useEmulator<Client extends { destroy(): void }>(
  options: EmulatorOptions,
  connect: (emulator: Emulator, clock: FakeClock) => Client,
): Used<Client> {
  const used = {} as Used<Client>;
  beforeEach(async () => {
    used.clock = new FakeClock(NOON + 789);
    used.emulator = await startEmulator({ clock: used.clock, ...options });
    used.client = connect(used.emulator, used.clock);
  });
  afterEach(async () => {
    used.client.destroy();
    await used.emulator.close();
  });
  return used;
}

/** A request as it goes out. */
export interface TargetRequest {
  /** Default: GET. */
  readonly method?: string;
  /** The request target: path and query, escaped. */
  readonly target: string;
  /** With an empty `content-length`, the request has neither length nor chunks. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What came back. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly text: string;
}

/** Sends a request target as it is. */
export function sendTarget(
  port: number,
  { method = "GET", target, headers = {}, body }: TargetRequest,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: "127.0.0.1", port, method, path: target, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            rawHeaders: response.rawHeaders,
            text: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    request.on("error", reject);
    if (headers["content-length"] === "") {
      request.useChunkedEncodingByDefault = false;
      request.removeHeader("content-length");
    }
    if (body !== undefined) request.setHeader("content-length", Buffer.byteLength(body));
    request.end(body === undefined ? undefined : Buffer.from(body)); // Text would turn the head into UTF-8 with it.
  });
}

/** The text of an element of a document, entities left as they are. */
export function element(document: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(document)?.[1];
}

/** The error with which a service refused. Throws if it did not. */
export async function refusalOf(promise: Promise<unknown>): Promise<ServiceError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (ServiceError.isInstance(error)) return error;
  throw new Error("the service did not refuse", { cause: error });
}

/** Its status and code, as `"404 NoSuchKey"`. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const { statusCode, code } = await refusalOf(promise);
  return `${statusCode} ${code}`;
}
