import type { MiddlewareStack, MiddlewareType } from "@cosmoss/types";
import { constructStack as constructSmithyStack } from "@smithy/middleware-stack";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { constructStack } from "./index.ts";

type AnyStack = MiddlewareStack<any, any>;
type Make = () => AnyStack;

/** One line of a program. Stacks and middleware are numbers, taken modulo what is there. */
type Line = { stack: number } & (
  | { do: "add" | "addRelativeTo"; middleware: number; options: object }
  | { do: "remove" | "removeByTag"; name: string }
  | { do: "removeReference"; middleware: number }
  | { do: "clone" }
  | { do: "concat" | "use"; other: number }
  | { do: "identifyOnResolve"; on: boolean }
);

const MIDDLEWARE: MiddlewareType<any, any>[] = Array.from({ length: 8 }, (_, index) => (next: any) => (args: any) => {
  args.input.push(index);
  return next(args);
});

const word = fc.constantFrom("a", "b", "c", "d", "e", "f", "g");
const common = {
  name: fc.option(word, { nil: undefined, freq: 8 }),
  aliases: fc.option(fc.array(word, { maxLength: 2 }), { nil: undefined, freq: 2 }),
  tags: fc.option(fc.uniqueArray(fc.constantFrom("t", "u", "v"), { maxLength: 2 }), { nil: undefined }),
  override: fc.boolean(),
};
const stack = fc.nat();
const middleware = fc.nat(MIDDLEWARE.length - 1);
const line: fc.Arbitrary<Line> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("add" as const),
      stack,
      middleware,
      options: fc.record(
        {
          ...common,
          step: fc.constantFrom("initialize", "serialize", "build", "finalizeRequest", "deserialize"),
          priority: fc.constantFrom("high", "normal", "low"),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("addRelativeTo" as const),
      stack,
      middleware,
      options: fc.record(
        { ...common, relation: fc.constantFrom("before", "after"), toMiddleware: word },
        { requiredKeys: ["relation", "toMiddleware"] },
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), stack, name: word }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("removeReference" as const), stack, middleware }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("removeByTag" as const), stack, name: fc.constantFrom("t", "u", "v") }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("clone" as const), stack }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("concat" as const, "use" as const), stack, other: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("identifyOnResolve" as const), stack, on: fc.boolean() }) },
);
const program = fc.array(line, { minLength: 1, maxLength: 30, size: "max" });

/** Every program begins with two stacks that have places to stand beside, so that relatives often find one. */
const SEED: Line[] = ["a", "b", "c"].map((name, index) => ({
  do: "add",
  stack: index % 2,
  middleware: index,
  options: { name, step: "build" },
}));

function step(stacks: AnyStack[], line: Line): unknown {
  const one = stacks[line.stack % stacks.length]!;
  switch (line.do) {
    case "add":
      return one.add(MIDDLEWARE[line.middleware] as never, { ...line.options } as never);
    case "addRelativeTo":
      return one.addRelativeTo(MIDDLEWARE[line.middleware]!, { ...line.options } as never);
    case "remove":
      return one.remove(line.name);
    case "removeReference":
      return one.remove(MIDDLEWARE[line.middleware]!);
    case "removeByTag":
      return one.removeByTag(line.name);
    case "clone":
      return void stacks.push(one.clone());
    case "concat":
      return void stacks.push(one.concat(stacks[line.other % stacks.length]!));
    case "use":
      return one.use(stacks[line.other % stacks.length]!);
    case "identifyOnResolve":
      return one.identifyOnResolve(line.on);
  }
}

/** The result, or that there was an error. */
function attempt<T>(action: () => T): { value: T } | "error" {
  try {
    return { value: action() };
  } catch {
    return "error";
  }
}

function order(stack: AnyStack): number[] {
  const printing = stack.identifyOnResolve();
  stack.identifyOnResolve(false);
  try {
    const passed: number[] = [];
    void stack.resolve(async () => ({ response: {} }), {})({ input: passed });
    return passed;
  } finally {
    stack.identifyOnResolve(printing);
  }
}

function size(stack: AnyStack): number {
  let count = 0;
  const counter = { add: () => count++, addRelativeTo: () => count++ };
  stack.applyToStack(counter as never);
  return count;
}

/**
 * What can be seen of a stack. `strict` is the one documented difference: where Smithy leaves out middleware that has no
 * place (from `identify`, or in a ring also from `resolve`), there is an error.
 */
function observe(stack: AnyStack, strict: boolean): object {
  const names = attempt(() => stack.identify());
  const lost = strict && names !== "error" && names.value.length < size(stack);
  return {
    names: lost ? "error" : names,
    order: lost ? "error" : attempt(() => order(stack)),
    size: size(stack),
    identifyOnResolve: stack.identifyOnResolve(),
  };
}

const seen = { lines: 0, errors: 0, orders: 0, lost: 0 };

/** Runs a program on both kinds of stack and compares after every line. */
function compare(lines: Line[], make: Make): void {
  const theirs: AnyStack[] = [constructSmithyStack() as AnyStack, constructSmithyStack() as AnyStack];
  const ours: AnyStack[] = [make(), make()];
  for (const line of [...SEED, ...lines]) {
    const expected = attempt(() => step(theirs, line));
    expect(attempt(() => step(ours, line))).toEqual(expected);
    seen.lines++;
    if (expected === "error") seen.errors++;
    expect(ours.length).toBe(theirs.length);
    for (const [index, stack] of theirs.entries()) {
      const observed = observe(stack, true) as { order: unknown };
      expect(observe(ours[index]!, false)).toEqual(observed);
      if (observed.order === "error") seen.lost++;
      else seen.orders++;
    }
  }
}

/** Programs that grow stacks without end show nothing new: `use` and `concat` double their size. */
const small = (lines: Line[]): boolean =>
  lines.filter((line) => line.do === "use" || line.do === "concat" || line.do === "clone").length <= 6;

/** The same programs every time, so that the counts below are too. */
const RANDOM = { seed: 20_240_506 };

const property = (make: Make): fc.IProperty<[Line[]]> =>
  fc.property(program.filter(small), (lines) => compare(lines, make));

/** A stack like ours but for one thing. */
function broken(change: (stack: AnyStack) => Partial<AnyStack>): Make {
  const wrap = (stack: AnyStack): AnyStack => {
    const whole: AnyStack = {
      add: (...args: [any, any?]) => stack.add(...args),
      addRelativeTo: (...args) => stack.addRelativeTo(...args),
      applyToStack: (target) => stack.applyToStack(target),
      use: (plugin) => plugin.applyToStack(whole),
      clone: () => wrap(stack.clone()),
      concat: (from) => wrap(stack.concat(from)),
      remove: (what) => stack.remove(what),
      removeByTag: (tag) => stack.removeByTag(tag),
      identify: () => stack.identify(),
      identifyOnResolve: (on) => stack.identifyOnResolve(on),
      resolve: (handler, context) => stack.resolve(handler, context),
      ...change(stack),
    };
    return whole;
  };
  return () => wrap(constructStack());
}

const MUTANTS: Record<string, Make> = {
  "forgets priorities": broken((stack) => ({
    add: (middleware: any, options: any) => stack.add(middleware, { ...options, priority: "normal" }),
  })),
  "takes after for before": broken((stack) => ({
    addRelativeTo: (middleware, options) => stack.addRelativeTo(middleware, { ...options, relation: "before" }),
  })),
  "always overrides": broken((stack) => ({
    add: (middleware: any, options: any) => stack.add(middleware, { ...options, override: true }),
  })),
  "never overrides": broken((stack) => ({
    addRelativeTo: (middleware, options) => stack.addRelativeTo(middleware, { ...options, override: false }),
  })),
  "forgets aliases": broken((stack) => ({
    add: (middleware: any, options: any) => stack.add(middleware, { ...options, aliases: [] }),
  })),
  "removes by name only": broken((stack) => ({
    remove: (what) => typeof what === "string" && stack.remove(what),
  })),
  "removes no tags": broken(() => ({ removeByTag: () => false })),
  "lies about removal": broken((stack) => ({ remove: (what) => (stack.remove(what), true) })),
  "clones itself": broken((stack) => ({ clone: () => stack })),
  "concatenates the wrong way round": broken((stack) => ({
    concat: (from) => {
      const joined: AnyStack = constructStack();
      for (const part of [from, stack]) joined.use(part);
      joined.identifyOnResolve(stack.identifyOnResolve() || from.identifyOnResolve());
      return joined;
    },
  })),
  "runs innermost first": broken((stack) => ({
    resolve: (handler, context) =>
      stack.resolve((args) => {
        (args.input as unknown as number[]).reverse();
        return handler(args);
      }, context),
  })),
  "drops what has no place": broken((stack) => ({
    resolve: (handler, context) => {
      try {
        return stack.resolve(handler, context);
      } catch {
        return handler as never;
      }
    },
  })),
};

describe("any program", () => {
  it("shows the same as on the Smithy stack", () => {
    fc.assert(property(constructStack), { ...RANDOM, numRuns: 3_000 });
    // The programs reach every kind of outcome often.
    expect(seen.lines).toBeGreaterThan(20_000);
    expect(seen.errors).toBeGreaterThan(2_000);
    expect(seen.orders).toBeGreaterThan(20_000);
    expect(seen.lost).toBeGreaterThan(2_000);
  });

  it.each(Object.keys(MUTANTS))("shows a difference on a stack that %s", (name) => {
    expect(fc.check(property(MUTANTS[name]!), { ...RANDOM, numRuns: 3_000, endOnFailure: true }).failed).toBe(true);
  });

  it("shows no difference on a wrapped stack without a change", () => {
    expect(fc.check(property(broken(() => ({}))), { ...RANDOM, numRuns: 200 }).failed).toBe(false);
  });
});

describe("stacks of both kinds", () => {
  it("can be used on each other", () => {
    const ours: AnyStack = constructStack();
    const theirs = constructSmithyStack() as AnyStack;
    ours.add(MIDDLEWARE[1] as never, { name: "a", step: "build", tags: ["t"] });
    ours.addRelativeTo(MIDDLEWARE[2]!, { name: "b", relation: "before", toMiddleware: "a" });
    theirs.add(MIDDLEWARE[3] as never, { name: "c", priority: "high" });
    theirs.addRelativeTo(MIDDLEWARE[4]!, { name: "d", relation: "after", toMiddleware: "a" });
    const expected = [3, 2, 1, 4];
    expect(order(ours.concat(theirs))).toEqual(expected);
    expect(order(theirs.concat(ours))).toEqual(expected);
    theirs.use(ours);
    expect(order(theirs)).toEqual(expected);
    expect(theirs.removeByTag("t")).toBe(true);
  });
});
