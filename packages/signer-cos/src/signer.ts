import { ConfigError } from "@cosmoss/errors";
import type { HttpRequest, PresignOptions, Signer, SignOptions } from "@cosmoss/types";
import { escapeUri, formatQuery } from "@cosmoss/uri";
import { escapeBytes, trimValue, unescapeBytes, utf8, wellFormed } from "./byte-string.ts";
import { andThen, httpString, signEntries, stringToSign, type CosCrypto, type Entry } from "./canonical.ts";

/** Options of {@link SignerCOS}. @public */
export interface SignerCOSOptions {
  /** Seconds for which a signed header is good; default 900. Does not concern signed URLs. */
  readonly expiresIn?: number;
}

const MAX_KEYS = 16;
const TOKEN = "x-cos-security-token";

// Runtimes and proxies change content-length, transfer-encoding, expect and origin; the token is added after signing.
const SIGNED =
  /^(?:x-c(?:os|i)-(?!security-token$)|if-|(?:content-(?:disposition|encoding|md5|type)|cache-control|expires|range|pic-operations)$)/;

/** Seconds; for a clock that is ahead of the service's. */
const LEAD = 1;

const escape = (text: string): string => wellFormed(escapeUri, text);

/** A COS signer over a crypto library. */
export function createSignerCOS<Key>({ expiresIn = 900 }: SignerCOSOptions, crypto: CosCrypto<Key>): Signer {
  checkLifetime(expiresIn);
  const keys = new Map<string, Key>();

  function keyFor(secret: string, keyTime: string): Key {
    const id = keyTime + secret;
    let key = keys.get(id);
    if (!key) {
      if (keys.size >= MAX_KEYS) keys.clear();
      keys.set(id, (key = crypto.deriveKey(secret, keyTime)));
    }
    return key;
  }

  /** All of a signature; in a URL its parts are encoded, and the semicolon between two times is. */
  function signWith(
    request: HttpRequest,
    { credentials, time }: SignOptions,
    lifetime: number,
    semicolon: string,
    encode: (text: string) => string,
  ): string | Promise<string> {
    const start = Math.round(time / 1000) - LEAD;
    const end = start + lifetime;
    const keyTime = `${start};${end}`;
    const key = keyFor(credentials.accessKeySecret, keyTime);
    const parameters = signEntries(parameterEntries(request));
    const headers = signEntries(headerEntries(request));
    const text = httpString(request.method, unescapeBytes(request.path), parameters, headers);
    const window = start + semicolon + end;
    const fields =
      `q-sign-algorithm=sha1&q-ak=${encode(credentials.accessKeyId)}&q-sign-time=${window}&q-key-time=${window}` +
      `&q-header-list=${encode(headers.names)}&q-url-param-list=${encode(parameters.names)}&q-signature=`;
    const signature = andThen(crypto.sha1(text), (digest) => crypto.hmac(key, stringToSign(keyTime, digest)));
    return andThen(signature, (value) => fields + value);
  }

  return {
    leadSeconds: LEAD,
    sign(request: HttpRequest, options: SignOptions): void | Promise<void> {
      const { headers } = request;
      const { securityToken } = options.credentials;
      return andThen(signWith(request, options, expiresIn, ";", String), (value) => {
        headers["authorization"] = value;
        if (securityToken) headers[TOKEN] = securityToken;
        else delete headers[TOKEN];
      });
    },

    presign(request: HttpRequest, options: PresignOptions): string | Promise<string> {
      checkLifetime(options.expiresIn);
      const { securityToken } = options.credentials;
      const own = wellFormed(formatQuery, request.query);
      const rest = (securityToken ? `&${TOKEN}=${escape(securityToken)}` : "") + (own && "&" + own);
      return andThen(signWith(request, options, options.expiresIn, "%3B", escape), (value) => value + rest);
    },
  };
}

function checkLifetime(seconds: number): void {
  if (!Number.isInteger(seconds) || seconds < 1) {
    throw new ConfigError(`expiresIn: expected a whole number from 1, got ${seconds}`);
  }
}

function parameterEntries({ query }: HttpRequest): Entry[] {
  const entries: Entry[] = [];
  for (const name in query) {
    const value = query[name];
    const first = Array.isArray(value) ? value[0] : (value ?? "");
    if (first !== undefined) entries.push([utf8(name), escape(first)]);
  }
  return entries;
}

function headerEntries({ headers, hostname, port, protocol }: HttpRequest): Entry[] {
  const isOwnPort = !port || port === (protocol === "http:" ? 80 : 443);
  const host = headers["host"] ?? (isOwnPort ? hostname : `${hostname}:${port}`);
  const entries: Entry[] = [["host", escapeBytes(host)]];
  for (const name in headers) {
    if (SIGNED.test(name)) entries.push([name, escapeBytes(trimValue(headers[name]!))]);
  }
  return entries;
}
