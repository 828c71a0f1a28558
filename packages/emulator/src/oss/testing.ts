import { request as httpRequest } from "node:http";
import { OSSClient, ServiceError } from "@cosmoss/client-oss";
import { SignerV1, SignerV4 } from "@cosmoss/signer-oss";
import type { Credentials, HttpRequest, Signer } from "@cosmoss/types";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { escapePath, formatTarget } from "@cosmoss/uri";
import { afterEach, beforeEach } from "vitest";
import { type Emulator, type EmulatorOptions, startEmulator } from "../start-emulator.ts";

/** When the clock of {@link useOss} begins, milliseconds since the Unix epoch; the fraction of a second must not show. */
export const NOON: number = Date.UTC(2024, 4, 6, 12);

/** Gives every test of a file an emulator of its own with a bucket `photos`, a client of it, and their clock. */
export function useOss(options: EmulatorOptions = {}): { clock: FakeClock; emulator: Emulator; client: OSSClient } {
  const used = {} as { clock: FakeClock; emulator: Emulator; client: OSSClient };
  beforeEach(async () => {
    const clock = (used.clock = new FakeClock(NOON + 789));
    used.emulator = await startEmulator({ clock, buckets: { oss: ["photos"] }, ...options });
    used.client = new OSSClient({ ...used.emulator.oss, clock, maxAttempts: 1 });
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
  readonly bucket?: string;
  readonly key?: string;
  /** Default: the emulator's address, and the bucket as the first part of the path. */
  readonly host?: string;
  readonly query?: Readonly<Record<string, string | null>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What came back. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** How tests sign. */
export interface Signing {
  /** Milliseconds since the Unix epoch; default {@link NOON}. */
  readonly time?: number;
  readonly credentials?: Credentials;
  readonly version?: "v1" | "v4";
  readonly region?: string;
}

/** Sends a request target as it is. With an empty `content-length`, without length and chunks. */
export function sendTarget(
  port: number,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  body?: string | Uint8Array,
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

/** Sends a request unsigned. */
export function sendAnonymous(emulator: Emulator, request: RawRequest): Promise<RawResponse> {
  const { method, path, query, headers } = toHttpRequest(emulator, request);
  return sendTarget(emulator.port, method, formatTarget(path, query), headers, request.body);
}

/** Signs a request in its header and sends it. */
export async function sendSigned(emulator: Emulator, request: RawRequest, signing: Signing = {}): Promise<RawResponse> {
  const signed = toHttpRequest(emulator, request);
  await signerOf(signing).sign(signed, signOptions(emulator, request, signing));
  const { method, path, query, headers } = signed;
  return sendTarget(emulator.port, method, formatTarget(path, query), headers, request.body);
}

/** Signs a request in its query and sends it. */
export async function sendPresigned(
  emulator: Emulator,
  request: RawRequest,
  signing: Signing & { readonly expiresIn?: number } = {},
): Promise<RawResponse> {
  const signed = toHttpRequest(emulator, request);
  const options = { ...signOptions(emulator, request, signing), expiresIn: signing.expiresIn ?? 60 };
  const query = await signerOf(signing).presign(signed, options);
  return sendTarget(emulator.port, signed.method, `${signed.path}?${query}`, signed.headers, request.body);
}

/** The text of an element of a document, entities left as they are. */
export function element(document: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(document)?.[1];
}

/** The error with which the service refused. */
export async function failureOf(promise: Promise<unknown>): Promise<ServiceError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (ServiceError.isInstance(error)) return error;
  throw new Error("the service did not refuse", { cause: error });
}

/** Status and code of the error with which the service refused. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const { statusCode, code } = await failureOf(promise);
  return `${statusCode} ${code}`;
}

function toHttpRequest(
  emulator: Emulator,
  request: RawRequest,
): HttpRequest & { query: Record<string, string | null> } {
  const { bucket, key = "", host = `127.0.0.1:${emulator.port}` } = request;
  const [hostname = "", port] = host.split(":");
  const inPath = bucket !== undefined && request.host === undefined ? `/${bucket}/${key}` : `/${key}`;
  return {
    method: request.method ?? "GET",
    protocol: "http:",
    hostname,
    ...(port !== undefined && { port: Number(port) }),
    path: escapePath(inPath),
    query: { ...request.query },
    headers: { ...request.headers, host },
  };
}

function signerOf({ version = "v4", region = "cn-hangzhou" }: Signing): Signer {
  return version === "v1" ? new SignerV1({}) : new SignerV4({ region });
}

function signOptions(
  emulator: Emulator,
  { bucket, key }: RawRequest,
  { time = NOON, credentials = emulator.credentials }: Signing,
): { bucket: string | undefined; key: string | undefined; credentials: Credentials; time: number } {
  return { bucket, key, credentials, time };
}
