import { ConfigError } from "@cosmoss/errors";
import type { Credentials, HttpRequest, PresignOptions, QueryParameterBag, Signer, SignOptions } from "@cosmoss/types";
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

/** What all signatures of one second with the same credentials share. */
interface Session {
  readonly date: string;
  readonly credential: string;
  /** The credential as a parameter. */
  readonly pair: string;
  /** The signature of a canonical request. */
  readonly sign: (canonical: string) => string | Promise<string>;
}

const MAX_KEYS = 16;
const MAX_EXPIRES_IN = 604_800;
const TOKEN = "x-oss-security-token";

const escape = (text: string): string => wellFormed(escapeUri, text);

/** A V4 signer over a crypto library. */
export function createSignerV4<Key>(options: SignerV4Options, crypto: V4Crypto<Key>): Signer {
  const { cloudBoxId, product = cloudBoxId ? "oss-cloudbox" : "oss", additionalHeaders = [] } = options;
  const region = cloudBoxId ?? options.region.replace(/^oss-/, "");
  if (!region) throw new ConfigError('SignerV4: region is missing, as "cn-hangzhou"');
  const wanted = [...new Set(additionalHeaders.map((name) => name.toLowerCase()))]
    .filter((name) => !isSignedHeader(name))
    .sort();
  const keys = new Map<string, Key>();
  let session: Session;
  let lastCredentials: Credentials | undefined;
  let lastSecond: number;

  function sessionFor({ credentials, time }: SignOptions): Session {
    const second = Math.floor(time / 1000);
    if (lastSecond !== second || lastCredentials !== credentials) {
      const secret = credentials.accessKeySecret;
      const date = new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
      const scope = [date.slice(0, 8), region, product, TERMINATOR];
      const id = scope[0] + secret; // region and product are those of this signer
      let key = keys.get(id);
      if (!key) {
        if (keys.size >= MAX_KEYS) keys.clear();
        keys.set(id, (key = crypto.deriveKey(secretKey(secret), scope)));
      }
      const path = scope.join("/");
      const credential = `${credentials.accessKeyId}/${path}`;
      const pair = queryPair("x-oss-credential", escape(credential));
      const head = stringToSignHead(date, path);
      const sign: Session["sign"] = (canonical) =>
        andThen(crypto.sha256(canonical), (digest) => crypto.hmac(key, head + digest));
      session = { date, credential, pair, sign };
      lastSecond = second;
      lastCredentials = credentials;
    }
    return session;
  }

  function signature(
    session: Session,
    request: HttpRequest,
    options: SignOptions,
    query: string,
    additional: readonly string[],
  ): string | Promise<string> {
    return session.sign(
      canonicalRequest(
        request.method,
        wellFormed(escapePath, resourcePath(options.bucket, options.key)),
        query,
        additional,
        request.headers,
      ),
    );
  }

  const additionalOf = ({ headers }: HttpRequest): string[] => wanted.filter((name) => name in headers);

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
      return andThen(
        signature(session, request, options, canonicalQuery(queryPairs(request.query)), additional),
        (value) => {
          const listed = additional.length ? `,AdditionalHeaders=${additional.join(";")}` : "";
          headers["authorization"] = `${ALGORITHM} Credential=${session.credential}${listed},Signature=${value}`;
        },
      );
    },

    presign(request: HttpRequest, options: PresignOptions): string | Promise<string> {
      const { expiresIn } = options;
      if (!Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > MAX_EXPIRES_IN) {
        throw new ConfigError(`expiresIn: expected a whole number from 1 to ${MAX_EXPIRES_IN}, got ${expiresIn}`);
      }
      const { securityToken } = options.credentials;
      const session = sessionFor(options);
      const additional = additionalOf(request);
      const pairs = queryPairs(request.query);
      pairs.push(session.pair, `x-oss-date!${session.date}`, `x-oss-expires!${expiresIn}`);
      pairs.push(`x-oss-signature-version!${ALGORITHM}`);
      if (additional.length) pairs.push(queryPair("x-oss-additional-headers", escape(additional.join(";"))));
      if (securityToken) pairs.push(queryPair(TOKEN, escape(securityToken)));
      const query = canonicalQuery(pairs);
      return andThen(
        signature(session, request, options, query, additional),
        (value) => `${query}&x-oss-signature=${value}`,
      );
    },
  };
}

function queryPairs(query: QueryParameterBag | undefined): string[] {
  const pairs: string[] = [];
  for (const name in query) {
    const value = query[name];
    for (const one of Array.isArray(value) ? value : [value]) pairs.push(queryPair(escape(name), escape(one ?? "")));
  }
  return pairs;
}
