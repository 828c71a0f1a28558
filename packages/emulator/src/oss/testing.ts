import { OSSClient } from "@cosmoss/client-oss";
import { SignerV1, SignerV4 } from "@cosmoss/signer-oss";
import type { Credentials, HttpRequest, Signer } from "@cosmoss/types";
import { escapePath, formatTarget } from "@cosmoss/uri";
import type { Emulator, EmulatorOptions } from "../start-emulator.ts";
import { NOON, type RawResponse, sendTarget, type TargetRequest, type Used, useEmulator } from "../testing.ts";

/** Gives every test of a file an emulator of its own with a bucket `photos`, a client of it, and their clock. */
export function useOss(options: EmulatorOptions = {}): Used<OSSClient> {
  return useEmulator(
    { buckets: { oss: ["photos"] }, ...options },
    (emulator, clock) => new OSSClient({ ...emulator.oss, clock, maxAttempts: 1 }),
  );
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

/** How tests sign. */
export interface Signing {
  /** Milliseconds since the Unix epoch; default {@link NOON}. */
  readonly time?: number;
  readonly credentials?: Credentials;
  readonly version?: "v1" | "v4";
  readonly region?: string;
}

/** Sends a request unsigned. */
export function sendAnonymous(emulator: Emulator, request: RawRequest): Promise<RawResponse> {
  const { method, path, query, headers } = toHttpRequest(emulator, request);
  return sendTarget(emulator.port, { method, target: formatTarget(path, query), headers, ...bodyOf(request) });
}

/** Signs a request in its header and sends it. */
export async function sendSigned(emulator: Emulator, request: RawRequest, signing: Signing = {}): Promise<RawResponse> {
  const signed = toHttpRequest(emulator, request);
  await signerOf(signing).sign(signed, signOptions(emulator, request, signing));
  const { method, path, query, headers } = signed;
  return sendTarget(emulator.port, { method, target: formatTarget(path, query), headers, ...bodyOf(request) });
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
  const { method, path, headers } = signed;
  return sendTarget(emulator.port, { method, target: `${path}?${query}`, headers, ...bodyOf(request) });
}

function bodyOf({ body }: RawRequest): Pick<TargetRequest, "body"> {
  return body === undefined ? {} : { body };
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
