import type { HttpResponse, ResponseMetadata } from "@cosmoss/types";

/**
 * What retrying reads of an error. By members, not by class: the error may come from another copy of `@cosmoss/errors`,
 * or from a request handler or middleware that is not ours.
 */
export interface Failure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly phase?: string;
  readonly staleSocket?: boolean;
  readonly timeout?: string;
  readonly statusCode?: number;
  readonly cause?: unknown;
  readonly details?: Record<string, string>;
  readonly $response?: HttpResponse;
  readonly $metadata?: ResponseMetadata;
}
