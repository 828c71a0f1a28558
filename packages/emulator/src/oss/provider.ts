import { verifyOss } from "@cosmoss/signer-oss";
import type { Clock, Random } from "@cosmoss/types";
import { escapeUri } from "@cosmoss/uri";
import { ossFailure } from "../http/errors.ts";
import { ossRequestId } from "../http/request-id.ts";
import type { Provider } from "../server/provider.ts";
import { checkAnonymous } from "./access.ts";
import { readCopySource } from "./copy-source.ts";
import { checkNames } from "./names.ts";
import { badArgument } from "./object-failures.ts";
import { refused } from "./refused.ts";
import { ossServices } from "./services.ts";
import { SUBRESOURCES } from "./subresources.ts";

/** Most bytes of a request document: that of a deletion of 1,000 long keys. */
const DOCUMENT_LIMIT = 2_097_152;

/** What the service says of an argument, where it is known to say something of its own. */
const ARGUMENT_MESSAGES: { readonly [name: string]: string } = {
  partNumber: "Part number must be an integer between 1 and 10000, inclusive.",
  "max-keys": "Argument max-keys must be an integer between 1 and 1000.",
  "max-uploads": "Argument max-uploads must be an integer between 1 and 1000.",
  "max-parts": "Argument max-parts must be an integer between 1 and 1000.",
};

/** Makes the emulator OSS. */
export function ossProvider({ clock, random }: { clock: Clock; random: Random }): Provider {
  return {
    name: "oss",
    services: ossServices(random),
    subresources: SUBRESOURCES,
    urlEncoding: { element: "EncodingType", escape: escapeUri },
    xmlDeclaration: '<?xml version="1.0" encoding="UTF-8"?>\n',
    namedEntitiesOnly: true,
    headers: (requestId, startedAt, now) => ({
      server: "AliyunOSS",
      date: new Date(now).toUTCString(),
      "x-oss-request-id": requestId,
      "x-oss-server-time": String(Math.max(0, Math.round(now - startedAt))),
    }),
    requestId: () => ossRequestId(clock.now(), random),
    verify: verifyOss,
    refused,
    checkAnonymous,
    checkNames,
    readCopySource,
    badArgument: (name, value) =>
      badArgument(name, value, ARGUMENT_MESSAGES[name] ?? `The value of ${name} is not valid.`),
    badDocument: (detail) => ossFailure("MalformedXML", { fields: { ErrorDetail: detail } }),
    badTarget: (detail) => ossFailure("InvalidURI", { fields: { ErrorDetail: detail } }),
    noSuchBucket: (name) => ossFailure("NoSuchBucket", { fields: { BucketName: name } }),
    notImplemented: (message) => ossFailure("NotImplemented", { message }),
    methodNotAllowed: (method) =>
      method === "POST"
        ? ossFailure("InvalidArgument", { message: "operation not support post: " })
        : ossFailure("MethodNotAllowed", { fields: { Method: method } }),
    internalError: () => ossFailure("InternalError"),
    documentLimit: DOCUMENT_LIMIT,
    documentTooLarge: () => ossFailure("EntityTooLarge", { fields: { MaxSizeAllowed: String(DOCUMENT_LIMIT) } }),
    badDigest: () => ossFailure("InvalidDigest"),
    missingDigest: () => ossFailure("MissingArgument", { fields: { ArgumentName: "Content-MD5" } }),
  };
}
