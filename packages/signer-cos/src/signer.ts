import { ConfigError } from "@cosmoss/errors";
import type { HttpRequest, PresignOptions, Signer, SignOptions } from "@cosmoss/types";
import { escapeUri, formatQuery } from "@cosmoss/uri";
import { encodeWith, trimValue, unescapeBytes, utf8 } from "./byte-string.ts";
import { httpString, httpText, signEntries, stringToSign, type CosCrypto, type Entry } from "./canonical.ts";

/** Options of {@link SignerCOS}. @public */
export interface SignerCOSOptions {
  /** Seconds for which a signed header is good; default 900. Does not concern signed URLs. */
  readonly expiresIn?: number;
}

/** The fields of a signature, in their order in an `Authorization` header. */
type Fields = [name: string, value: string][];

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

  function signature(
    request: HttpRequest,
    { credentials, time }: SignOptions,
    lifetime: number,
    finish: (fields: Fields) => string,
  ): string | Promise<string> {
    const { accessKeyId, accessKeySecret } = credentials;
    const start = Math.round(time / 1000) - 1;
    const keyTime = `${start};${start + lifetime}`;
    const pathname = unescapeBytes(request.path);
    const parameters = signEntries(parameterEntries(request));
    const headers = signEntries(headerEntries(request));
    const text = httpString(request.method, pathname, parameters, headers);
    const key = keyFor(accessKeySecret, keyTime);
    const withSignature = (value: string): string =>
      finish([
        ["q-sign-algorithm", "sha1"],
        ["q-ak", accessKeyId],
        ["q-sign-time", keyTime],
        ["q-key-time", keyTime],
        ["q-header-list", headers.names.join(";")],
        ["q-url-param-list", parameters.names.join(";")],
        ["q-signature", value],
      ]);
    const withDigest = (digest: string): string | Promise<string> => {
      const value = crypto.hmac(key, stringToSign(keyTime, digest));
      return typeof value === "string" ? withSignature(value) : value.then(withSignature);
    };
    const digest = crypto.sha1(httpText(text, pathname));
    return typeof digest === "string" ? withDigest(digest) : digest.then(withDigest);
  }

  return {
    sign(request: HttpRequest, options: SignOptions): void | Promise<void> {
      const { headers } = request;
      const { securityToken } = options.credentials;
      const authorize = (authorization: string): void => {
        headers["authorization"] = authorization;
        if (securityToken) headers["x-cos-security-token"] = securityToken;
        else if ("x-cos-security-token" in headers) delete headers["x-cos-security-token"];
      };
      const text = signature(request, options, expiresIn, (fields) => join(fields, (value) => value));
      return typeof text === "string" ? authorize(text) : text.then(authorize);
    },

    presign(request: HttpRequest, options: PresignOptions): string | Promise<string> {
      checkLifetime(options.expiresIn);
      const { securityToken } = options.credentials;
      const own = encodeWith(formatQuery, request.query, "query");
      const token = securityToken ? "&x-cos-security-token=" + escapeText(securityToken) : "";
      return signature(
        request,
        options,
        options.expiresIn,
        (fields) => join(fields, escapeText) + token + (own && "&" + own),
      );
    },
  };
}

function checkLifetime(seconds: number): void {
  if (!(Number.isInteger(seconds) && seconds > 0)) {
    throw new ConfigError(`expiresIn is ${seconds}: use whole seconds, at least 1.`);
  }
}

const escapeText = (text: string): string => encodeWith(escapeUri, text, "access key id or security token");

const join = (fields: Fields, escape: (value: string) => string): string =>
  fields.map(([name, value]) => `${name}=${escape(value)}`).join("&");

function parameterEntries({ query }: HttpRequest): Entry[] {
  const entries: Entry[] = [];
  for (const name in query) {
    const value = query[name];
    const first = Array.isArray(value) ? value[0] : (value ?? "");
    if (first !== undefined) entries.push([utf8(name, "query"), utf8(first, "query")]);
  }
  return entries;
}

const DEFAULT_PORTS: Record<string, number> = { "http:": 80, "https:": 443 };

function headerEntries({ headers, hostname, port, protocol }: HttpRequest): Entry[] {
  const host = headers["host"] ?? (port && port !== DEFAULT_PORTS[protocol] ? `${hostname}:${port}` : hostname);
  const entries: Entry[] = [["host", host]];
  for (const name in headers) if (SIGNED.test(name)) entries.push([name, trimValue(headers[name]!)]);
  return entries;
}
