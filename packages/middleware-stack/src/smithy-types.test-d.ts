import type * as Ours from "@cosmoss/types";
import type * as Smithy from "@smithy/types";
import { describe, expectTypeOf, it } from "vitest";
import { constructStack } from "./index.ts";

interface In {
  Bucket: string;
  Key?: string;
}
interface Out {
  ETag?: string;
  $metadata: Smithy.ResponseMetadata;
}

/** Each is good where the other is asked for. The brackets keep unions whole; `any` and `never` do not pass. */
type Mutual<A, B> = 0 extends 1 & A
  ? "any"
  : [A] extends [never]
    ? "never"
    : [A] extends [B]
      ? [B] extends [A]
        ? true
        : "theirs does not fit"
      : "ours does not fit";

describe("types that are identical to those of @smithy/types", () => {
  it("messages", () => {
    expectTypeOf<Ours.HeaderBag>().toEqualTypeOf<Smithy.HeaderBag>();
    expectTypeOf<Ours.QueryParameterBag>().toEqualTypeOf<Smithy.QueryParameterBag>();
    expectTypeOf<Ours.HttpMessage>().toEqualTypeOf<Smithy.HttpMessage>();
    expectTypeOf<Ours.HttpRequest>().toEqualTypeOf<Smithy.HttpRequest>();
    expectTypeOf<Ours.HttpResponse>().toEqualTypeOf<Smithy.HttpResponse>();
  });

  it("handlers of requests", () => {
    expectTypeOf<Ours.RequestHandlerMetadata>().toEqualTypeOf<Smithy.RequestHandlerMetadata>();
    expectTypeOf<Ours.RequestHandlerOutput<Out>>().toEqualTypeOf<Smithy.RequestHandlerOutput<Out>>();
    expectTypeOf<Ours.RequestHandler<In, Out>>().toEqualTypeOf<Smithy.RequestHandler<In, Out>>();
    expectTypeOf<Ours.RequestHandler<In, Out, { a: 1 }>>().toEqualTypeOf<Smithy.RequestHandler<In, Out, { a: 1 }>>();
  });

  it("logger, provider, metadata", () => {
    expectTypeOf<Ours.Logger>().toEqualTypeOf<Smithy.Logger>();
    expectTypeOf<Ours.Provider<In>>().toEqualTypeOf<Smithy.Provider<In>>();
    expectTypeOf<Ours.ResponseMetadata>().toEqualTypeOf<Smithy.ResponseMetadata>();
    expectTypeOf<Ours.MetadataBearer>().toEqualTypeOf<Smithy.MetadataBearer>();
  });

  it("words and options of the stack", () => {
    expectTypeOf<Ours.Step>().toEqualTypeOf<Smithy.Step>();
    expectTypeOf<Ours.Priority>().toEqualTypeOf<Smithy.Priority>();
    expectTypeOf<Ours.Relation>().toEqualTypeOf<Smithy.Relation>();
    expectTypeOf<Ours.HandlerOptions>().toEqualTypeOf<Smithy.HandlerOptions>();
    expectTypeOf<Ours.AbsoluteLocation>().toEqualTypeOf<Smithy.AbsoluteLocation>();
    expectTypeOf<Ours.RelativeLocation>().toEqualTypeOf<Smithy.RelativeLocation>();
    expectTypeOf<Ours.RelativeMiddlewareOptions>().toEqualTypeOf<Smithy.RelativeMiddlewareOptions>();
    expectTypeOf<Ours.InitializeHandlerOptions>().toEqualTypeOf<Smithy.InitializeHandlerOptions>();
    expectTypeOf<Ours.SerializeHandlerOptions>().toEqualTypeOf<Smithy.SerializeHandlerOptions>();
    expectTypeOf<Ours.BuildHandlerOptions>().toEqualTypeOf<Smithy.BuildHandlerOptions>();
    expectTypeOf<Ours.FinalizeRequestHandlerOptions>().toEqualTypeOf<Smithy.FinalizeRequestHandlerOptions>();
    expectTypeOf<Ours.DeserializeHandlerOptions>().toEqualTypeOf<Smithy.DeserializeHandlerOptions>();
  });

  it("arguments and outputs", () => {
    expectTypeOf<Ours.InitializeHandlerArguments<In>>().toEqualTypeOf<Smithy.InitializeHandlerArguments<In>>();
    expectTypeOf<Ours.SerializeHandlerArguments<In>>().toEqualTypeOf<Smithy.SerializeHandlerArguments<In>>();
    expectTypeOf<Ours.BuildHandlerArguments<In>>().toEqualTypeOf<Smithy.BuildHandlerArguments<In>>();
    expectTypeOf<Ours.FinalizeHandlerArguments<In>>().toEqualTypeOf<Smithy.FinalizeHandlerArguments<In>>();
    expectTypeOf<Ours.DeserializeHandlerArguments<In>>().toEqualTypeOf<Smithy.DeserializeHandlerArguments<In>>();
    expectTypeOf<Ours.InitializeHandlerOutput<Out>>().toEqualTypeOf<Smithy.InitializeHandlerOutput<Out>>();
    expectTypeOf<Ours.SerializeHandlerOutput<Out>>().toEqualTypeOf<Smithy.SerializeHandlerOutput<Out>>();
    expectTypeOf<Ours.BuildHandlerOutput<Out>>().toEqualTypeOf<Smithy.BuildHandlerOutput<Out>>();
    expectTypeOf<Ours.FinalizeHandlerOutput<Out>>().toEqualTypeOf<Smithy.FinalizeHandlerOutput<Out>>();
    expectTypeOf<Ours.DeserializeHandlerOutput<Out>>().toEqualTypeOf<Smithy.DeserializeHandlerOutput<Out>>();
  });

  it("handlers", () => {
    expectTypeOf<Ours.Handler<In, Out>>().toEqualTypeOf<Smithy.Handler<In, Out>>();
    expectTypeOf<Ours.InitializeHandler<In, Out>>().toEqualTypeOf<Smithy.InitializeHandler<In, Out>>();
    expectTypeOf<Ours.SerializeHandler<In, Out>>().toEqualTypeOf<Smithy.SerializeHandler<In, Out>>();
    expectTypeOf<Ours.BuildHandler<In, Out>>().toEqualTypeOf<Smithy.BuildHandler<In, Out>>();
    expectTypeOf<Ours.FinalizeHandler<In, Out>>().toEqualTypeOf<Smithy.FinalizeHandler<In, Out>>();
    expectTypeOf<Ours.DeserializeHandler<In, Out>>().toEqualTypeOf<Smithy.DeserializeHandler<In, Out>>();
  });
});

// `HandlerExecutionContext` of Smithy declares further optional members (user agent, endpoint, authentication) with types
// that only the AWS SDK fills and that need Node's. Ours leaves them to its index signature, so the two are not identical,
// nor is anything that mentions a context. `HttpHandlerOptions` of Smithy names the global `AbortSignal`, which ours must not.
describe("types that are assignable to those of @smithy/types and from them", () => {
  it("the context, and identical in the members that both declare", () => {
    expectTypeOf<Mutual<Ours.HandlerExecutionContext, Smithy.HandlerExecutionContext>>().toEqualTypeOf<true>();
    type Shared = "logger" | "clientName" | "commandName";
    expectTypeOf<Pick<Ours.HandlerExecutionContext, Shared>>().toEqualTypeOf<
      Pick<Smithy.HandlerExecutionContext, Shared>
    >();
    expectTypeOf<Ours.HandlerExecutionContext[string]>().toEqualTypeOf<Smithy.HandlerExecutionContext[string]>();
  });

  it("abort signals and options of handle", () => {
    expectTypeOf<Mutual<Ours.HttpHandlerOptions, Smithy.HttpHandlerOptions>>().toEqualTypeOf<true>();
    expectTypeOf<
      Mutual<Ours.AbortSignalLike, NonNullable<Smithy.HttpHandlerOptions["abortSignal"]>>
    >().toEqualTypeOf<true>();
    expectTypeOf<AbortSignal>().toExtend<Ours.AbortSignalLike>();
    expectTypeOf<
      Mutual<
        Ours.HttpHandler,
        Smithy.RequestHandler<Smithy.HttpRequest, Smithy.HttpResponse, Smithy.HttpHandlerOptions>
      >
    >().toEqualTypeOf<true>();
  });

  it("middleware of every step", () => {
    expectTypeOf<
      Mutual<Ours.InitializeMiddleware<In, Out>, Smithy.InitializeMiddleware<In, Out>>
    >().toEqualTypeOf<true>();
    expectTypeOf<
      Mutual<Ours.SerializeMiddleware<In, Out>, Smithy.SerializeMiddleware<In, Out>>
    >().toEqualTypeOf<true>();
    expectTypeOf<Mutual<Ours.BuildMiddleware<In, Out>, Smithy.BuildMiddleware<In, Out>>>().toEqualTypeOf<true>();
    expectTypeOf<
      Mutual<Ours.FinalizeRequestMiddleware<In, Out>, Smithy.FinalizeRequestMiddleware<In, Out>>
    >().toEqualTypeOf<true>();
    expectTypeOf<
      Mutual<Ours.DeserializeMiddleware<In, Out>, Smithy.DeserializeMiddleware<In, Out>>
    >().toEqualTypeOf<true>();
    expectTypeOf<Mutual<Ours.MiddlewareType<In, Out>, Smithy.MiddlewareType<In, Out>>>().toEqualTypeOf<true>();
  });

  it("stack and plugin, whatever they carry", () => {
    expectTypeOf<Mutual<Ours.MiddlewareStack<In, Out>, Smithy.MiddlewareStack<In, Out>>>().toEqualTypeOf<true>();
    expectTypeOf<Mutual<Ours.MiddlewareStack<any, any>, Smithy.MiddlewareStack<any, any>>>().toEqualTypeOf<true>();
    expectTypeOf<Mutual<Ours.Pluggable<In, Out>, Smithy.Pluggable<In, Out>>>().toEqualTypeOf<true>();
    expectTypeOf<Mutual<Ours.Pluggable<any, any>, Smithy.Pluggable<any, any>>>().toEqualTypeOf<true>();
    expectTypeOf<keyof Ours.MiddlewareStack<In, Out>>().toEqualTypeOf<keyof Smithy.MiddlewareStack<In, Out>>();
  });

  it("the members of the stack one by one, as functions, which are compared more strictly than methods", () => {
    type Theirs = Smithy.MiddlewareStack<In, Out>;
    type Mine = Ours.MiddlewareStack<In, Out>;
    expectTypeOf<
      Mutual<Parameters<Mine["addRelativeTo"]>, Parameters<Theirs["addRelativeTo"]>>
    >().toEqualTypeOf<true>();
    expectTypeOf<Mutual<Parameters<Mine["use"]>, Parameters<Theirs["use"]>>>().toEqualTypeOf<true>();
    expectTypeOf<Mutual<Parameters<Mine["remove"]>, Parameters<Theirs["remove"]>>>().toEqualTypeOf<true>();
    expectTypeOf<Mutual<Parameters<Mine["concat"]>, Parameters<Theirs["concat"]>>>().toEqualTypeOf<true>();
    expectTypeOf<Mutual<Parameters<Mine["resolve"]>, Parameters<Theirs["resolve"]>>>().toEqualTypeOf<true>();
    expectTypeOf<Mine["removeByTag"]>().toEqualTypeOf<Theirs["removeByTag"]>();
    expectTypeOf<Mine["identify"]>().toEqualTypeOf<Theirs["identify"]>();
    expectTypeOf<Mine["identifyOnResolve"]>().toEqualTypeOf<Theirs["identifyOnResolve"]>();
    // The overloads of `add`.
    type Adds<S> = S extends {
      add: {
        (...args: infer A): void;
        (...args: infer B): void;
        (...args: infer C): void;
        (...args: infer D): void;
        (...args: infer E): void;
      };
    }
      ? [A, B, C, D, E]
      : never;
    expectTypeOf<Mutual<Adds<Mine>, Adds<Theirs>>>().toEqualTypeOf<true>();
    expectTypeOf<Adds<Mine>[2][1]["step"]>().toEqualTypeOf<"build">();
  });
});

describe("near misses are told apart", () => {
  it("by identity", () => {
    // @ts-expect-error a step is missing
    expectTypeOf<Exclude<Ours.Step, "build">>().toEqualTypeOf<Smithy.Step>();
    // @ts-expect-error a priority too many
    expectTypeOf<Ours.Priority | "highest">().toEqualTypeOf<Smithy.Priority>();
    // @ts-expect-error a member is missing
    expectTypeOf<Omit<Ours.ResponseMetadata, "cfId">>().toEqualTypeOf<Smithy.ResponseMetadata>();
    // @ts-expect-error a member is no longer optional
    expectTypeOf<Required<Ours.HttpResponse>>().toEqualTypeOf<Smithy.HttpResponse>();
    // @ts-expect-error no null
    expectTypeOf<Record<string, string | string[]>>().toEqualTypeOf<Smithy.QueryParameterBag>();
    // @ts-expect-error read-only
    expectTypeOf<Readonly<Ours.HttpRequest>>().toEqualTypeOf<Smithy.HttpRequest>();
    // @ts-expect-error undefined is not the same as absent
    expectTypeOf<{ priority?: Ours.Priority | undefined }>().toEqualTypeOf<Smithy.AbsoluteLocation>();
    // @ts-expect-error any is not equal to everything
    expectTypeOf<any>().toEqualTypeOf<Smithy.Logger>();
    // @ts-expect-error a synchronous provider
    expectTypeOf<() => In>().toEqualTypeOf<Smithy.Provider<In>>();
    // @ts-expect-error another input
    expectTypeOf<Ours.InitializeHandler<Out, Out>>().toEqualTypeOf<Smithy.InitializeHandler<In, Out>>();
    // @ts-expect-error another step
    expectTypeOf<Ours.BuildHandlerArguments<In>>().toEqualTypeOf<Smithy.SerializeHandlerArguments<In>>();
  });

  it("by assignability", () => {
    expectTypeOf<Mutual<any, Smithy.Logger>>().toEqualTypeOf<"any">();
    expectTypeOf<Mutual<never, Smithy.Logger>>().toEqualTypeOf<"never">();
    expectTypeOf<
      Mutual<Omit<Ours.MiddlewareStack<In, Out>, "removeByTag">, Smithy.MiddlewareStack<In, Out>>
    >().toEqualTypeOf<"ours does not fit">();
    expectTypeOf<
      Mutual<Ours.MiddlewareStack<In, Out> & { more: string }, Smithy.MiddlewareStack<In, Out>>
    >().toEqualTypeOf<"theirs does not fit">();
    expectTypeOf<
      Mutual<Ours.BuildMiddleware<In, Out>, Smithy.InitializeMiddleware<In, Out>>
    >().not.toEqualTypeOf<true>();
    expectTypeOf<
      Mutual<Ours.InitializeMiddleware<Out, Out>, Smithy.InitializeMiddleware<In, Out>>
    >().not.toEqualTypeOf<true>();
    expectTypeOf<Mutual<Ours.Pluggable<In, In>, Smithy.Pluggable<In, Out>>>().not.toEqualTypeOf<true>();
    expectTypeOf<
      Mutual<Ours.HandlerExecutionContext & { logger: Ours.Logger }, Smithy.HandlerExecutionContext>
    >().toEqualTypeOf<"theirs does not fit">();
    expectTypeOf<Mutual<{ abortSignal?: { aborted: boolean } }, Smithy.HttpHandlerOptions>>().not.toEqualTypeOf<true>();
  });
});

describe("middleware written for the AWS SDK", () => {
  const log: Smithy.InitializeMiddleware<any, any> = (next, context) => async (args) => {
    context.logger?.info(context.clientName, context.commandName, args.input);
    return next(args);
  };
  const header: Smithy.BuildMiddleware<object, object> = (next) => async (args) => {
    const request = args.request as Smithy.HttpRequest;
    request.headers["x-trace"] = "1";
    return next({ ...args, request });
  };
  const time: Smithy.FinalizeRequestMiddleware<any, any> = (next) => async (args) => {
    const result = await next(args);
    const { statusCode } = result.response as Smithy.HttpResponse;
    return { ...result, output: { ...result.output, statusCode } };
  };
  const plugin: Smithy.Pluggable<any, any> = {
    applyToStack: (stack) => {
      stack.add(log, { step: "initialize", name: "log", tags: ["LOG"] });
      stack.add(header as Smithy.BuildMiddleware<any, any>, { step: "build", name: "header", priority: "low" });
      stack.add(time, { step: "finalizeRequest", name: "time", override: true });
      stack.addRelativeTo(log, { relation: "after", toMiddleware: "header" });
      stack.remove("log");
    },
  };

  it("is taken by our stack", () => {
    const stack = constructStack<In, Out>();
    stack.use(plugin);
    stack.add(log);
    stack.add(time, { step: "finalizeRequest" });
    stack.addRelativeTo(time, { relation: "before", toMiddleware: "sign" });
    expectTypeOf(stack).toEqualTypeOf<Ours.MiddlewareStack<In, Out>>();
    expectTypeOf(stack).toExtend<Smithy.MiddlewareStack<In, Out>>();
  });

  it("lives beside ours on theirs", () => {
    const ourPlugin: Ours.Pluggable<In, Out> = {
      applyToStack: (stack) =>
        stack.add((next) => async (args) => next({ ...args, input: { ...args.input, Key: "k" } })),
    };
    const ourMiddleware: Ours.DeserializeMiddleware<In, Out> = (next, context) => async (args) => {
      context.logger?.debug(args.input.Bucket);
      return next(args);
    };
    const onto = (theirs: Smithy.MiddlewareStack<In, Out>): void => {
      theirs.use(ourPlugin);
      theirs.use(constructStack<In, Out>());
      theirs.add(ourMiddleware, { step: "deserialize" });
      expectTypeOf(theirs.concat(constructStack<In, Out>())).toEqualTypeOf<Smithy.MiddlewareStack<In, Out>>();
      expectTypeOf(constructStack<In, Out>().concat(theirs)).toEqualTypeOf<Ours.MiddlewareStack<In, Out>>();
    };
    void onto;
  });

  it("is refused in the wrong step, by ours as by theirs", () => {
    const build: Smithy.BuildMiddleware<In, Out> = (next) => async (args) => next({ ...args, request: args.request });
    const onto = (ours: Ours.MiddlewareStack<In, Out>, theirs: Smithy.MiddlewareStack<In, Out>): void => {
      // @ts-expect-error middleware that needs a request cannot stand where there is none
      ours.add(build, { step: "initialize" });
      // @ts-expect-error the same
      theirs.add(build, { step: "initialize" });
      // @ts-expect-error no such step
      ours.add(build, { step: "finalize" });
      // @ts-expect-error no such priority
      ours.add(build, { step: "build", priority: "highest" });
      // @ts-expect-error the step is the neighbour's
      ours.addRelativeTo(build, { step: "build", relation: "before", toMiddleware: "a" });
      // @ts-expect-error no such relation
      ours.addRelativeTo(build, { relation: "beside", toMiddleware: "a" });
      // @ts-expect-error a plugin for other inputs
      ours.use({ applyToStack: (stack: Smithy.MiddlewareStack<{ Other: number }, Out>) => void stack });
    };
    void onto;
  });
});
