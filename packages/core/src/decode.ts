import { DecodeError, ServiceError } from "@cosmoss/errors";
import type { AnyMember, HttpResponse, ResponseMetadata } from "@cosmoss/types";
import { readErrorXml } from "@cosmoss/xml-codec/error";
import { fromByteString } from "./byte-string.ts";
import type { SendContext } from "./send-context.ts";

/** Reads the members of an output, but for those of the document. */
export function decodeMembers(response: HttpResponse, context: SendContext): Record<string, unknown> {
  const output: Record<string, unknown> = {};
  const { headers } = response;
  const { operation } = context;
  const members = operation.output;
  for (const name in members) {
    const member = members[name]!;
    const { in: place, name: wire = name } = member;
    if (place === "header") {
      const value = headers[wire];
      if (value !== undefined) output[name] = scalar(value, member, name, context);
    } else if (place === "headers") {
      // Not by assignment: a name may be "__proto__".
      output[name] = Object.fromEntries(
        Object.keys(headers)
          .filter((header) => header.startsWith(wire))
          .map((header) => [header.slice(wire.length), fromByteString(headers[header]!)]),
      );
    } else if (place === "payload") output[name] = operation.download!(response, context);
    else if (member.list) output[name] = []; // Of a document that is left out, as the answer to a quiet deletion.
  }
  return output;
}

function scalar(value: string, { type }: AnyMember, name: string, context: SendContext): unknown {
  if (type === "bool") return value.toLowerCase() === "true";
  const isDate = type?.endsWith("-date");
  if (type !== "int" && !isDate) return fromByteString(value);
  const result = isDate ? new Date(value) : +(value || NaN);
  if (Number.isSafeInteger(+result)) return result;
  throw new DecodeError(`${context.subject}: ${name} is no ${isDate ? "date" : "whole number"}: ${value}`);
}

/** What the error of a status without a document is called. */
const CODES: Record<number, string> = {
  304: "NotModified",
  403: "Forbidden",
  404: "NotFound",
  412: "PreconditionFailed",
  416: "InvalidRange",
  503: "ServiceUnavailable",
};

/** The error of a response that is one, from its document where it has one. */
export function decodeError(
  { statusCode, headers }: HttpResponse,
  document: Record<string, string> | undefined,
  metadata: ResponseMetadata,
  { subject, resource }: SendContext,
): ServiceError {
  const {
    Code: code = CODES[statusCode] ?? "HTTP" + statusCode,
    Message = "no message",
    RequestId: requestId = metadata.requestId,
    HostId: hostId,
    EC: ec = headers["x-oss-ec"],
    ...details
  } = document ?? readErrorXml(decodeBase64(headers["x-oss-err"] ?? "")) ?? ({} as Record<string, string>);
  return new ServiceError(`${subject}: ${Message} (${code}, HTTP ${statusCode}, request ${requestId})`, {
    code,
    statusCode,
    requestId,
    hostId,
    ec,
    resource,
    details,
    response: { statusCode, headers },
    metadata,
  });
}

function decodeBase64(value: string): string {
  try {
    return fromByteString(atob(value));
  } catch {
    return ""; // Not base64: the status alone then names the error.
  }
}
