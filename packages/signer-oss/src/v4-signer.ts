import { ConfigError } from "@cosmoss/errors";
import type { HttpRequest, PresignOptions, QueryParameterBag, Signer, SignOptions } from "@cosmoss/types";
import { escapePath, escapeUri } from "@cosmoss/uri";
import { encodeWith, toText } from "./byte-string.ts";
import { andThen, resourcePath, type V4Crypto } from "./signature.ts";
import {
  ALGORITHM,
  canonicalQuery,
  canonicalRequest,
  isSignedHeader,
  queryPair,
  secretKey,
  signedLines,
  stringToSignHead,
  TERMINATOR,
  UNSIGNED_PAYLOAD,
} from "./v4-canonical.ts";

/** Options of {@link SignerV4}. @public */
export interface SignerV4Options {
  /** Region id of the bucket, such as `cn-hangzhou`; a leading `oss-` is dropped. */
  readonly region: string;
  /** Product of the credential scope; default `oss`, or `oss-cloudbox` with a {@link SignerV4Options.cloudBoxId}. */
  readonly product?: string;
  /** Id of a cloud box; it takes the place of the region. */
  readonly cloudBoxId?: string;
  /** Names of headers to sign besides `content-type`, `content-md5` and `x-oss-*`, where a request has them. */
  readonly additionalHeaders?: readonly string[];
}

/** What all signatures of one second with one key pair share. */
interface Session<Key> {
  readonly second: number;
  readonly accessKeyId: string;
  readonly secret: string;
  readonly date: string;
  readonly credential: string;
  readonly escapedCredential: string;
  readonly head: string;
  readonly key: Key;
}

const MAX_KEYS = 16;
const MAX_EXPIRES_IN = 604_800;

const escapeParameter = (text: string): string => encodeWith(escapeUri, text, "query");

/** A V4 signer over a crypto library. */
export function createSignerV4<Key>(options: SignerV4Options, crypto: V4Crypto<Key>): Signer {
  const { cloudBoxId, product = cloudBoxId ? "oss-cloudbox" : "oss", additionalHeaders = [] } = options;
  const region = cloudBoxId ?? options.region.replace(/^oss-/, "");
  if (!region) throw new ConfigError("SignerV4 needs a region, such as cn-hangzhou.");
  const extra = [...new Set(additionalHeaders.map((name) => name.toLowerCase()))]
    .filter((name) => !isSignedHeader(name))
    .sort();
  const keys = new Map<string, Key>();
  let last: Session<Key> | undefined;

  function keyFor(secret: string, day: string): Key {
    const id = day + secret; // region and product are those of this signer
    let key = keys.get(id);
    if (!key) {
      if (keys.size >= MAX_KEYS) keys.delete(keys.keys().next().value!);
      keys.set(id, (key = crypto.deriveKey(secretKey(secret), [day, region, product, TERMINATOR])));
    }
    return key;
  }

  function sessionFor({ credentials, time }: SignOptions): Session<Key> {
    const { accessKeyId, accessKeySecret: secret } = credentials;
    const second = Math.floor(time / 1000);
    if (last?.second !== second || last.secret !== secret || last.accessKeyId !== accessKeyId) {
      if (!accessKeyId || !secret) throw new ConfigError("The credentials lack an accessKeyId or accessKeySecret.");
      const date = new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
      const day = date.slice(0, 8);
      const scope = `${day}/${region}/${product}/${TERMINATOR}`;
      const credential = `${accessKeyId}/${scope}`;
      const escapedCredential = escapeParameter(credential);
      const head = stringToSignHead(date, scope);
      last = { second, accessKeyId, secret, date, credential, escapedCredential, head, key: keyFor(secret, day) };
    }
    return last;
  }

  function signature(
    { head, key }: Session<Key>,
    { method, headers }: HttpRequest,
    options: SignOptions,
    query: string,
    additional: readonly string[],
  ): string | Promise<string> {
    const uri = encodeWith(escapePath, resourcePath(options.bucket, options.key), "bucket or key");
    const lines = signedLines(headers, additional);
    const canonical = canonicalRequest(method, uri, query, lines, additional, headers);
    return andThen(crypto.sha256(toText(canonical, lines)), (digest) => crypto.hmac(key, head + digest));
  }

  const additionalOf = (request: HttpRequest): string[] => extra.filter((name) => request.headers[name] !== undefined);

  return {
    sign(request: HttpRequest, options: SignOptions): void | Promise<void> {
      const { headers } = request;
      const { securityToken } = options.credentials;
      const session = sessionFor(options);
      headers["x-oss-date"] = session.date;
      headers["x-oss-content-sha256"] = UNSIGNED_PAYLOAD;
      if (securityToken) headers["x-oss-security-token"] = securityToken;
      else if ("x-oss-security-token" in headers) delete headers["x-oss-security-token"];
      const additional = additionalOf(request);
      const query = canonicalQuery(queryPairs(request.query));
      return andThen(signature(session, request, options, query, additional), (value) => {
        const listed = additional.length ? ",AdditionalHeaders=" + additional.join(";") : "";
        headers["authorization"] = `${ALGORITHM} Credential=${session.credential}${listed},Signature=${value}`;
      });
    },

    presign(request: HttpRequest, options: PresignOptions): string | Promise<string> {
      const { expiresIn } = options;
      if (!(Number.isInteger(expiresIn) && expiresIn > 0 && expiresIn <= MAX_EXPIRES_IN)) {
        throw new ConfigError(`expiresIn is ${expiresIn}: use whole seconds, from 1 to ${MAX_EXPIRES_IN} (7 days).`);
      }
      const { securityToken } = options.credentials;
      const session = sessionFor(options);
      const additional = additionalOf(request);
      const pairs = queryPairs(request.query);
      if (additional.length) pairs.push("x-oss-additional-headers!" + escapeParameter(additional.join(";")));
      pairs.push("x-oss-credential!" + session.escapedCredential, "x-oss-date!" + session.date);
      pairs.push("x-oss-expires!" + expiresIn, "x-oss-signature-version!" + ALGORITHM);
      if (securityToken) pairs.push("x-oss-security-token!" + escapeParameter(securityToken));
      const query = canonicalQuery(pairs);
      const value = signature(session, request, options, query, additional);
      return andThen(value, (value) => query + "&x-oss-signature=" + value);
    },
  };
}

function queryPairs(query: QueryParameterBag | undefined): string[] {
  const pairs: string[] = [];
  for (const name in query) {
    const escaped = escapeParameter(name);
    const value = query[name];
    if (typeof value !== "object") pairs.push(queryPair(escaped, escapeParameter(value ?? "")));
    else for (const one of value ?? [""]) pairs.push(queryPair(escaped, escapeParameter(one)));
  }
  return pairs;
}
