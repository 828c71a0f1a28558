import type { HttpResponse, ResponseMetadata } from "@cosmoss/types";
import { CosmossError, isError } from "./cosmoss-error.ts";

/** Members of a {@link ServiceError}. @public */
export interface ServiceErrorOptions {
  code: string;
  statusCode: number;
  requestId?: string | undefined;
  hostId?: string | undefined;
  ec?: string | undefined;
  resource?: string | undefined;
  details?: Record<string, string> | undefined;
  response?: HttpResponse | undefined;
  metadata?: ResponseMetadata | undefined;
}

/** The service refused. @public */
export class ServiceError extends CosmossError {
  declare readonly name: "ServiceError";
  /** The provider's code, as `"NoSuchKey"`. */
  declare readonly code: string;
  declare readonly statusCode: number;
  /** Quote it to the provider's support. */
  declare readonly requestId: string | undefined;
  declare readonly hostId: string | undefined;
  /** OSS: the error's number, as `"0026-00000001"`, to look up in the provider's self-service. */
  declare readonly ec: string | undefined;
  /** What the request was about: `bucket`, or `bucket/key`. */
  declare readonly resource: string | undefined;
  /** `client`: change the request; `server`: try again. An error inside a 200 came up after the service had agreed: `server`. */
  declare readonly fault: "client" | "server";
  /** Further elements of the error document, as `ServerTime` or `StringToSign`. Not printed. */
  declare readonly details: Record<string, string>;
  /** The response, without its body. Not printed. */
  declare readonly $response: HttpResponse | undefined;
  /** As on every output. Not printed. */
  declare readonly $metadata: ResponseMetadata;
  /** The same as `fault`, under the name that Smithy middleware reads. Not printed. */
  declare readonly $fault: "client" | "server";

  constructor(message: string, options: ServiceErrorOptions) {
    const { details = {}, response, metadata, ...shown } = options;
    const { statusCode } = options;
    // A 200 may hold an error document: then the service failed after it had begun to answer.
    const fault = statusCode >= 500 || statusCode === 200 ? "server" : "client";
    super("ServiceError", message, { ...shown, fault } as object, {
      $fault: fault,
      $metadata: metadata ?? { httpStatusCode: statusCode },
      $response: response,
      details,
    });
  }

  /** Whether `error` is a `ServiceError`, of this copy of the package or another. */
  static override isInstance(error: unknown): error is ServiceError {
    return isError(error, "ServiceError");
  }
}
