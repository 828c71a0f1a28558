import { createHash } from "node:crypto";
import { COSClient } from "@cosmoss/client-cos";
import {
  GetObjectCommand,
  type GetObjectInput,
  PutObjectCommand,
  type PutObjectInput,
  type PutObjectOutput,
} from "@cosmoss/commands-cos";
import { SignerCOS } from "@cosmoss/signer-cos";
import type { Credentials } from "@cosmoss/types";
import { escapePath, formatTarget } from "@cosmoss/uri";
import type { Emulator, EmulatorOptions } from "../start-emulator.ts";
import { NOON, type RawResponse, sendTarget, type Used, useEmulator } from "../testing.ts";

/** The bucket that {@link useCos} makes. */
export const Bucket = "photos-1250000000";

/** Gives every test of a file an emulator of its own with {@link Bucket}, a client of it, and their clock. */
export function useCos(options: EmulatorOptions = {}): Used<COSClient> {
  return useEmulator(
    { buckets: { cos: [Bucket] }, ...options },
    (emulator, clock) => new COSClient({ ...emulator.cos, clock, maxAttempts: 1 }),
  );
}

/** Puts and gets objects of {@link Bucket} that are text. */
export function textObjects(cos: Used<COSClient>): {
  put(Key: string, Body: string, input?: Partial<PutObjectInput>): Promise<PutObjectOutput>;
  get(Key: string, input?: Partial<GetObjectInput>): Promise<string>;
} {
  return {
    put: (Key, Body, input) => cos.client.send(new PutObjectCommand({ Bucket, Key, Body, ...input })),
    async get(Key, input) {
      const { Body } = await cos.client.send(new GetObjectCommand({ Bucket, Key, ...input }));
      return Body.text();
    },
  };
}

/** The MD5 of a text. */
export const md5 = (text: string): Buffer => createHash("md5").update(text).digest();

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
