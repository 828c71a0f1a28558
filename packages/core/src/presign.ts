import { ConfigError } from "@cosmoss/errors";
import type { Credentials } from "@cosmoss/types";
import type { Command } from "./command.ts";
import type { SigningConfig } from "./config.ts";
import { encodeRequest } from "./encode.ts";
import { isPromise } from "./middleware.ts";

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
export function presign<Input extends object, Output extends object>(
  client: { readonly config: SigningConfig },
  command: Command<Input, Output>,
  options?: PresignOptions,
): Promise<PresignedRequest> {
  try {
    const { config } = client;
    const credentials = config.credentials?.();
    const signed = isPromise(credentials)
      ? credentials.then((keys) => presignWith(config, command as Command<any, any>, options, keys))
      : presignWith(config, command as Command<any, any>, options, credentials);
    return isPromise(signed) ? signed : Promise.resolve(signed);
  } catch (error) {
    return Promise.reject(error);
  }
}

function presignWith(
  config: SigningConfig,
  command: Command<any, any>,
  options: PresignOptions | undefined,
  credentials: Credentials | undefined,
): PresignedRequest | Promise<PresignedRequest> {
  const operation = command._operation;
  if (!credentials) {
    throw new ConfigError(`presign ${operation.name}: the client has no credentials to sign with; give it some`);
  }
  let expiresIn = options?.expiresIn ?? 900;
  if (!Number.isSafeInteger(expiresIn) || expiresIn < 1) {
    throw new ConfigError(
      `presign ${operation.name}: expiresIn must be a whole number of seconds >= 1, got ${expiresIn}`,
    );
  }
  const time = config.clock.now() + config.skew.offset;
  const { expiration } = credentials;
  if (expiration && expiration.getTime() < time + expiresIn * 1000) {
    expiresIn = Math.floor((expiration.getTime() - time) / 1000);
    if (expiresIn < 1) {
      throw new ConfigError(
        `presign ${operation.name}: the credentials expired at ${expiration.toISOString()}; get new ones`,
      );
    }
  }
  const { request, bucket, key } = encodeRequest(operation, command.input, config);
  const { protocol, hostname, port, path, method, headers } = request;
  const query = config.signer.presign(request, { bucket, key, credentials, time, expiresIn });
  const finish = (text: string): PresignedRequest => {
    const signed: PresignedRequest = {
      url: `${protocol}//${hostname}${port === undefined ? "" : ":" + port}${path}?${text}`,
      method,
      headers,
      expiresAt: new Date(time + expiresIn * 1000),
    };
    if (typeof request.body === "string") signed.body = request.body;
    return signed;
  };
  return isPromise(query) ? query.then(finish) : finish(query);
}
