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
  OutgoingPayload,
  Pluggable,
} from "@cosmoss/types";
import type { Command } from "./command.ts";
import type { ClientConfig } from "./config.ts";
import type { SendContext } from "./send-context.ts";
import { deserializerPlugin } from "./deserializer.ts";
import { resumePlugin } from "./resume.ts";
import { serializerPlugin } from "./serializer.ts";
import { signingPlugin } from "./signing.ts";
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
  readonly middlewareStack: MiddlewareStack<any, any>;
  readonly #name: string;
  readonly #terminal: DeserializeHandler<any, any>[] = [];

  /** `name` is what middleware sees as `context.clientName`. */
  constructor(name: string, config: ClientConfig, plugins: readonly Pluggable<any, any>[]) {
    this.#name = name;
    this.config = config;
    this.middlewareStack = constructStack<any, any>();
    for (const plugin of [
      serializerPlugin(config),
      resumePlugin,
      ...plugins,
      signingPlugin(config),
      deserializerPlugin(config),
    ]) {
      this.middlewareStack.use(plugin);
    }
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
    options?: SendOptions,
  ): Promise<Output & MetadataBearer> {
    const { config } = this;
    const operation = command._operation;
    const signal = options?.signal;
    if (signal?.aborted) throw signal.reason;
    let stack = this.middlewareStack;
    if (options?.use) {
      stack = stack.clone();
      for (const plugin of options.use) stack.use(plugin);
    }
    const total = options?.totalTimeoutMs ?? config.totalTimeoutMs;
    const context: SendContext = {
      clientName: this.#name,
      commandName: operation.name + "Command",
      operation,
      abortSignal: signal,
      attemptTimeoutMs: options?.attemptTimeoutMs ?? config.attemptTimeoutMs,
      totalTimeoutMs: total,
      deadline: total === Infinity ? undefined : config.clock.now() + total,
      subject: operation.name,
      body: undefined,
    };
    if (config.logger) (context as HandlerExecutionContext).logger = config.logger;
    const handler = stack.resolve<any, any>(this.#terminalFor(context), context as unknown as HandlerExecutionContext);
    try {
      const { output } = await handler({ input: command.input });
      return output;
    } finally {
      (context.body as OutgoingPayload | undefined)?.release?.();
    }
  }

  /** Closes idle connections. The client must not be used afterwards. */
  destroy(): void {
    this.config.requestHandler.destroy?.();
  }

  #terminalFor(context: SendContext): DeserializeHandler<any, any> {
    const { config } = this;
    return async (args) => {
      const request = args.request as HttpRequest;
      const options: HttpHandlerOptions = {};
      if (context.abortSignal) options.abortSignal = context.abortSignal;
      const left = context.deadline === undefined ? Infinity : context.deadline - config.clock.now();
      if (left <= 0) throw totalTimeout(context, undefined);
      const limit = Math.min(left, context.attemptTimeoutMs);
      if (limit !== Infinity) options.requestTimeout = limit;
      try {
        return await config.requestHandler.handle(
          config.toHandlerStream && isIterable(request.body)
            ? { ...request, body: config.toHandlerStream(request.body) }
            : request,
          options,
        );
      } catch (error) {
        const payload = context.body as OutgoingPayload | undefined;
        if (payload?.failure !== undefined) throw payload.failure;
        const failure = toFailure(error, context.subject, "response", context.abortSignal);
        if (TimeoutError.isInstance(failure) && limit === left) throw totalTimeout(context, failure);
        throw failure;
      }
    };
  }
}

const isIterable = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof (body as AsyncIterable<Uint8Array> | undefined)?.[Symbol.asyncIterator] === "function";
