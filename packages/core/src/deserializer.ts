import { DecodeError } from "@cosmoss/errors";
import type { AnyOperation, HttpResponse, Pluggable, ResponseMetadata } from "@cosmoss/types";
import { readErrorXml } from "@cosmoss/xml-codec/error";
import { discard, readText } from "./byte-source.ts";
import type { ClientConfig } from "./config.ts";
import { decodeError, decodeHeaders } from "./decode.ts";
import type { SendContext } from "./send-context.ts";
import { totalTimeout } from "./total-timeout.ts";
import { toFailure } from "./transport-failure.ts";

/** No document of either service is longer; a listing of 1,000 keys of the longest kind has about 8 MiB. */
const DOCUMENT_LIMIT = 64 << 20;
const ERROR_LIMIT = 1 << 20;

/** Reads each response, inside retry. Its middleware is `deserializerMiddleware`. */
export function deserializerPlugin(config: ClientConfig): Pluggable<any, any> {
  return {
    applyToStack(stack) {
      stack.add(
        (next, untyped) => {
          const context = untyped as unknown as SendContext;
          return async (args) => {
            const result = await next(args);
            const output = await readOutput(result.response as HttpResponse, context, config);
            return { response: result.response, output };
          };
        },
        { step: "deserialize", name: "deserializerMiddleware", tags: ["DESERIALIZER"] },
      );
    },
  };
}

async function readOutput(
  response: HttpResponse,
  context: SendContext,
  config: ClientConfig,
): Promise<Record<string, unknown>> {
  const { operation } = context;
  const { headers, statusCode } = response;
  const metadata: ResponseMetadata = { httpStatusCode: statusCode };
  const requestId = headers[config.headerPrefix + "request-id"];
  if (requestId !== undefined) metadata.requestId = requestId;
  const traceId = headers[config.headerPrefix + "trace-id"];
  if (traceId !== undefined) metadata.extendedRequestId = traceId;

  // 203 is how OSS says that the callback of an upload failed.
  if (statusCode < 200 || statusCode >= 300 || statusCode === 203) {
    const document = operation.http[0] === "HEAD" ? "" : await readDocument(response, ERROR_LIMIT, context, config);
    throw decodeError(operation, response, readErrorXml(document), metadata, context.resource);
  }
  const output = decodeHeaders(operation, response);
  if (operation.download) {
    addPayload(output, operation, response, context, config);
  } else {
    const document = await readDocument(response, DOCUMENT_LIMIT, context, config);
    if (operation.errorIn200) {
      const error = readErrorXml(document);
      if (error) throw decodeError(operation, response, error, metadata, context.resource);
    }
    if (operation.xml && operation.responseRoot !== undefined) {
      if (document.trim() !== "") {
        Object.assign(output, operation.xml.read(document, operation.responseRoot, operation.output));
      } else if (operation.errorIn200) {
        throw new DecodeError(
          `${context.subject}: the service answered 200 without the document that says how it went`,
        );
      } else addEmptyLists(output, operation);
    }
  }
  const verified = context.body?.verify(response);
  if (verified) await verified;
  output["$metadata"] = metadata;
  return output;
}

/** What is left of a document that is left out because it would be empty, as the answer to a quiet deletion. */
function addEmptyLists(output: Record<string, unknown>, operation: AnyOperation): void {
  for (const name in operation.output) {
    if (operation.output[name]?.list) output[name] = [];
  }
}

function addPayload(
  output: Record<string, unknown>,
  operation: AnyOperation,
  response: HttpResponse,
  context: SendContext,
  config: ClientConfig,
): void {
  for (const name in operation.output) {
    if (operation.output[name]?.in !== "payload") continue;
    output[name] = operation.download!(response, {
      subject: context.subject,
      clock: config.clock,
      checksum: config.checksum,
      checksumHeader: config.headerPrefix + "hash-crc64ecma",
      signal: context.abortSignal,
      reopen: context.reopen,
      decodesContent: (config.requestHandler as { decodesContent?: boolean }).decodesContent,
    });
  }
}

async function readDocument(
  response: HttpResponse,
  limit: number,
  context: SendContext,
  config: ClientConfig,
): Promise<string> {
  if (!response.body) return "";
  try {
    return await readText(response.body, limit, () => {
      if (context.deadline !== undefined && config.clock.now() > context.deadline)
        throw totalTimeout(context, undefined);
    });
  } catch (error) {
    discard(response.body);
    throw toFailure(error, context.subject, "body", context.abortSignal);
  }
}
