import type { HttpResponse, ResponseMetadata } from "@cosmoss/types";
import { hasBrand, hide } from "./brand.ts";

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
export class ServiceError extends Error {
  override readonly name: "ServiceError" = "ServiceError" as const;
  /** The provider's code, as `"NoSuchKey"`. */
  readonly code: string;
  readonly statusCode: number;
  /** Quote it to the provider's support. */
  readonly requestId: string | undefined;
  readonly hostId: string | undefined;
  /** OSS: the error's number, as `"0026-00000001"`, to look up in the provider's self-service. */
  readonly ec: string | undefined;
  /** What the request was about: `bucket`, or `bucket/key`. */
  readonly resource: string | undefined;
  /** `client`: change the request; `server`: try again. An error inside a 200 came up after the service had agreed: `server`. */
  readonly fault: "client" | "server";
  /** Further elements of the error document, as `ServerTime` or `StringToSign`. Not printed. */
  declare readonly details: Record<string, string>;
  /** The response, without its body. Not printed. */
  declare readonly $response: HttpResponse | undefined;
  /** As on every output. Not printed. */
  declare readonly $metadata: ResponseMetadata;
  /** The same as `fault`, under the name that Smithy middleware reads. Not printed. */
  declare readonly $fault: "client" | "server";

  constructor(message: string, options: ServiceErrorOptions) {
    super(message);
    this.code = options.code;
    this.statusCode = options.statusCode;
    this.requestId = options.requestId;
    this.hostId = options.hostId;
    this.ec = options.ec;
    this.resource = options.resource;
    this.fault = options.statusCode >= 500 || options.statusCode === 200 ? "server" : "client";
    hide(this, {
      $cosmoss: this.name,
      $fault: this.fault,
      details: options.details ?? {},
      $response: options.response,
      $metadata: options.metadata ?? { httpStatusCode: options.statusCode },
    });
  }

  /** Whether `error` is a `ServiceError`, of this copy of the package or another. */
  static isInstance(error: unknown): error is ServiceError {
    return hasBrand(error, "ServiceError");
  }
}
