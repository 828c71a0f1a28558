import { DecodeError } from "@cosmoss/errors";
import type { HttpResponse, ResponseMetadata } from "@cosmoss/types";
import { readErrorXml } from "@cosmoss/xml-codec/error";
import { discard, readText } from "./byte-source.ts";
import type { ClientConfig } from "./config.ts";
import { decodeError, decodeHeaders } from "./decode.ts";
import type { SendContext } from "./send-context.ts";
import { totalTimeout } from "./total-timeout.ts";
import { toFailure } from "./transport-failure.ts";

/** No document of either service is longer; a listing of 1,000 keys of the longest kind has about 8 MiB. */
const DOCUMENT_LIMIT = 67108864;

/** Reads a response: an output, or the error to throw. */
export async function readOutput(
  response: HttpResponse,
  context: SendContext,
  { headerPrefix, clock }: ClientConfig,
): Promise<Record<string, unknown>> {
  const { operation, subject } = context;
  const { headers, statusCode, body } = response;
  const $metadata: ResponseMetadata = { httpStatusCode: statusCode };
  const requestId = headers[headerPrefix + "request-id"];
  if (requestId !== undefined) $metadata.requestId = requestId;
  const traceId = headers[headerPrefix + "trace-id"];
  if (traceId !== undefined) $metadata.extendedRequestId = traceId;

  // 203 is how OSS says that the callback of an upload failed.
  const failed = statusCode < 200 || statusCode > 299 || statusCode === 203;
  let document = "";
  if (failed || !operation.download) {
    try {
      if (body && operation.http[0] !== "HEAD") {
        document = await readText(body, context.streams, DOCUMENT_LIMIT, () => {
          if (clock.now() > context.deadline!) throw totalTimeout(context);
        });
      }
    } catch (error) {
      discard(body);
      throw toFailure(error, subject, "body", context.abortSignal);
    }
  }
  const error = failed || operation.errorIn200 ? readErrorXml(document) : undefined;
  if (failed || error) throw decodeError(operation, response, error, $metadata, context.resource);

  const output = decodeHeaders(operation, response);
  const { xml, responseRoot } = operation;
  for (const name in operation.output) {
    const member = operation.output[name]!;
    if (member.in === "payload") output[name] = operation.download!(response, context);
    else if (member.list) output[name] = []; // Of a document that is left out, as the answer to a quiet deletion.
  }
  if (xml && responseRoot !== undefined) {
    if (document.trim()) Object.assign(output, xml.read(document, responseRoot, operation.output));
    // Only the answer to a quiet deletion has nothing to say. An empty listing would pass for an empty bucket.
    else if (!operation.http[2]?.startsWith("delete"))
      throw new DecodeError(
        `${subject}: the service answered ${statusCode} without the document that says how it went`,
      );
  }
  const verified = context.body?.verify(response);
  if (verified) await verified;
  output["$metadata"] = $metadata;
  return output;
}
