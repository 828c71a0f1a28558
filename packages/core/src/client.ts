import { TimeoutError } from "@cosmoss/errors";
import { constructStack } from "@cosmoss/middleware-stack";
import type {
  AbortSignalLike,
  DeserializeHandler,
  HandlerExecutionContext,
  HttpHandlerOptions,
  HttpRequest,
  MetadataBearer,
  MiddlewareStack,
  Pluggable,
} from "@cosmoss/types";
import type { Command } from "./command.ts";
import type { ClientConfig } from "./config.ts";
import { addMiddleware } from "./middleware.ts";
import type { SendContext } from "./send-context.ts";
import { totalTimeout } from "./total-timeout.ts";
import { toFailure } from "./transport-failure.ts";

/** Options of one {@link Client.send}. @public */
export interface SendOptions {
  /** Ends the send; it then rejects with `signal.reason`. */
  signal?: AbortSignalLike;
  /** Plugins for this send alone. */
  use?: readonly Pluggable<any, any>[];
  /** Milliseconds for one attempt until the response head; default the client's. */
  attemptTimeoutMs?: number;
  /** Milliseconds for the whole send until its output; default the client's. */
  totalTimeoutMs?: number;
}

/** Sends commands through a middleware stack. The clients of the providers are this with their configuration. @public */
export class Client {
  /** What the client works with; not written to after construction, except `skew`. */
  readonly config: ClientConfig;
  /** Middleware of every send; what is added counts from the next send on. */
  readonly middlewareStack: MiddlewareStack<any, any> = constructStack<any, any>();

  constructor(config: ClientConfig) {
    this.config = config;
    addMiddleware(this.middlewareStack, config);
    if (config.retry) this.use(config.retry);
  }

  /** Adds a plugin to every send. */
  use(plugin: Pluggable<any, any>): this {
    this.middlewareStack.use(plugin);
    return this;
  }

  /**
   * Sends a command. Rejects with a `ConfigError` before a byte is sent, a `ServiceError` when the service refuses, a
   * `TransportError` or `TimeoutError` when no answer came, an `IntegrityError` when the bytes are not the same on both
   * sides, a `DecodeError` for an unreadable answer, or the reason of an aborted signal.
   */
  async send<Input extends object, Output extends object>(
    command: Command<Input, Output>,
    options: SendOptions = {},
  ): Promise<Output & MetadataBearer> {
    const { config } = this;
    const operation = command._operation;
    const { signal, use, attemptTimeoutMs = config.attemptTimeoutMs, totalTimeoutMs = config.totalTimeoutMs } = options;
    if (signal?.aborted) throw signal.reason;
    let stack = this.middlewareStack;
    if (use) {
      stack = stack.clone();
      for (const plugin of use) stack.use(plugin);
    }
    const context: SendContext = {
      clientName: config.clientName,
      commandName: operation.name + "Command",
      operation,
      subject: operation.name,
      resource: undefined,
      bucket: undefined,
      key: undefined,
      body: undefined,
      reopen: undefined,
      refreshCredentials: false,
      abortSignal: signal,
      attemptTimeoutMs,
      totalTimeoutMs,
      deadline: config.clock.now() + totalTimeoutMs,
      clock: config.clock,
      checksum: config.checksum,
      checksumHeader: config.headerPrefix + "hash-crc64ecma",
      streams: config.streams,
      decodesContent: (config.requestHandler as { decodesContent?: boolean }).decodesContent,
    };
    if (config.logger) context.logger = config.logger;
    try {
      const handler = stack.resolve<any, any>(terminal(config, context), context as unknown as HandlerExecutionContext);
      return (await handler({ input: command.input })).output;
    } finally {
      void context.body?.release?.();
    }
  }

  /** Closes idle connections. The client must not be used afterwards. */
  destroy(): void {
    this.config.requestHandler.destroy?.();
  }
}

/** The innermost handler: hands the request to the transport. */
function terminal(
  { requestHandler, clock, streams }: ClientConfig,
  context: SendContext,
): DeserializeHandler<any, any> {
  return async (args) => {
    let request = args.request as HttpRequest;
    const left = context.deadline === undefined ? Infinity : context.deadline - clock.now();
    if (left <= 0) throw totalTimeout(context);
    const limit = Math.min(left, context.attemptTimeoutMs);
    const options: HttpHandlerOptions = {};
    if (context.abortSignal) options.abortSignal = context.abortSignal;
    if (limit !== Infinity) options.requestTimeout = limit;
    const { body } = request;
    if (
      streams &&
      (body?.[Symbol.asyncIterator] || body?.stream) &&
      !(requestHandler as { takesIterables?: boolean }).takesIterables
    ) {
      request = { ...request, body: streams.toReadable(body) };
    }
    try {
      return await requestHandler.handle(request, options);
    } catch (error) {
      if (context.body?.failure !== undefined) throw context.body.failure;
      const failure = toFailure(error, context.subject, "response", context.abortSignal);
      throw TimeoutError.isInstance(failure) && limit === left ? totalTimeout(context, failure) : failure;
    }
  };
}
