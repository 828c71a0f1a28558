import { ConfigError, type TimeoutError } from "@cosmoss/errors";
import { constructStack } from "@cosmoss/middleware-stack";
import type {
  AbortSignalLike,
  HandlerExecutionContext,
  HttpHandlerOptions,
  HttpRequest,
  MetadataBearer,
  MiddlewareStack,
  Pluggable,
} from "@cosmoss/types";
import { discard, join, openSource } from "./byte-source.ts";
import type { Command } from "./command.ts";
import { compare } from "./compare.ts";
import type { ClientConfig } from "./config.ts";
import { timeLimit } from "./client-options.ts";
import { addMiddleware, type SendStack } from "./middleware.ts";
import type { ClientContext } from "./send-context.ts";
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
  declare readonly config: ClientConfig;
  /** Middleware of every send; what is added counts from the next send on. */
  declare readonly middlewareStack: MiddlewareStack<any, any>;

  constructor(config: ClientConfig) {
    this.config = config;
    this.middlewareStack = constructStack<any, any>();
    addMiddleware(this.middlewareStack as unknown as SendStack, config);
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
    const { clock, streams, logger, requestHandler } = config;
    const { _operation: operation, input } = Object(command) as Command<Input, Output>;
    if (!operation) throw new ConfigError("send: expected a command");
    const { signal: abortSignal, use } = options;
    const attemptTimeoutMs = timeLimit("attemptTimeoutMs", options.attemptTimeoutMs, config.attemptTimeoutMs);
    const totalTimeoutMs = timeLimit("totalTimeoutMs", options.totalTimeoutMs, config.totalTimeoutMs);
    let stack = this.middlewareStack;
    if (use) {
      stack = stack.clone();
      for (const plugin of use) stack.use(plugin);
    }
    const context: ClientContext = {
      logger,
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
      abortSignal,
      attemptTimeoutMs,
      totalTimeoutMs,
      deadline: clock.now() + totalTimeoutMs,
      clock,
      checksum: config.checksum,
      checksumHeader: config.headerPrefix + "hash-crc64ecma",
      streams,
      decodesContent: (requestHandler as { decodesContent?: boolean }).decodesContent,
      openSource: streams?.openSource ?? openSource,
      join,
      discard,
      toFailure,
      compare,
    };
    const handler = stack.resolve<any, any>(
      async (args) => {
        const request = args.request as HttpRequest;
        const left = context.deadline - clock.now();
        const limit = Math.min(left, context.attemptTimeoutMs);
        if (left <= 0) throw totalTimeout(context);
        try {
          return await requestHandler.handle(streams ? streams.adapt(request, requestHandler) : request, {
            abortSignal,
            requestTimeout: limit < Infinity ? limit : undefined,
          } as HttpHandlerOptions);
        } catch (error) {
          if (context.body?.failure !== undefined) throw context.body.failure;
          const failure = toFailure(error, context, "response");
          const isLimit = limit === left && (failure as Partial<TimeoutError> | null)?.timeout === "attempt";
          throw isLimit ? totalTimeout(context, failure) : failure;
        }
      },
      context as unknown as HandlerExecutionContext,
    );
    try {
      if (abortSignal?.aborted) throw abortSignal.reason;
      const { output } = await handler({ input });
      logger?.debug(context.subject, output.$metadata);
      return output;
    } catch (error) {
      logger?.warn(`${context.subject} failed`, (error as Error | undefined)?.name);
      throw error;
    } finally {
      if (context.body) void context.body.release?.();
      else if (operation.upload) discard((input as { Body?: unknown }).Body);
    }
  }

  /** Closes idle connections. The client must not be used afterwards. */
  destroy(): void {
    this.config.requestHandler.destroy?.();
  }
}
