import { ConfigError } from "@cosmoss/errors";
import type { HttpRequest, PresignOptions, Signer, SignOptions } from "@cosmoss/types";
import { escapeUri, formatQuery } from "@cosmoss/uri";
import { encodeWith, escapeBytes, trimValue, utf8 } from "./byte-string.ts";
import { httpString, signEntries, stringToSign, type CosCrypto, type Entry } from "./canonical.ts";

/** Options of {@link SignerCOS}. @public */
export interface SignerCOSOptions {
  /** Seconds for which a signed header is good; default 900. Does not concern signed URLs. */
  readonly expiresIn?: number;
}

/** What a signature consists of besides its value. */
interface Parts {
  readonly accessKeyId: string;
  readonly keyTime: string;
  readonly headerList: string;
  readonly parameterList: string;
}

const MAX_KEYS = 16;

// Runtimes and proxies change content-length, transfer-encoding, expect and origin; the token is added after signing.
const SIGNED =
  /^(?:x-cos-(?!security-token$)|x-ci-(?!security-token$)|if-|(?:content-(?:disposition|encoding|md5|type)|cache-control|expires|range|pic-operations)$)/;

/** A COS signer over a crypto library. */
export function createSignerCOS<Key>({ expiresIn = 900 }: SignerCOSOptions, crypto: CosCrypto<Key>): Signer {
  checkLifetime(expiresIn);
  const keys = new Map<string, Key>();

  function keyFor(secret: string, keyTime: string): Key {
    const id = keyTime + secret;
    let key = keys.get(id);
    if (!key) {
      if (keys.size >= MAX_KEYS) keys.delete(keys.keys().next().value!);
      keys.set(id, (key = crypto.deriveKey(secret, keyTime)));
    }
    return key;
  }

  function signWith<T>(
    request: HttpRequest,
    { credentials, time }: SignOptions,
    lifetime: number,
    finish: (parts: Parts, signature: string) => T,
  ): T | Promise<T> {
    const { accessKeyId, accessKeySecret } = credentials;
    if (!accessKeyId || !accessKeySecret)
      throw new ConfigError("The credentials lack an accessKeyId or accessKeySecret.");
    const start = Math.round(time / 1000) - 1;
    const keyTime = `${start};${start + lifetime}`;
    const parameters = signEntries(parameterEntries(request));
    const headers = signEntries(headerEntries(request));
    const parts: Parts = {
      accessKeyId,
      keyTime,
      headerList: headers.names.join(";"),
      parameterList: parameters.names.join(";"),
    };
    const key = keyFor(accessKeySecret, keyTime);
    const withSignature = (signature: string): T => finish(parts, signature);
    const withDigest = (digest: string): T | Promise<T> => {
      const signature = crypto.hmac(key, stringToSign(keyTime, digest));
      return typeof signature === "string" ? withSignature(signature) : signature.then(withSignature);
    };
    const digest = crypto.sha1(httpString(request.method, unescapePath(request.path), parameters, headers));
    return typeof digest === "string" ? withDigest(digest) : digest.then(withDigest);
  }

  return {
    sign(request: HttpRequest, options: SignOptions): void | Promise<void> {
      return signWith(request, options, expiresIn, (parts, signature) => {
        const { headers } = request;
        const { securityToken } = options.credentials;
        headers["authorization"] = format(parts, signature);
        if (securityToken) headers["x-cos-security-token"] = securityToken;
        else if ("x-cos-security-token" in headers) delete headers["x-cos-security-token"];
      });
    },

    presign(request: HttpRequest, options: PresignOptions): string | Promise<string> {
      checkLifetime(options.expiresIn);
      const { securityToken } = options.credentials;
      const own = encodeWith(formatQuery, request.query, "query");
      const token = securityToken ? "&x-cos-security-token=" + escapeText(securityToken) : "";
      return signWith(request, options, options.expiresIn, (parts, signature) => {
        const escaped: Parts = {
          accessKeyId: escapeText(parts.accessKeyId),
          keyTime: parts.keyTime.replace(";", "%3B"),
          headerList: escapeUri(parts.headerList),
          parameterList: escapeUri(parts.parameterList),
        };
        return format(escaped, signature) + token + (own && "&" + own);
      });
    },
  };
}

function checkLifetime(seconds: number): void {
  if (!(Number.isInteger(seconds) && seconds > 0)) {
    throw new ConfigError(`expiresIn is ${seconds}: use whole seconds, at least 1.`);
  }
}

const escapeText = (text: string): string => encodeWith(escapeUri, text, "access key id or security token");

const format = ({ accessKeyId, keyTime, headerList, parameterList }: Parts, signature: string): string =>
  `q-sign-algorithm=sha1&q-ak=${accessKeyId}&q-sign-time=${keyTime}&q-key-time=${keyTime}` +
  `&q-header-list=${headerList}&q-url-param-list=${parameterList}&q-signature=${signature}`;

function unescapePath(path: string): string {
  try {
    return path.includes("%") ? decodeURIComponent(path) : path;
  } catch {
    throw new ConfigError("The path of the request is not percent-encoded UTF-8.");
  }
}

function parameterEntries({ query }: HttpRequest): Entry[] {
  const entries: Entry[] = [];
  for (const name in query) {
    const value = query[name];
    const first = Array.isArray(value) ? value[0] : (value ?? "");
    if (first === undefined) continue;
    entries.push({ name: utf8(name, "query"), escapedValue: encodeWith(escapeUri, first, "query") });
  }
  return entries;
}

const DEFAULT_PORTS: Record<string, number> = { "http:": 80, "https:": 443 };

function headerEntries({ headers, hostname, port, protocol }: HttpRequest): Entry[] {
  const host = headers["host"] ?? (port && port !== DEFAULT_PORTS[protocol] ? `${hostname}:${port}` : hostname);
  const entries: Entry[] = [{ name: "host", escapedValue: escapeBytes(host) }];
  for (const name in headers) {
    if (SIGNED.test(name)) entries.push({ name, escapedValue: escapeBytes(trimValue(headers[name]!)) });
  }
  return entries;
}
