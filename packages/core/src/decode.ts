import { DecodeError, ServiceError } from "@cosmoss/errors";
import type { AnyMember, AnyOperation, HttpResponse, ResponseMetadata } from "@cosmoss/types";
import { readErrorXml } from "@cosmoss/xml-codec/error";
import { fromByteString } from "./byte-string.ts";

/** Reads the header members of an output. */
export function decodeHeaders(operation: AnyOperation, response: HttpResponse): Record<string, unknown> {
  const output: Record<string, unknown> = {};
  const { headers } = response;
  for (const name in operation.output) {
    const member = operation.output[name] as AnyMember;
    if (member.in === "header") {
      const value = headers[member.name ?? name];
      if (value !== undefined) output[name] = scalar(value, member, operation.name + ": " + name);
    } else if (member.in === "headers") {
      const prefix = member.name as string;
      const found = Object.keys(headers).filter((header) => header.startsWith(prefix));
      // Not by assignment: a name may be "__proto__".
      output[name] = Object.fromEntries(
        found.map((header) => [header.slice(prefix.length), fromByteString(headers[header]!)]),
      );
    }
  }
  return output;
}

function scalar(value: string, member: AnyMember, where: string): unknown {
  switch (member.type) {
    case "int": {
      const number = Number(value);
      if (value === "" || !Number.isSafeInteger(number))
        throw new DecodeError(`${where}: not a whole number: ${value}`);
      return number;
    }
    case "bool":
      return value.toLowerCase() === "true";
    case "iso-date":
    case "http-date": {
      const date = new Date(value);
      if (Number.isNaN(date.getTime())) throw new DecodeError(`${where}: not a date: ${value}`);
      return date;
    }
    default:
      return fromByteString(value);
  }
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

/** The error of a response that is one. */
export function decodeError(
  operation: AnyOperation,
  response: HttpResponse,
  document: Record<string, string> | undefined,
  metadata: ResponseMetadata,
  resource: string | undefined,
): ServiceError {
  const { statusCode, headers } = response;
  const encoded = headers["x-oss-err"];
  const { Code, Message, RequestId, HostId, EC, ...details } =
    document ??
    (encoded === undefined ? undefined : readErrorXml(decodeBase64(encoded))) ??
    ({} as Record<string, string>);
  const code = Code ?? CODES[statusCode] ?? "HTTP" + statusCode;
  const requestId = RequestId ?? metadata.requestId;
  const message = `${operation.name} ${resource ?? ""}: ${Message ?? "refused without a message"} (${code}, HTTP ${statusCode}, request ${requestId})`;
  return new ServiceError(message, {
    code,
    statusCode,
    requestId,
    hostId: HostId,
    ec: EC ?? headers["x-oss-ec"],
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
