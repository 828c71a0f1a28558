/** Header names in lower case to their values. @public */
export type HeaderBag = Record<string, string>;

/** Decoded query names to decoded values; `null` writes the bare name, an array repeats it. @public */
export type QueryParameterBag = Record<string, string | Array<string> | null>;

/** What a request and a response share. @public */
export interface HttpMessage {
  headers: HeaderBag;
  /** A {@link RequestBody} on the way out; on the way in whatever stream the transport has. */
  body?: any;
}

/** A request as middleware sees it; structurally the Smithy `HttpRequest`. @public */
export interface HttpRequest extends HttpMessage {
  method: string;
  /** `"http:"` or `"https:"`. */
  protocol: string;
  hostname: string;
  port?: number;
  /** Percent-encoded, beginning with `/`. Never normalised: `//`, `.` and `..` are parts of object keys. */
  path: string;
  query?: QueryParameterBag;
  username?: string;
  password?: string;
  fragment?: string;
}

/** A response as middleware sees it; structurally the Smithy `HttpResponse`. @public */
export interface HttpResponse extends HttpMessage {
  statusCode: number;
  reason?: string;
}

/** Any `AbortSignal`: the platform's own, or a look-alike. @public */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: any;
  // oxlint-disable-next-line typescript/no-unsafe-function-type -- the shape that Smithy handlers accept
  onabort: Function | null;
  addEventListener?(type: "abort", listener: (this: any, event: any) => any, options?: any): void;
  removeEventListener?(type: "abort", listener: (this: any, event: any) => any, options?: any): void;
}

/** Options of one `handle` call. @public */
export interface HttpHandlerOptions {
  abortSignal?: AbortSignalLike;
  /** Milliseconds until the response head must have arrived; `0` or absent means no limit. */
  requestTimeout?: number;
}

/** What a handler resolves to. @public */
export interface RequestHandlerOutput<ResponseType> {
  response: ResponseType;
}

/** Names the protocol a handler speaks. @public */
export interface RequestHandlerMetadata {
  handlerProtocol: string;
}

/** A transport: sends one request over the wire; structurally the Smithy `RequestHandler`. @public */
export interface RequestHandler<RequestType, ResponseType, HandlerOptions = {}> {
  metadata?: RequestHandlerMetadata;
  /** Closes idle connections; a handler must not be used afterwards. */
  destroy?: () => void;
  handle: (request: RequestType, handlerOptions?: HandlerOptions) => Promise<RequestHandlerOutput<ResponseType>>;
}

/** A transport for HTTP. @public */
export type HttpHandler = RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions>;
