import { DecodeError } from "@cosmoss/errors";
import type { ByteSource, HttpResponse, ResponseMetadata } from "@cosmoss/types";
import { readErrorXml } from "@cosmoss/xml-codec/error";
import { join } from "./byte-source.ts";
import type { ClientConfig } from "./config.ts";
import { decodeError, decodeMembers } from "./decode.ts";
import type { SendContext } from "./send-context.ts";
import { toFailure } from "./transport-failure.ts";
import { withinSend } from "./within-send.ts";

/** No document of either service is longer; a listing of 1,000 keys of the longest kind has about 8 MiB. */
const DOCUMENT_LIMIT = 67108864;

/** Reads a response: an output, or the error to throw. */
export async function readOutput(
  response: HttpResponse,
  context: SendContext,
  { headerPrefix }: ClientConfig,
): Promise<Record<string, unknown>> {
  const { subject, operation } = context;
  const { xml, responseRoot } = operation;
  const { headers, statusCode, body } = response;
  const $metadata: ResponseMetadata = { httpStatusCode: statusCode };
  const requestId = headers[headerPrefix + "request-id"];
  const traceId = headers[headerPrefix + "trace-id"];
  if (requestId !== undefined) $metadata.requestId = requestId;
  if (traceId !== undefined) $metadata.extendedRequestId = traceId;

  // 203 is how OSS says that the callback of an upload failed.
  const failed = statusCode < 200 || statusCode > 299 || statusCode === 203;
  let document = "";
  if (body && (failed || !operation.download)) {
    const chunks: Uint8Array[] = [];
    let length = 0;
    let source: ByteSource | undefined;
    try {
      source = context.openSource(body);
      const reading = source.readAll((chunk) => {
        length += chunk.length;
        if (length > DOCUMENT_LIMIT)
          throw new DecodeError(`${subject}: the answer is longer than ${DOCUMENT_LIMIT} bytes`);
        chunks.push(chunk);
      });
      await withinSend(reading, context);
    } catch (error) {
      source?.cancel();
      throw toFailure(error, context, "body");
    }
    document = new TextDecoder().decode(join(chunks, length));
  }
  const error = failed || operation.errorIn200 ? readErrorXml(document) : undefined;
  if (failed || error) throw decodeError(response, error, $metadata, context);

  const output = decodeMembers(response, context);
  if (xml && responseRoot) {
    if (document.trim()) Object.assign(output, xml.read(document, responseRoot, operation.output));
    // Only the answer to a quiet deletion has nothing to say. An empty listing would pass for an empty bucket.
    else if (!operation.http[2]?.startsWith("delete")) {
      throw new DecodeError(`${subject}: HTTP ${statusCode} without a document`);
    }
  }
  const verified = context.body?.verify(response);
  if (verified) await verified;
  output["$metadata"] = $metadata;
  return output;
}
