import { ConfigError } from "@cosmoss/errors";
import type { HttpRequest, PresignOptions, Signer, SignOptions } from "@cosmoss/types";
import { escapeUri, formatQuery } from "@cosmoss/uri";
import { utf8, wellFormed } from "./byte-string.ts";
import { andThen, resourcePath, type V1Crypto } from "./signature.ts";
import { stringToSign } from "./v1-canonical.ts";

/** Options of {@link SignerV1}: none today. @public */
// oxlint-disable-next-line typescript/no-empty-object-type -- keeps the constructor alike to the other signers'
export interface SignerV1Options {}

/** A V1 signer over a crypto library. */
export function createSignerV1(crypto: V1Crypto): Signer {
  function signature(
    request: HttpRequest,
    { bucket, key, credentials }: SignOptions,
    date: string,
    parameters: [string, string][],
  ): string | Promise<string> {
    const path = utf8(resourcePath(bucket, key));
    const text = stringToSign(request.method, request.headers, date, path, parameters);
    return crypto(credentials.accessKeySecret, text);
  }

  return {
    sign(request: HttpRequest, options: SignOptions): void | Promise<void> {
      const { headers } = request;
      const { accessKeyId, securityToken } = options.credentials;
      const date = new Date(options.time).toUTCString();
      headers["x-oss-date"] = date;
      if (securityToken) headers["x-oss-security-token"] = securityToken;
      else delete headers["x-oss-security-token"];
      return andThen(signature(request, options, date, parametersOf(request)), (value) => {
        headers["authorization"] = `OSS ${accessKeyId}:${value}`;
      });
    },

    presign(request: HttpRequest, options: PresignOptions): string | Promise<string> {
      const { expiresIn, time } = options;
      if (!(Number.isInteger(expiresIn) && expiresIn > 0)) {
        throw new ConfigError(`expiresIn is ${expiresIn}: use whole seconds, at least 1`);
      }
      const { accessKeyId, securityToken } = options.credentials;
      const expires = String(Math.floor(time / 1000) + expiresIn);
      const parameters = parametersOf(request);
      let query = wellFormed(formatQuery, request.query);
      if (query) query += "&";
      query += `OSSAccessKeyId=${wellFormed(escapeUri, accessKeyId)}&Expires=${expires}`;
      if (securityToken) {
        query += "&security-token=" + wellFormed(escapeUri, securityToken);
        parameters.push(["security-token", securityToken]);
      }
      return andThen(
        signature(request, options, expires, parameters),
        (value) => query + "&Signature=" + escapeUri(value),
      );
    },
  };
}

function parametersOf({ query }: HttpRequest): [string, string][] {
  const parameters: [string, string][] = [];
  for (const name in query) {
    const value = query[name];
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) parameters.push([utf8(name), utf8(first ?? "")]);
  }
  return parameters;
}
