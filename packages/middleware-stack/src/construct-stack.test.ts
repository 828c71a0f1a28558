import { ConfigError } from "@cosmoss/errors";
import type { HandlerExecutionContext, InitializeMiddleware, MiddlewareStack, Pluggable } from "@cosmoss/types";
import { describe, expect, it, vi } from "vitest";
import { constructStack } from "./index.ts";

interface Input {
  trace: string[];
}
interface Output {
  trace: string[];
}
type TestStack = MiddlewareStack<Input, Output>;

/** Writes its name on the way in and on the way out. */
const mark =
  (name: string): InitializeMiddleware<any, any> =>
  (next) =>
  async (args) => {
    args.input.trace.push(name);
    const result = await next(args);
    args.input.trace.push("/" + name);
    return result;
  };

const terminal = async (args: { input: Input }): Promise<{ response: unknown; output: Output }> => ({
  response: {},
  output: { trace: [...args.input.trace] },
});

/** Names in the order in which a send passes them. */
async function run(stack: TestStack): Promise<string[]> {
  const { output } = await stack.resolve(terminal, {})({ input: { trace: [] } });
  return output.trace;
}

const add = (stack: TestStack, name: string, options: object = {}): void =>
  stack.add(mark(name), { name, ...options } as never);
const beside = (stack: TestStack, name: string, relation: "before" | "after", toMiddleware: string): void =>
  stack.addRelativeTo(mark(name), { name, relation, toMiddleware });

describe("order", () => {
  it("goes by step, then priority, then the order of adding", async () => {
    const stack = constructStack<Input, Output>();
    const steps = ["deserialize", "finalizeRequest", "build", "serialize", "initialize"];
    for (const step of steps) {
      for (const priority of ["low", "normal", "high"]) {
        for (const nth of [1, 2]) add(stack, `${step} ${priority} ${nth}`, { step, priority });
      }
    }
    const expected = steps
      .toReversed()
      .flatMap((step) => ["high", "normal", "low"].flatMap((p) => [`${step} ${p} 1`, `${step} ${p} 2`]));
    expect(await run(stack)).toEqual(expected);
    expect(expected).toHaveLength(30);
  });

  it("puts middleware without options into initialize with normal priority", async () => {
    const stack = constructStack<Input, Output>();
    add(stack, "low", { priority: "low" });
    stack.add(mark("plain"));
    add(stack, "undefined", { step: undefined, priority: undefined });
    add(stack, "high", { priority: "high" });
    expect(await run(stack)).toEqual(["high", "plain", "undefined", "low"]);
    expect(stack.identify()[1]).toBe("anonymous - initialize");
  });

  it("comes back through the stack in reverse", async () => {
    const stack = constructStack<Input, Output>();
    add(stack, "inner", { step: "deserialize" });
    add(stack, "outer");
    const input: Input = { trace: [] };
    await stack.resolve(terminal, {})({ input });
    expect(input.trace).toEqual(["outer", "inner", "/inner", "/outer"]);
  });

  it("puts relative middleware beside its neighbour, the last added after it next to it", async () => {
    const stack = constructStack<Input, Output>();
    for (const name of ["b1", "b2"]) beside(stack, name, "before", "middle");
    for (const name of ["a1", "a2"]) beside(stack, name, "after", "middle");
    add(stack, "first");
    add(stack, "middle");
    add(stack, "last");
    expect(await run(stack)).toEqual(["first", "b1", "b2", "middle", "a2", "a1", "last"]);
  });

  it("follows chains of relatives into the step of the one that has a step", async () => {
    const stack = constructStack<Input, Output>();
    beside(stack, "d", "before", "c");
    beside(stack, "c", "after", "b");
    beside(stack, "b", "before", "a");
    add(stack, "other", { step: "serialize" });
    add(stack, "a", { step: "build" });
    expect(await run(stack)).toEqual(["other", "b", "d", "c", "a"]);
  });

  it("finds a neighbour by alias", async () => {
    const stack = constructStack<Input, Output>();
    add(stack, "z");
    add(stack, "auth", { aliases: ["signing", "token"] });
    beside(stack, "x", "before", "signing");
    expect(await run(stack)).toEqual(["z", "x", "auth"]);
    expect(stack.identify()).toEqual([
      "z - initialize",
      "x - before signing",
      "auth (a.k.a. signing,token) - initialize",
    ]);
  });

  it("follows every later change, and leaves handlers that are already folded alone", async () => {
    const stack = constructStack<Input, Output>();
    add(stack, "a");
    const folded = stack.resolve(terminal, {});
    add(stack, "b", { priority: "high" });
    expect(await run(stack)).toEqual(["b", "a"]);
    beside(stack, "c", "after", "b");
    expect(await run(stack)).toEqual(["b", "c", "a"]);
    stack.remove("b");
    expect(() => stack.identify()).toThrow(ConfigError);
    stack.remove("c");
    expect(await run(stack)).toEqual(["a"]);
    const { output } = await folded({ input: { trace: [] } });
    expect(output.trace).toEqual(["a"]);
  });

  it("is worked out once per change, not per send", () => {
    const stack = constructStack<Input, Output>();
    for (const name of ["a", "b", "c"]) add(stack, name);
    beside(stack, "d", "after", "a");
    const sort = vi.spyOn(Map.prototype, "set");
    stack.resolve(terminal, {});
    const firstTime = sort.mock.calls.length;
    stack.resolve(terminal, {});
    stack.identify();
    expect(firstTime).toBeGreaterThan(0);
    expect(sort.mock.calls.length).toBe(firstTime);
    add(stack, "e");
    stack.resolve(terminal, {});
    expect(sort.mock.calls.length).toBeGreaterThan(firstTime);
  });

  it("is not disturbed by a middleware that changes the stack while it is folded", async () => {
    const stack = constructStack<Input, Output>();
    add(stack, "a");
    stack.add(
      (next, context) => {
        stack.remove("a");
        return mark("changer")(next, context);
      },
      { priority: "low" },
    );
    expect(await run(stack)).toEqual(["a", "changer"]);
    expect(await run(stack)).toEqual(["changer"]);
  });

  it("keeps its own copy of the options", async () => {
    const stack = constructStack<Input, Output>();
    const options = { name: "a", priority: "low" as "low" | "high" };
    stack.add(mark("a"), options);
    add(stack, "b");
    options.priority = "high";
    options.name = "c";
    expect(await run(stack)).toEqual(["b", "a"]);
    expect(stack.identify()[1]).toBe("a - initialize");
  });
});

describe("a place that does not exist", () => {
  it("is a ConfigError that names it and the known names, from resolve and identify", () => {
    const stack = constructStack<Input, Output>();
    add(stack, "encode", { aliases: ["write"] });
    stack.add(mark("nameless"));
    beside(stack, "child", "after", "mine");
    beside(stack, "mine", "before", "encoder");
    for (const ask of [() => stack.resolve(terminal, {}), () => stack.identify()]) {
      expect(ask).toThrow(ConfigError);
      expect(ask).toThrow(
        "No place for middleware: child - after mine, mine - before encoder. Known names: encode, write, child, mine.",
      );
    }
    add(stack, "encoder");
    expect(stack.identify()).toHaveLength(5);
  });

  it.each(["constructor", "toString", "__proto__"])("is not mistaken for a member of Object: %s", (name) => {
    const stack = constructStack<Input, Output>();
    beside(stack, "x", "before", name);
    expect(() => stack.resolve(terminal, {})).toThrow(ConfigError);
    add(stack, name);
    expect(stack.identify()).toEqual([`x - before ${name}`, `${name} - initialize`]);
  });

  it("is also a ring of relatives, which Smithy leaves out without a word", () => {
    const stack = constructStack<Input, Output>();
    beside(stack, "a", "before", "b");
    beside(stack, "b", "before", "a");
    beside(stack, "self", "after", "self");
    expect(() => stack.resolve(terminal, {})).toThrow(/a - before b, b - before a, self - after self/);
  });

  it.each([{ step: "finalize" }, { priority: "highest" }])("is also an unknown step or priority: %o", (options) => {
    const stack = constructStack<Input, Output>();
    add(stack, "x", options);
    expect(() => stack.resolve(terminal, {})).toThrow(ConfigError);
  });
});

describe("names", () => {
  it("are unique, aliases included", () => {
    const stack = constructStack<Input, Output>();
    add(stack, "a", { aliases: ["b"] });
    for (const options of [{ name: "a" }, { name: "b" }, { name: "c", aliases: ["a"] }, { aliases: ["b"] }]) {
      expect(() => stack.add(mark("x"), options)).toThrow(ConfigError);
      expect(() => stack.addRelativeTo(mark("x"), { ...options, relation: "after", toMiddleware: "a" })).toThrow(
        /^Duplicate middleware name: /,
      );
    }
    expect(stack.identify()).toHaveLength(1);
  });

  it("are free again after removal", () => {
    const stack = constructStack<Input, Output>();
    const middleware = mark("a");
    const removals = [() => stack.remove("a"), () => stack.remove("b"), () => stack.remove(middleware)];
    for (const remove of [...removals, () => stack.removeByTag("t")]) {
      stack.add(middleware, { name: "a", aliases: ["b"], tags: ["t"] });
      expect(remove()).toBe(true);
      expect(remove()).toBe(false);
    }
    add(stack, "b", { aliases: ["a"] });
    expect(stack.identify()).toEqual(["b (a.k.a. a) - initialize"]);
  });
});

describe("override", () => {
  it("replaces absolute middleware of the same step and priority", async () => {
    const stack = constructStack<Input, Output>();
    add(stack, "a", { step: "build", priority: "low" });
    stack.add(mark("new a") as never, { name: "a", step: "build", priority: "low", override: true });
    expect(await run(stack)).toEqual(["new a"]);
  });

  it.each([{ step: "serialize" }, { priority: "high" }])("refuses another place: %o", (options) => {
    const stack = constructStack<Input, Output>();
    add(stack, "a");
    expect(() => add(stack, "a", { ...options, override: true })).toThrow(ConfigError);
  });

  it("replaces relative middleware of the same relation and neighbour only", async () => {
    const stack = constructStack<Input, Output>();
    add(stack, "a");
    add(stack, "b");
    beside(stack, "r", "before", "b");
    const override = { name: "r", override: true };
    for (const place of [
      { relation: "after", toMiddleware: "b" },
      { relation: "before", toMiddleware: "a" },
    ] as const) {
      expect(() => stack.addRelativeTo(mark("new"), { ...place, ...override })).toThrow(ConfigError);
    }
    stack.addRelativeTo(mark("new"), { relation: "before", toMiddleware: "b", ...override });
    expect(await run(stack)).toEqual(["a", "new", "b"]);
  });

  it("takes the place of all that its name and aliases mean", async () => {
    const stack = constructStack<Input, Output>();
    for (const name of ["bearer", "sigv4", "other"]) add(stack, name);
    add(stack, "auth", { aliases: ["sigv4", "bearer"], override: true });
    expect(await run(stack)).toEqual(["other", "auth"]);
  });

  it("is the same as adding when there is nothing of that name", async () => {
    const stack = constructStack<Input, Output>();
    add(stack, "a", { override: true });
    expect(await run(stack)).toEqual(["a"]);
  });
});

describe("removal", () => {
  it("by reference takes every use of a function", async () => {
    const stack = constructStack<Input, Output>();
    const twice = mark("twice");
    stack.add(twice);
    add(stack, "a");
    stack.addRelativeTo(twice, { relation: "after", toMiddleware: "a" });
    expect(stack.remove(twice)).toBe(true);
    expect(await run(stack)).toEqual(["a"]);
  });

  it("by tag takes everything with the tag and nothing else", async () => {
    const stack = constructStack<Input, Output>();
    add(stack, "a", { tags: ["x", "y"] });
    add(stack, "b", { tags: ["y"] });
    add(stack, "x");
    stack.addRelativeTo(mark("c"), { relation: "after", toMiddleware: "x", tags: ["x"] });
    expect(stack.removeByTag("x")).toBe(true);
    expect(stack.removeByTag("x")).toBe(false);
    expect(await run(stack)).toEqual(["b", "x"]);
  });
});

describe("clone, concat and use", () => {
  it("clone is independent in both directions", async () => {
    const stack = constructStack<Input, Output>();
    add(stack, "a");
    beside(stack, "r", "before", "a");
    const copy = stack.clone();
    add(stack, "only in the first");
    add(copy, "only in the copy");
    copy.remove("r");
    expect(await run(stack)).toEqual(["r", "a", "only in the first"]);
    expect(await run(copy)).toEqual(["a", "only in the copy"]);
  });

  it("concat joins both and changes neither; relatives of one find neighbours in the other", async () => {
    const left = constructStack<Input, Output>();
    const right = constructStack<Input, Output>();
    add(left, "l", { step: "build" });
    beside(right, "r", "after", "l");
    add(right, "first");
    expect(await run(left.concat(right))).toEqual(["first", "l", "r"]);
    expect(await run(left)).toEqual(["l"]);
    expect(() => right.identify()).toThrow(ConfigError);
    expect(() => left.concat(left)).toThrow(ConfigError);
  });

  it("use applies a plugin, and a stack is one", async () => {
    const stack = constructStack<Input, Output>();
    const plugin: Pluggable<Input, Output> = { applyToStack: (target) => target.add(mark("p"), { name: "p" }) };
    stack.use(plugin);
    const other = constructStack<Input, Output>();
    add(other, "o");
    stack.use(other);
    expect(await run(stack)).toEqual(["p", "o"]);
  });

  it("a stack applied to itself ends", async () => {
    const stack = constructStack<Input, Output>();
    stack.add(mark("a"));
    stack.use(stack);
    expect(await run(stack)).toEqual(["a", "a"]);
  });
});

describe("identifyOnResolve", () => {
  it("prints the order when it is on", () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const stack = constructStack<Input, Output>();
    add(stack, "a");
    stack.resolve(terminal, {});
    expect(log).not.toHaveBeenCalled();
    expect(stack.identifyOnResolve()).toBe(false);
    expect(stack.identifyOnResolve(true)).toBe(true);
    stack.resolve(terminal, {});
    expect(log.mock.calls).toEqual([[["a - initialize"]]]);
    expect(stack.identifyOnResolve(false)).toBe(false);
  });

  it("is on in a clone or concatenation of a stack where it is on", () => {
    const on = constructStack<Input, Output>();
    const off = constructStack<Input, Output>();
    on.identifyOnResolve(true);
    expect([on.clone(), on.concat(off), off.concat(on)].map((stack) => stack.identifyOnResolve())).toEqual([
      true,
      true,
      true,
    ]);
    expect([off.clone(), off.concat(off)].map((stack) => stack.identifyOnResolve())).toEqual([false, false]);
  });
});

describe("a send", () => {
  it("owns its context, also when many run at once", async () => {
    const stack = constructStack<Input, Output>();
    let running = 0;
    let mostRunning = 0;
    const held: (() => void)[] = [];
    stack.add((next, context) => async (args) => {
      context["seen"] = args.input.trace[0];
      mostRunning = Math.max(mostRunning, ++running);
      await new Promise<void>((resolve) => held.push(resolve));
      running--;
      return next(args);
    });
    stack.add(
      (next, context) => async (args) => {
        args.input.trace.push(`seen ${context["seen"]} of ${context.commandName}`);
        return next(args);
      },
      { step: "build" },
    );
    const contexts: HandlerExecutionContext[] = Array.from({ length: 50 }, (_, i) => ({ commandName: `c${i}` }));
    const sends = contexts.map((context, i) => stack.resolve(terminal, context)({ input: { trace: [`${i}`] } }));
    for (const release of held.reverse()) release();
    const results = await Promise.all(sends);
    expect(mostRunning).toBe(50);
    expect(results.map(({ output }) => output.trace)).toEqual(contexts.map((_, i) => [`${i}`, `seen ${i} of c${i}`]));
    expect(contexts.map((context) => context["seen"])).toEqual(contexts.map((_, i) => `${i}`));
  });

  it("may pass the inner middleware several times", async () => {
    const stack = constructStack<Input, Output>();
    const attempts: number[] = [];
    stack.add(
      (next) => async (args) => {
        for (;;) {
          try {
            return await next(args);
          } catch (error) {
            attempts.push((error as { attempt: number }).attempt);
          }
        }
      },
      { step: "finalizeRequest", name: "retry" },
    );
    stack.addRelativeTo(mark("sign"), { name: "sign", relation: "after", toMiddleware: "retry" });
    add(stack, "outer");
    let attempt = 0;
    const handler = stack.resolve<Input, Output>(async (args) => {
      if (++attempt < 3) throw Object.assign(new Error("busy"), { attempt });
      return terminal(args);
    }, {});
    const { output } = await handler({ input: { trace: [] } });
    expect(output.trace).toEqual(["outer", "sign", "sign", "sign"]);
    expect(attempts).toEqual([1, 2]);
  });

  it("passes errors through unchanged", async () => {
    const stack = constructStack<Input, Output>();
    add(stack, "a");
    const reason = new Error("no");
    const handler = stack.resolve<Input, Output>(() => Promise.reject(reason), {});
    await expect(handler({ input: { trace: [] } })).rejects.toBe(reason);
  });

  it("goes straight to the terminal handler when the stack is empty", () => {
    expect(constructStack<Input, Output>().resolve(terminal, {})).toBe(terminal);
  });
});
