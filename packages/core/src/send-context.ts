import type { AnyOperation, HeaderBag, HttpResponse, Logger, OutgoingPayload, PayloadContext } from "@cosmoss/types";

/** What the middleware of one send knows of it: the members of `HandlerExecutionContext` that Cosmoss sets. @public */
export interface SendContext extends PayloadContext {
  logger?: Logger | undefined;
  clientName: string;
  commandName: string;
  operation: AnyOperation;
  attemptTimeoutMs: number;
  totalTimeoutMs: number;
  /** When the send must have its output, in milliseconds of the client's clock. */
  deadline: number;
  /** The operation and its resource; the operation alone until the request is written. */
  subject: string;
  /** `bucket` or `bucket/key`. */
  resource: string | undefined;
  bucket: string | undefined;
  key: string | undefined;
  /** The payload on its way out; read by the retry middleware. */
  body: OutgoingPayload | undefined;
  /** Set by the retry middleware when the service refused the keys as expired. */
  refreshCredentials: boolean;
  reopen: ((headers: HeaderBag) => Promise<HttpResponse>) | undefined;
}

/** What Cosmoss itself works with: a send's context with what its own payloads use of the client. */
export interface ClientContext extends SendContext {
  /** Lets go of a stream, whoever is reading it; anything else is left alone. */
  discard(source: unknown): void;
}
