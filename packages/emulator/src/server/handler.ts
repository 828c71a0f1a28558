import type { AnyOperation, Clock, Operation } from "@cosmoss/types";
import type { Destination } from "../http/hosts.ts";
import type { RequestTarget } from "../http/target.ts";
import type { ProviderName } from "../store/records.ts";
import type { Bucket, Store } from "../store/store.ts";

/** A request as a handler sees it, besides the input that was read from it. */
export interface Exchange {
  readonly provider: ProviderName;
  readonly operation: AnyOperation;
  readonly method: string;
  /** The Host header as sent. */
  readonly host: string;
  readonly destination: Destination;
  readonly target: RequestTarget;
  /** Names in lower case, values as bytes. */
  readonly headers: { readonly [name: string]: string };
  readonly bucketName: string | undefined;
  readonly key: string | undefined;
  /** The body as it comes, transfer encoding undone; it fails when the connection breaks before its end. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Bytes that the body is said to have. */
  readonly contentLength: number | undefined;
  /** Absent: the request is not signed. */
  readonly accessKeyId: string | undefined;
  readonly store: Store;
  readonly clock: Clock;
  /** Region of requests whose host does not say one. */
  readonly region: string;
  /** The account that owns all buckets: a number. */
  readonly ownerId: string;
  /** The bucket of the request; throws `NoSuchBucket`. */
  bucket(): Bucket;
}

/** What a handler answers with. */
export interface Answer<Output extends object> {
  /** Default 200. */
  readonly status?: number;
  /** Written by the description of the operation: headers, and the document if it has one. */
  readonly output?: Omit<Output, "Body">;
  /** Headers that are not in the description. */
  readonly headers?: { readonly [name: string]: string };
  /** Send the document in chunks, without a length, as a service does that began to answer before it knew the end. */
  readonly isChunked?: boolean;
  /** The payload. */
  readonly payload?: { readonly length: number; readonly bytes: AsyncIterable<Uint8Array>; close(): Promise<void> };
}

/** Carries out one operation. */
export interface Handler<Input extends object, Output extends object> {
  (input: Input, exchange: Exchange): Promise<Answer<Output>> | Answer<Output>;
}

/** An operation with what carries it out. */
export interface Service {
  readonly operation: AnyOperation;
  readonly handler: Handler<any, any>;
}

/** Ties a handler to its description; the types of both must agree. */
export function serve<Input extends object, Output extends object>(
  operation: Operation<Input, Output>,
  handler: Handler<Input, Output>,
): Service {
  return { operation: operation as unknown as AnyOperation, handler };
}
