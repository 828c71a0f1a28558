import { ConfigError } from "@cosmoss/errors";
import type { HttpRequest, PresignOptions, QueryParameterBag, Signer, SignOptions } from "@cosmoss/types";
import { escapePath, escapeUri } from "@cosmoss/uri";
import { wellFormed } from "./byte-string.ts";
import { andThen, resourcePath, type V4Crypto } from "./signature.ts";
import {
  ALGORITHM,
  canonicalQuery,
  canonicalRequest,
  isSignedHeader,
  queryPair,
  secretKey,
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
  readonly head: string;
  readonly key: Key;
}

const MAX_KEYS = 16;
const MAX_EXPIRES_IN = 604_800;
const TOKEN = "x-oss-security-token";

/** A V4 signer over a crypto library. */
export function createSignerV4<Key>(options: SignerV4Options, crypto: V4Crypto<Key>): Signer {
  const { cloudBoxId, product = cloudBoxId ? "oss-cloudbox" : "oss", additionalHeaders = [] } = options;
  const region = cloudBoxId ?? options.region.replace("oss-", "");
  if (!region) throw new ConfigError("SignerV4 needs a region, such as cn-hangzhou");
  const extra = [...new Set(additionalHeaders.map((name) => name.toLowerCase()))]
    .filter((name) => !isSignedHeader(name))
    .sort();
  const keys = new Map<string, Key>();
  let last: Session<Key> | undefined;

  function sessionFor({ credentials, time }: SignOptions): Session<Key> {
    const { accessKeyId, accessKeySecret: secret } = credentials;
    const second = Math.floor(time / 1000);
    if (last?.second !== second || last.secret !== secret || last.accessKeyId !== accessKeyId) {
      const date = new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
      const scope = [date.slice(0, 8), region, product, TERMINATOR];
      const id = scope[0] + secret; // region and product are those of this signer
      const key = keys.get(id) ?? crypto.deriveKey(secretKey(secret), scope);
      if (keys.size >= MAX_KEYS) keys.clear();
      keys.set(id, key);
      const path = scope.join("/");
      const credential = `${accessKeyId}/${path}`;
      last = { second, accessKeyId, secret, date, credential, head: stringToSignHead(date, path), key };
    }
    return last;
  }

  function signature(
    { head, key }: Session<Key>,
    { method, headers }: HttpRequest,
    { bucket, key: name }: SignOptions,
    query: string,
    additional: readonly string[],
  ): string | Promise<string> {
    const uri = wellFormed(escapePath, resourcePath(bucket, name));
    const canonical = canonicalRequest(method, uri, query, additional, headers);
    return andThen(crypto.sha256(canonical), (digest) => crypto.hmac(key, head + digest));
  }

  const additionalOf = ({ headers }: HttpRequest): string[] => extra.filter((name) => headers[name] !== undefined);

  return {
    sign(request: HttpRequest, options: SignOptions): void | Promise<void> {
      const { headers } = request;
      const { securityToken } = options.credentials;
      const session = sessionFor(options);
      const additional = additionalOf(request);
      headers["x-oss-date"] = session.date;
      headers["x-oss-content-sha256"] = UNSIGNED_PAYLOAD;
      if (securityToken) headers[TOKEN] = securityToken;
      else delete headers[TOKEN];
      return andThen(signature(session, request, options, queryOf(request.query), additional), (value) => {
        const listed = additional.length ? `,AdditionalHeaders=${additional.join(";")}` : "";
        headers["authorization"] = `${ALGORITHM} Credential=${session.credential}${listed},Signature=${value}`;
      });
    },

    presign(request: HttpRequest, options: PresignOptions): string | Promise<string> {
      const { expiresIn } = options;
      if (!(Number.isInteger(expiresIn) && expiresIn > 0 && expiresIn <= MAX_EXPIRES_IN)) {
        throw new ConfigError(`expiresIn is ${expiresIn}: use whole seconds from 1 to ${MAX_EXPIRES_IN}`);
      }
      const { securityToken } = options.credentials;
      const session = sessionFor(options);
      const additional = additionalOf(request);
      const parameters: QueryParameterBag = {
        ...request.query,
        "x-oss-credential": session.credential,
        "x-oss-date": session.date,
        "x-oss-expires": `${expiresIn}`,
        "x-oss-signature-version": ALGORITHM,
      };
      if (additional.length) parameters["x-oss-additional-headers"] = additional.join(";");
      if (securityToken) parameters[TOKEN] = securityToken;
      const query = queryOf(parameters);
      return andThen(
        signature(session, request, options, query, additional),
        (value) => `${query}&x-oss-signature=${value}`,
      );
    },
  };
}

function queryOf(query: QueryParameterBag | undefined): string {
  const pairs: string[] = [];
  for (const name in query) {
    const value = query[name];
    for (const one of Array.isArray(value) ? value : [value]) {
      pairs.push(queryPair(wellFormed(escapeUri, name), wellFormed(escapeUri, one ?? "")));
    }
  }
  return canonicalQuery(pairs);
}
