import { request as httpRequest } from "node:http";
import { COSClient } from "@cosmoss/client-cos";
import { ServiceError } from "@cosmoss/errors";
import { SignerCOS } from "@cosmoss/signer-cos";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import type { Credentials } from "@cosmoss/types";
import { escapePath, formatTarget } from "@cosmoss/uri";
import { afterEach, beforeEach } from "vitest";
import { type Emulator, type EmulatorOptions, startEmulator } from "../start-emulator.ts";

/** When the clock of {@link useCos} begins, milliseconds since the Unix epoch; the fraction of a second must not show. */
export const NOON: number = Date.UTC(2024, 4, 6, 12);

/** The bucket that {@link useCos} makes. */
export const Bucket = "photos-1250000000";

/** Gives every test of a file an emulator of its own with {@link Bucket}, a client of it, and their clock. */
export function useCos(options: EmulatorOptions = {}): { clock: FakeClock; emulator: Emulator; client: COSClient } {
  const used = {} as { clock: FakeClock; emulator: Emulator; client: COSClient };
  beforeEach(async () => {
    const clock = (used.clock = new FakeClock(NOON + 789));
    used.emulator = await startEmulator({ clock, buckets: { cos: [Bucket] }, ...options });
    used.client = new COSClient({ ...used.emulator.cos, clock, maxAttempts: 1 });
  });
  afterEach(async () => {
    used.client.destroy();
    await used.emulator.close();
  });
  return used;
}

/** What tests send that the client would not. */
export interface RawRequest {
  readonly method?: string;
  /** Default: the bucket and the key as a path, as for an IP address. */
  readonly host?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | null>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What came back. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly text: string;
}

/** Sends a request target as it is, unsigned. */
export function sendTarget(
  port: number,
  { method = "GET", target, headers = {}, body }: Omit<RawRequest, "path" | "query"> & { readonly target: string },
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
    if (body !== undefined) request.setHeader("content-length", Buffer.byteLength(body));
    request.end(body);
  });
}

/** Sends a request unsigned. `path` is not escaped yet. */
export function sendAnonymous(emulator: Emulator, request: RawRequest): Promise<RawResponse> {
  const target = formatTarget(escapePath(request.path), { ...request.query });
  const host = request.host ?? `127.0.0.1:${emulator.port}`;
  return sendTarget(emulator.port, { ...request, target, headers: { ...request.headers, host } });
}

/** Signs a request in its header and sends it; `time` is in milliseconds since the Unix epoch, by default {@link NOON}. */
export async function sendSigned(
  emulator: Emulator,
  request: RawRequest,
  { time = NOON, credentials = emulator.credentials }: { time?: number; credentials?: Credentials } = {},
): Promise<RawResponse> {
  const host = request.host ?? `127.0.0.1:${emulator.port}`;
  const [hostname = "", port] = host.split(":");
  const signed = {
    method: request.method ?? "GET",
    protocol: "http:",
    hostname,
    ...(port !== undefined && { port: Number(port) }),
    path: escapePath(request.path),
    query: { ...request.query },
    headers: { ...request.headers },
  };
  await new SignerCOS().sign(signed, { credentials, time });
  const { body } = request;
  return sendTarget(emulator.port, {
    method: signed.method,
    target: formatTarget(signed.path, signed.query),
    headers: { ...signed.headers, host },
    ...(body !== undefined && { body }),
  });
}

/** The text of an element of a document. */
export function element(document: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(document)?.[1];
}

/** The error with which a service refused. Throws if it did not. */
export async function refusalOf(promise: Promise<unknown>): Promise<ServiceError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!ServiceError.isInstance(error)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

/** Its status and code, as `"404 NoSuchKey"`. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const { statusCode, code } = await refusalOf(promise);
  return `${statusCode} ${code}`;
}
