import type { BodyInput, Bytes, ResponseBody } from "./body.ts";
import type { ChecksumConstructor } from "./checksum.ts";
import type { Clock } from "./clock.ts";
import type { AbortSignalLike, HeaderBag, HttpRequest, HttpResponse } from "./http.ts";
import type { AnyShape, Shape } from "./shape.ts";

/** Reads and writes XML documents by {@link Shape}. Only a command with an XML body names one, so that others carry none. @public */
export interface XmlCodec {
  /**
   * Reads a document whose root is `root` into the members of `shape` that have no `in`.
   * Throws a `DecodeError` for a document that is not well-formed, has another root, or exceeds the limits.
   */
  read(xml: string, root: string, shape: AnyShape): Record<string, unknown>;
  /** Writes the members of `shape` that have no `in` as a document with the root `root`. */
  write(root: string, shape: AnyShape, value: object): string;
}

/** What the streams of a runtime need beyond those of the web. @public */
export interface StreamPlatform {
  /** Begins to read a body, a faster way where it is a stream of the runtime's own kind. */
  readonly openSource: (source: unknown) => ByteSource;
  /** The stream of the runtime's own kind that gives these bytes. */
  toReadable(chunks: AsyncIterable<Uint8Array>): NodeJS.ReadableStream;
  /** The request as a handler takes it that may know no bodies but those of the runtime's own kind. */
  adapt(request: HttpRequest, handler: object): HttpRequest;
  /** Has the runtime expect any number of listeners on a signal, one for each send that it may end. */
  shareSignal(signal: AbortSignalLike): void;
  /** Keeps the error of a stream that nobody reads yet from ending the process; call what it gives to let go. */
  guard(source: unknown): () => void;
}

/** Pieces of bytes, one at a time. @public */
export interface ByteSource {
  next(): Promise<{ done?: boolean | undefined; value?: any }>;
  /**
   * Instead of `next`: calls back for each piece until the end, and waits for what that gives. Settles when no call is
   * under way any more; lets go when one fails.
   */
  readAll(each: (chunk: Uint8Array) => unknown): Promise<void>;
  /** Lets go, even while it is being read. */
  cancel(): void;
}

/**
 * What a payload's reader and writer know of the send they belong to, and what a client does for them: where nothing is
 * sent, a command brings along a reader or writer that is never called, so the less it imports the better. @public
 */
export interface PayloadContext {
  /** The operation and what it is about, for messages. */
  readonly subject: string;
  readonly clock: Clock;
  /** Absent when checking is switched off. */
  readonly checksum: ChecksumConstructor | undefined;
  /** Response header with the service's checksum. */
  readonly checksumHeader: string;
  readonly abortSignal: AbortSignalLike | undefined;
  readonly streams: StreamPlatform | undefined;
  /** The transport undoes `content-encoding`, so that bytes read are not bytes stored. */
  readonly decodesContent: boolean | undefined;
  /** Sends the request again with other headers, to go on reading where a response broke off. */
  readonly reopen?: ((headers: HeaderBag) => Promise<HttpResponse>) | undefined;
  /** Begins to read a web stream, a Node stream or an async iterable. */
  openSource(source: unknown): ByteSource;
  /** Joins pieces with so many bytes in all. */
  join(chunks: Uint8Array[], length: number): Bytes;
  /** What the caller gets to see when a body failed with `error`. */
  toFailure(error: unknown, context: PayloadContext, phase: "body"): unknown;
  /** Throws an `IntegrityError` for two values that are known and not the same. */
  compare(context: PayloadContext, algorithm: string, expected: string | undefined, actual: string | undefined): void;
}

/** A payload on its way out. @public */
export interface OutgoingPayload {
  /** Whether the same bytes can be sent a second time. */
  readonly replayable: boolean;
  /** Whether anything has been read from a source that gives its bytes only once. */
  readonly consumed: boolean;
  /** Lets go of a source that was not read. */
  release?(): void | Promise<void>;
  /** The error with which the source itself failed. */
  readonly failure?: unknown;
  /** Compares what was sent with what the service says it stored; throws an `IntegrityError`. */
  verify(response: HttpResponse): void | Promise<void>;
}

/** Puts a payload on a request as its body. Only a command with a payload names one. @public */
export interface PayloadWriter {
  (payload: BodyInput, request: HttpRequest, context: PayloadContext, input: object): OutgoingPayload;
}

/** Makes the body of an output from a response. Only a command with one names it. @public */
export interface PayloadReader {
  (response: HttpResponse, context: PayloadContext): ResponseBody;
}

/** HTTP methods that the services use. @public */
export type HttpMethod = "GET" | "HEAD" | "PUT" | "POST" | "DELETE" | "OPTIONS";

/** How a list goes on to its next page. @public */
export interface Page<Input extends object, Output extends object> {
  /** Pairs of the input member and the output member that fills it. */
  readonly next: readonly (readonly [keyof Input & string, keyof Output & string])[];
  /** The output member that tells whether there is more. */
  readonly more: keyof Output & string;
  /** The output member with the items. */
  readonly items: keyof Output & string;
}

/** One operation of a provider: read by the encoder, the decoder, the paginator, and the emulator's router and codec. @public */
export interface Operation<Input extends object, Output extends object> {
  /** The provider's API name. */
  readonly name: string;
  /** Method, what is addressed, and the constant part of the query (`"uploads"`, `"list-type=2"`). */
  readonly http: readonly [method: HttpMethod, target: "service" | "bucket" | "object", query?: string];
  readonly input: Shape<Input>;
  readonly output: Shape<Output>;
  /** Reads and writes the XML of this operation; absent where neither body is XML. */
  readonly xml?: XmlCodec;
  /** Root element of the request document; absent where there is none. */
  readonly requestRoot?: string;
  /** Root element of the response document; absent where there is none. */
  readonly responseRoot?: string;
  /** The service insists on `Content-MD5` of the request document: gives the MD5 of a text in base64. */
  readonly md5?: (document: string) => string;
  /** Writes the payload of the input. */
  readonly upload?: PayloadWriter;
  /** Reads the payload of the output. */
  readonly download?: PayloadReader;
  /** A status of 200 may carry an `<Error>` document, perhaps after white space sent to keep the connection alive. */
  readonly errorIn200?: true;
  /** A second delivery of the same request does something else than one, so an attempt is repeated only if it surely did nothing. */
  readonly notIdempotent?: true;
  readonly page?: Page<Input, Output>;
}

/** An {@link Operation} as interpreters read it. @public */
export interface AnyOperation {
  readonly name: string;
  readonly http: readonly [method: HttpMethod, target: "service" | "bucket" | "object", query?: string];
  readonly input: AnyShape;
  readonly output: AnyShape;
  readonly xml?: XmlCodec;
  readonly requestRoot?: string;
  readonly responseRoot?: string;
  readonly md5?: (document: string) => string;
  readonly upload?: PayloadWriter;
  readonly download?: PayloadReader;
  readonly errorIn200?: true;
  readonly notIdempotent?: true;
  readonly page?: {
    readonly next: readonly (readonly [string, string])[];
    readonly more: string;
    readonly items: string;
  };
}
