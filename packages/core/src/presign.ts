import { ConfigError } from "@cosmoss/errors";
import type { Command } from "./command.ts";
import type { SigningConfig } from "./config.ts";
import { encodeRequest } from "./encode.ts";

/** Options of {@link presign}. @public */
export interface PresignOptions {
  /** Seconds for which the URL is good; default 900; OSS V4 allows up to 604800 (7 days). */
  expiresIn?: number;
}

/** A request that anyone may send until it expires. @public */
export interface PresignedRequest {
  url: string;
  method: string;
  /** Send exactly these: they are signed. */
  headers: Record<string, string>;
  /** The document to send, for a command that has one. A payload is the sender's own. */
  body?: string;
  /** The end of the URL, or of the token it was signed with when that is earlier. */
  expiresAt: Date;
}

/**
 * Signs a command's request as a URL without sending it. Throws a `ConfigError` for input that cannot work, for keys that
 * have expired, and for a client without keys. @public
 */
export async function presign<Input extends object, Output extends object>(
  client: { readonly config: SigningConfig },
  command: Command<Input, Output>,
  { expiresIn = 900 }: PresignOptions = {},
): Promise<PresignedRequest> {
  const { config } = client;
  const { _operation: operation, input } = Object(command) as Command<Input, Output>;
  if (!operation) throw new ConfigError("presign: expected a client and a command");
  const credentials = await config.credentials?.();
  const refuse = (reason: string): never => {
    throw new ConfigError(`presign ${operation.name}: ${reason}`);
  };
  if (!credentials) return refuse("the client has no credentials");
  if (!Number.isSafeInteger(expiresIn) || expiresIn < 1) {
    refuse(`expiresIn: expected a whole number from 1, got ${expiresIn}`);
  }
  // Signatures count in seconds, and what is stated must not be later than what is signed.
  const time = Math.floor((config.clock.now() + config.skew.offset) / 1000) * 1000;
  const { expiration } = credentials;
  if (expiration) expiresIn = Math.min(expiresIn, Math.floor((expiration.getTime() - time) / 1000));
  if (expiresIn < 1) refuse(`the credentials expired at ${expiration!.toISOString()}`);

  const { request, bucket, key } = encodeRequest(operation, input, config);
  const { protocol, hostname, port, path, method, headers, body } = request;
  const query = await config.signer.presign(request, {
    bucket,
    key,
    credentials,
    time,
    expiresIn: expiresIn + (config.signer.leadSeconds ?? 0),
  });
  const signed: PresignedRequest = {
    url: `${protocol}//${hostname}${port === undefined ? "" : ":" + port}${path}?${query}`,
    method,
    headers,
    expiresAt: new Date(time + expiresIn * 1000),
  };
  if (body) signed.body = body;
  return signed;
}
