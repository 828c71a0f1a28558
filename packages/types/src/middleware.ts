import type { Logger } from "./logger.ts";

/** Arguments of an `initialize` handler. @public */
export interface InitializeHandlerArguments<Input extends object> {
  /** The command's input, as the caller gave it. */
  input: Input;
}

/** Result of an `initialize` handler. @public */
export interface InitializeHandlerOutput<Output extends object> extends DeserializeHandlerOutput<Output> {
  output: Output;
}

/** Arguments of a `serialize` handler. @public */
export interface SerializeHandlerArguments<Input extends object> extends InitializeHandlerArguments<Input> {
  /** Absent until a serialize middleware has made it. */
  request?: unknown;
}

/** Result of a `serialize` handler. @public */
export interface SerializeHandlerOutput<Output extends object> extends InitializeHandlerOutput<Output> {}

/** Arguments of a `build` handler. @public */
export interface BuildHandlerArguments<Input extends object> extends FinalizeHandlerArguments<Input> {}

/** Result of a `build` handler. @public */
export interface BuildHandlerOutput<Output extends object> extends InitializeHandlerOutput<Output> {}

/** Arguments of a `finalizeRequest` handler. @public */
export interface FinalizeHandlerArguments<Input extends object> extends SerializeHandlerArguments<Input> {
  /** An {@link HttpRequest}. */
  request: unknown;
}

/** Result of a `finalizeRequest` handler. @public */
export interface FinalizeHandlerOutput<Output extends object> extends InitializeHandlerOutput<Output> {}

/** Arguments of a `deserialize` handler. @public */
export interface DeserializeHandlerArguments<Input extends object> extends FinalizeHandlerArguments<Input> {}

/** Result of a `deserialize` handler. @public */
export interface DeserializeHandlerOutput<Output extends object> {
  /** An {@link HttpResponse}. */
  response: unknown;
  /** The decoded result; absent until a deserialize middleware has made it. */
  output?: Output;
}

/** The outermost handler of a folded stack. @public */
export interface InitializeHandler<Input extends object, Output extends object> {
  (args: InitializeHandlerArguments<Input>): Promise<InitializeHandlerOutput<Output>>;
}

/** What a folded stack is called through. @public */
export type Handler<Input extends object, Output extends object> = InitializeHandler<Input, Output>;

/** Next link of the `serialize` step. @public */
export interface SerializeHandler<Input extends object, Output extends object> {
  (args: SerializeHandlerArguments<Input>): Promise<SerializeHandlerOutput<Output>>;
}

/** Next link of the `finalizeRequest` step. @public */
export interface FinalizeHandler<Input extends object, Output extends object> {
  (args: FinalizeHandlerArguments<Input>): Promise<FinalizeHandlerOutput<Output>>;
}

/** Next link of the `build` step. @public */
export interface BuildHandler<Input extends object, Output extends object> {
  (args: BuildHandlerArguments<Input>): Promise<BuildHandlerOutput<Output>>;
}

/** Next link of the `deserialize` step; the innermost one is the transport. @public */
export interface DeserializeHandler<Input extends object, Output extends object> {
  (args: DeserializeHandlerArguments<Input>): Promise<DeserializeHandlerOutput<Output>>;
}

/** Middleware that runs before a request exists. @public */
export interface InitializeMiddleware<Input extends object, Output extends object> {
  (next: InitializeHandler<Input, Output>, context: HandlerExecutionContext): InitializeHandler<Input, Output>;
}

/** Middleware that makes the request. @public */
export interface SerializeMiddleware<Input extends object, Output extends object> {
  (next: SerializeHandler<Input, Output>, context: HandlerExecutionContext): SerializeHandler<Input, Output>;
}

/** Middleware that runs around every attempt (after retry) or around all of them (before it). @public */
export interface FinalizeRequestMiddleware<Input extends object, Output extends object> {
  (next: FinalizeHandler<Input, Output>, context: HandlerExecutionContext): FinalizeHandler<Input, Output>;
}

/** Middleware that completes the request once, before any attempt. @public */
export interface BuildMiddleware<Input extends object, Output extends object> {
  (next: BuildHandler<Input, Output>, context: HandlerExecutionContext): BuildHandler<Input, Output>;
}

/** Middleware that reads the response. @public */
export interface DeserializeMiddleware<Input extends object, Output extends object> {
  (next: DeserializeHandler<Input, Output>, context: HandlerExecutionContext): DeserializeHandler<Input, Output>;
}

/** Middleware of any step. @public */
export type MiddlewareType<Input extends object, Output extends object> =
  | InitializeMiddleware<Input, Output>
  | SerializeMiddleware<Input, Output>
  | BuildMiddleware<Input, Output>
  | FinalizeRequestMiddleware<Input, Output>
  | DeserializeMiddleware<Input, Output>;

/** The five steps of a send, outermost first. @public */
export type Step = "initialize" | "serialize" | "build" | "finalizeRequest" | "deserialize";

/** Place within a step; `high` is outermost. @public */
export type Priority = "high" | "normal" | "low";

/** How middleware is known to a stack. @public */
export interface HandlerOptions {
  /** Default `"initialize"`. */
  step?: Step;
  /** Labels for {@link MiddlewareStack.removeByTag}. */
  tags?: Array<string>;
  /** A name unique in the stack. */
  name?: string;
  /** Further names under which relative middleware may refer to this one. */
  aliases?: Array<string>;
  /** Replaces the middleware of the same name instead of refusing it. */
  override?: boolean;
}

/** A place by priority. @public */
export interface AbsoluteLocation {
  /** Default `"normal"`. */
  priority?: Priority;
}

/** Side of a relative place. @public */
export type Relation = "before" | "after";

/** A place beside named middleware. @public */
export interface RelativeLocation {
  relation: Relation;
  /** Name or alias of the middleware beside which this one stands. */
  toMiddleware: string;
}

/** Options of {@link MiddlewareStack.addRelativeTo}; the step is the neighbour's. @public */
export type RelativeMiddlewareOptions = RelativeLocation & Omit<HandlerOptions, "step">;

/** Options of `initialize` middleware. @public */
export interface InitializeHandlerOptions extends HandlerOptions {
  step?: "initialize";
}

/** Options of `serialize` middleware. @public */
export interface SerializeHandlerOptions extends HandlerOptions {
  step: "serialize";
}

/** Options of `build` middleware. @public */
export interface BuildHandlerOptions extends HandlerOptions {
  step: "build";
}

/** Options of `finalizeRequest` middleware. @public */
export interface FinalizeRequestHandlerOptions extends HandlerOptions {
  step: "finalizeRequest";
}

/** Options of `deserialize` middleware. @public */
export interface DeserializeHandlerOptions extends HandlerOptions {
  step: "deserialize";
}

/** An ordered set of middleware; the Smithy `MiddlewareStack`. @public */
export interface MiddlewareStack<Input extends object, Output extends object> extends Pluggable<Input, Output> {
  /** Adds middleware to the `initialize` step. */
  add(middleware: InitializeMiddleware<Input, Output>, options?: InitializeHandlerOptions & AbsoluteLocation): void;
  /** Adds middleware to the `serialize` step. */
  add(middleware: SerializeMiddleware<Input, Output>, options: SerializeHandlerOptions & AbsoluteLocation): void;
  /** Adds middleware to the `build` step. */
  add(middleware: BuildMiddleware<Input, Output>, options: BuildHandlerOptions & AbsoluteLocation): void;
  /** Adds middleware to the `finalizeRequest` step. */
  add(
    middleware: FinalizeRequestMiddleware<Input, Output>,
    options: FinalizeRequestHandlerOptions & AbsoluteLocation,
  ): void;
  /** Adds middleware to the `deserialize` step. */
  add(middleware: DeserializeMiddleware<Input, Output>, options: DeserializeHandlerOptions & AbsoluteLocation): void;
  /** Adds middleware beside other middleware, in its step. */
  addRelativeTo(middleware: MiddlewareType<Input, Output>, options: RelativeMiddlewareOptions): void;
  /** Applies a plugin to this stack. */
  use(pluggable: Pluggable<Input, Output>): void;
  /** An independent copy. */
  clone(): MiddlewareStack<Input, Output>;
  /** Removes by name, alias or identity; tells whether something was removed. */
  remove(toRemove: MiddlewareType<Input, Output> | string): boolean;
  /** Removes everything with the tag; tells whether something was removed. */
  removeByTag(toRemove: string): boolean;
  /** A new stack with the middleware of both. */
  concat<InputType extends Input, OutputType extends Output>(
    from: MiddlewareStack<InputType, OutputType>,
  ): MiddlewareStack<InputType, OutputType>;
  /** One line per middleware, outermost first. */
  identify(): string[];
  /** Whether `resolve` prints {@link MiddlewareStack.identify}; sets it when an argument is given. */
  identifyOnResolve(toggle?: boolean): boolean;
  /** Folds the stack around a terminal handler for one send. */
  resolve<InputType extends Input, OutputType extends Output>(
    handler: DeserializeHandler<InputType, OutputType>,
    context: HandlerExecutionContext,
  ): InitializeHandler<InputType, OutputType>;
}

/** What all middleware of one send shares. @public */
export interface HandlerExecutionContext {
  logger?: Logger;
  /** Class name of the client, as `"OSSClient"`. */
  clientName?: string;
  /** Class name of the command, as `"PutObjectCommand"`. */
  commandName?: string;
  [key: string]: any;
}

/** A plugin: adds middleware to a stack. @public */
export interface Pluggable<Input extends object, Output extends object> {
  applyToStack: (stack: MiddlewareStack<Input, Output>) => void;
}
