import { Crc64, combineCrc64, crc64 } from "@cosmoss/checksum";
import { md5Base64 } from "@cosmoss/checksum/md5";
import { ConfigError, ServiceError } from "@cosmoss/errors";
import { constructStack } from "@cosmoss/middleware-stack";
import type { CredentialsProvider, HttpHandler, RequestBody, SerializeMiddleware } from "@cosmoss/types";
import { readErrorXml } from "@cosmoss/xml-codec/error";

// The platform's own types fit where the SDK names its structural ones.
export const bodies: RequestBody[] = ["text", new Uint8Array(1), new Blob(["text"]), new ReadableStream<Uint8Array>()];
export const credentials: CredentialsProvider = () => ({ accessKeyId: "id", accessKeySecret: "secret" });
export const handler: HttpHandler = {
  handle: async (_request, options) => {
    if (options?.abortSignal?.aborted) throw new DOMException("aborted", "AbortError");
    return { response: { statusCode: 200, headers: {} } };
  },
};

export function explain(error: unknown): string {
  if (ServiceError.isInstance(error)) return `${error.code} ${error.statusCode}`;
  // @ts-expect-error an unknown error has no message: the guards narrow, and this program is checked at all
  return ConfigError.isInstance(error) ? error.message : error.message;
}

const trace: SerializeMiddleware<object, object> = (next) => (args) => next(args);
export const stack = constructStack<object, object>();
stack.add(trace, { step: "serialize", name: "trace", priority: "low" });

const text = new TextEncoder().encode("text");
export const sum = new Crc64();
sum.update(text);
export const both: string = combineCrc64(sum.digest(), crc64(text), text.length);
export const md5: string | Promise<string> = md5Base64("a");
export const code: string | undefined = readErrorXml("<Error><Code>NoSuchKey</Code></Error>")?.["Code"];
