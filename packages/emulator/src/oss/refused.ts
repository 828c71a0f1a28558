import type { Verdict } from "@cosmoss/signer-oss";
import { ossFailure, type ServiceFailure } from "../http/errors.ts";
import { toText } from "../server/decode-input.ts";
import type { Exchange } from "../server/handler.ts";

/** What cannot be read of a signature is `InvalidArgument`, but for these. */
const DENIED: readonly string[] = [
  "OSS authentication requires a valid Date.",
  "Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters.",
  "Invalid date (should be seconds since epoch).",
];

/** The failure of a refused signature. */
export function refused(verdict: Verdict & { outcome: "refused" }, exchange: Exchange): ServiceFailure {
  const { message, accessKeyId = "" } = verdict;
  const fields = { OSSAccessKeyId: accessKeyId };
  switch (verdict.reason) {
    case "malformed":
      return ossFailure(DENIED.includes(message) ? "AccessDenied" : "InvalidArgument", { message });
    case "unknown-key":
      return ossFailure("InvalidAccessKeyId", { fields });
    case "skewed":
      return ossFailure("RequestTimeTooSkewed", {
        fields: {
          MaxAllowedSkewMilliseconds: "900000",
          RequestTime: requestTime(exchange.headers),
          ServerTime: new Date(exchange.clock.now()).toISOString(),
        },
      });
    case "mismatch":
      return mismatch(verdict, fields);
    case "expired":
    case "not-yet-valid":
      return ossFailure("AccessDenied", {
        message,
        fields: { ServerTime: new Date(exchange.clock.now()).toISOString() },
      });
    case "bad-token":
      return ossFailure("AccessKeyIdAndSecurityTokenNotMatch");
    case "expired-token":
      return ossFailure("SecurityTokenExpired");
  }
}

/** Names what was signed here, so that a client's author can lay it beside what was signed there. */
function mismatch(
  { signatureProvided, stringToSign, canonicalRequest }: Verdict & { outcome: "refused" },
  fields: { OSSAccessKeyId: string },
): ServiceFailure {
  return ossFailure("SignatureDoesNotMatch", {
    fields: {
      ...fields,
      ...(signatureProvided !== undefined && { SignatureProvided: signatureProvided }),
      ...(stringToSign !== undefined && {
        StringToSign: toText(stringToSign),
        StringToSignBytes: hexBytes(stringToSign),
      }),
      ...(canonicalRequest !== undefined && { CanonicalRequest: toText(canonicalRequest) }),
    },
  });
}

function hexBytes(bytes: string): string {
  return Array.from(Buffer.from(bytes, "latin1"), (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
}

/** The date that was signed, `20240229T235959Z` or an HTTP date, as the service writes dates. */
function requestTime(headers: { readonly [name: string]: string }): string {
  const text = headers["x-oss-date"] ?? headers["date"] ?? "";
  const time = Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  return Number.isNaN(time) ? text : new Date(time).toISOString();
}
