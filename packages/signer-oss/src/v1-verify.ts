import { utf8 } from "./byte-string.ts";
import { repeated, valuesOf, type ReadRequest } from "./raw-request.ts";
import { resourcePath, type V1Crypto } from "./signature.ts";
import { stringToSign } from "./v1-canonical.ts";
import { SKEWED, skewOf, type Claim, type Unreadable, type VerifyOptions } from "./verdict.ts";

const DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const AUTH_PARAMETERS = ["OSSAccessKeyId", "Expires", "Signature", "security-token"];

/** Reads `Authorization: OSS id:signature`. */
export function readV1Header(request: ReadRequest, options: VerifyOptions, crypto: V1Crypto): Claim | Unreadable {
  const scheme = "oss-v1-header";
  const [, accessKeyId, signature] = /^OSS (.+):([^:]+)$/.exec(request.authorizations[0]!) ?? [];
  if (!accessKeyId || !signature) return { scheme, problem: "The Authorization header is not `OSS <id>:<signature>`." };
  const date = request.headers["x-oss-date"] ?? request.headers["date"] ?? "";
  const time = DATE.test(date) ? Date.parse(date) : NaN;
  if (Number.isNaN(time)) return { scheme, problem: "OSS authentication requires a valid Date." };
  const token = request.headers["x-oss-security-token"] ?? valuesOf(request, "security-token")[0];
  const objection = skewOf(options, time) ? SKEWED : undefined;
  return { scheme, accessKeyId, signature, token, objection, compute: computer(request, options, crypto, date) };
}

/** Reads `OSSAccessKeyId`, `Expires` and `Signature` of a signed URL. */
export function readV1Query(request: ReadRequest, options: VerifyOptions, crypto: V1Crypto): Claim | Unreadable {
  const scheme = "oss-v1-query";
  const twice = repeated(request, AUTH_PARAMETERS);
  if (twice.length) return { scheme, problem: `The query has more than one ${twice.join(", ")}.` };
  const [accessKeyId, expires, signature, token] = AUTH_PARAMETERS.map((name) => valuesOf(request, name)[0]);
  if (!accessKeyId || !expires || !signature) {
    return {
      scheme,
      problem: "Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters.",
    };
  }
  if (!/^\d{1,12}$/.test(expires)) return { scheme, problem: "Invalid date (should be seconds since epoch)." };
  return {
    scheme,
    accessKeyId,
    signature,
    token: token ?? request.headers["x-oss-security-token"],
    objection:
      options.now > Number(expires) * 1000 ? { reason: "expired", message: "Request has expired." } : undefined,
    compute: computer(request, options, crypto, expires),
  };
}

function computer(request: ReadRequest, options: VerifyOptions, crypto: V1Crypto, date: string): Claim["compute"] {
  return async (secret) => {
    const path = utf8(resourcePath(options.bucket, options.key));
    const text = stringToSign(request.method, request.headers, date, path, request.parameters);
    return { stringToSign: text, signature: await crypto(secret, text) };
  };
}
