import { escapePath } from "@cosmoss/uri";
import { escapeBytes, wellFormed } from "./byte-string.ts";
import { repeated, valuesOf, type ReadRequest } from "./raw-request.ts";
import { resourcePath, type V4Crypto } from "./signature.ts";
import {
  ALGORITHM,
  canonicalQuery,
  canonicalRequest,
  secretKey,
  queryPair,
  stringToSignHead,
  TERMINATOR,
} from "./v4-canonical.ts";
import { SKEWED, skewOf, type Claim, type Refusal, type Unreadable, type VerifyOptions } from "./verdict.ts";

const AUTH_PARAMETERS = [
  "x-oss-signature-version",
  "x-oss-credential",
  "x-oss-date",
  "x-oss-expires",
  "x-oss-signature",
  "x-oss-additional-headers",
  "x-oss-security-token",
];

/** What both carriers say. */
interface Parts {
  readonly scheme: string;
  readonly credential: string;
  readonly date: string;
  readonly signature: string;
  /** Absent when the request has no such list. */
  readonly additional: string | undefined;
  readonly token: string | undefined;
}

/** Reads `Authorization: OSS4-HMAC-SHA256 …`. */
export function readV4Header<Key>(
  request: ReadRequest,
  options: VerifyOptions,
  crypto: V4Crypto<Key>,
): Claim | Unreadable {
  const scheme = "oss-v4-header";
  const fields = new Map<string, string>();
  for (const piece of request.authorizations[0]!.slice(ALGORITHM.length).split(",")) {
    const [, name, value] = /^\s*(Credential|AdditionalHeaders|Signature)=(.*?)\s*$/.exec(piece) ?? [];
    if (!name || value === undefined || fields.has(name)) {
      return {
        scheme,
        problem: "The Authorization header is not made of one Credential, AdditionalHeaders, Signature.",
      };
    }
    fields.set(name, value);
  }
  const { headers } = request;
  return readParts(
    {
      scheme,
      credential: fields.get("Credential") ?? "",
      signature: fields.get("Signature") ?? "",
      additional: fields.get("AdditionalHeaders"),
      date: headers["x-oss-date"] ?? "",
      token: headers["x-oss-security-token"],
    },
    request,
    options,
    crypto,
    (time) => (skewOf(options, time) ? SKEWED : undefined),
  );
}

/** Reads the `x-oss-…` parameters of a signed URL. */
export function readV4Query<Key>(
  request: ReadRequest,
  options: VerifyOptions,
  crypto: V4Crypto<Key>,
): Claim | Unreadable {
  const scheme = "oss-v4-query";
  const twice = repeated(request, AUTH_PARAMETERS);
  if (twice.length) return { scheme, problem: `The query has more than one ${twice.join(", ")}.` };
  const [version, credential = "", date = "", expires = "", signature = "", additional, token] = AUTH_PARAMETERS.map(
    (name) => valuesOf(request, name)[0],
  );
  if (version !== ALGORITHM) return { scheme, problem: `x-oss-signature-version is not ${ALGORITHM}.` };
  const lifetime = /^\d{1,6}$/.test(expires) ? Number(expires) : 0;
  if (lifetime < 1 || lifetime > 604_800) return { scheme, problem: "x-oss-expires is not from 1 to 604800." };
  return readParts(
    { scheme, credential, date, signature, additional, token: token ?? request.headers["x-oss-security-token"] },
    request,
    options,
    crypto,
    (time) => {
      if (options.now > time + lifetime * 1000) return { reason: "expired", message: "Request has expired." };
      return skewOf(options, time) > 0
        ? {
            reason: "not-yet-valid",
            message: "The request is dated in the future: x-oss-date is after the current time.",
          }
        : undefined;
    },
  );
}

function readParts<Key>(
  parts: Parts,
  request: ReadRequest,
  options: VerifyOptions,
  crypto: V4Crypto<Key>,
  objectionTo: (time: number) => Refusal | undefined,
): Claim | Unreadable {
  const { scheme, credential, date, signature, token } = parts;
  const fail = (problem: string): Unreadable => ({ scheme, problem });

  const [, accessKeyId, day, region, product] =
    /^(.+)\/(\d{8})\/([^/]+)\/([^/]+)\/aliyun_v4_request$/.exec(credential) ?? [];
  if (!accessKeyId || !day || !region || !product) {
    return fail(`The credential is not <id>/<day>/<region>/<product>/${TERMINATOR}.`);
  }
  if (!/^[0-9a-f]{64}$/.test(signature)) return fail("The signature is not 64 lower-case hexadecimal digits.");
  const time = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (Number.isNaN(time) || date.length !== 16) return fail("x-oss-date is not of the form 20240229T235959Z.");
  if (!date.startsWith(day)) return fail("The day of the credential is not that of x-oss-date.");
  if (product !== "oss" && product !== "oss-cloudbox") return fail("The product of the credential is not oss.");
  if (options.region !== undefined && region !== options.region.replace(/^oss-/, "")) {
    return fail("The region of the credential is not that of the bucket.");
  }
  const additional = parts.additional === undefined ? [] : parts.additional.split(";");
  for (const [i, name] of additional.entries()) {
    if (!name || name !== name.toLowerCase() || (i > 0 && name <= additional[i - 1]!)) {
      return fail("The additional headers are not lower-case names in order, each once, joined by semicolons.");
    }
    if (request.headers[name] === undefined) return fail("An additional header is not in the request.");
  }

  return {
    scheme,
    accessKeyId,
    signature,
    token,
    objection: objectionTo(time),
    async compute(secret) {
      const pairs = request.parameters
        .filter(([name]) => scheme === "oss-v4-header" || name !== "x-oss-signature")
        .map(([name, value]) => queryPair(escapeBytes(name), escapeBytes(value)));
      const uri = wellFormed(escapePath, resourcePath(options.bucket, options.key));
      const { method, headers } = request;
      const canonical = canonicalRequest(method, uri, canonicalQuery(pairs), additional, headers);
      const scope = [day, region, product, TERMINATOR];
      const text = stringToSignHead(date, scope.join("/")) + (await crypto.sha256(canonical));
      return {
        canonicalRequest: canonical,
        stringToSign: text,
        signature: await crypto.hmac(crypto.deriveKey(secretKey(secret), scope), text),
      };
    },
  };
}
