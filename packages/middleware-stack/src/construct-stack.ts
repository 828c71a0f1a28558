import { ConfigError } from "@cosmoss/errors";
import type {
  AbsoluteLocation,
  DeserializeHandler,
  HandlerExecutionContext,
  HandlerOptions,
  MiddlewareStack,
  MiddlewareType,
  RelativeLocation,
} from "@cosmoss/types";

/** One middleware with its options: with a step and a priority, or with a relation. */
interface Entry extends HandlerOptions, AbsoluteLocation, Partial<RelativeLocation> {
  middleware: MiddlewareType<any, any>;
}

const STEPS = ["initialize", "serialize", "build", "finalizeRequest", "deserialize"];
const PRIORITIES = ["high", "normal", "low"];

const namesOf = ({ name, aliases = [] }: Entry): string[] => (name ? [name, ...aliases] : aliases);
const place = (entry: Entry): string => entry.step ?? `${entry.relation} ${entry.toMiddleware}`;
const describe = (entry: Entry): string =>
  `${entry.name || "anonymous"}${entry.aliases?.length ? ` (a.k.a. ${entry.aliases.join()})` : ""} - ${place(entry)}`;

/** An empty stack. @public */
export function constructStack<Input extends object, Output extends object>(): MiddlewareStack<Input, Output> {
  let absolute: Entry[] = [];
  let relative: Entry[] = [];
  const taken = new Set<string>();
  /** Outermost first; absent from a change until somebody asks. */
  let order: Entry[] | undefined;
  let printing = false;

  function insert(list: Entry[], entry: Entry): void {
    const names = namesOf(entry);
    order = undefined;
    if (names.some((name) => taken.has(name))) {
      if (!entry.override) throw new ConfigError(`Duplicate middleware name: ${describe(entry)}; set override`);
      for (const name of names) {
        const index = list.findIndex((other) => namesOf(other).includes(name));
        const old = list[index];
        if (!old) continue;
        if (place(old) + old.priority !== place(entry) + entry.priority) {
          throw new ConfigError(`${describe(entry)} needs the place and priority of ${describe(old)}`);
        }
        list.splice(index, 1);
      }
    }
    for (const name of names) taken.add(name);
    list.push(entry);
  }

  function drop(matches: (entry: Entry) => boolean | undefined): boolean {
    const gone = [...absolute, ...relative].filter(matches);
    const stays = (entry: Entry): boolean => !gone.includes(entry);
    absolute = absolute.filter(stays);
    relative = relative.filter(stays);
    for (const name of gone.flatMap(namesOf)) taken.delete(name);
    order = undefined;
    return gone.length > 0;
  }

  function sorted(): Entry[] {
    const named = new Map<string, Entry>();
    const all = [...absolute, ...relative];
    const placed: Entry[] = [];
    const put = (entry: Entry): void => {
      const beside = (relation: string): Entry[] =>
        relative.filter((other) => other.relation === relation && named.get(other.toMiddleware!) === entry);
      beside("before").forEach(put);
      placed.push(entry);
      beside("after").reverse().forEach(put);
    };
    for (const entry of all) for (const name of namesOf(entry)) named.set(name, entry);
    for (const step of STEPS) {
      for (const priority of PRIORITIES) {
        absolute.filter((entry) => entry.step === step && entry.priority === priority).forEach(put);
      }
    }
    const lost = all.filter((entry) => !placed.includes(entry));
    if (lost.length) {
      throw new ConfigError(
        `No place for middleware: ${lost.map(describe).join(", ")}. Known names: ${[...named.keys()].join(", ")}.`,
      );
    }
    return placed;
  }

  const stack: MiddlewareStack<any, any> = {
    add(middleware: MiddlewareType<any, any>, options: HandlerOptions & AbsoluteLocation = {}) {
      const { step = "initialize", priority = "normal" } = options;
      insert(absolute, { ...options, middleware, step, priority });
    },
    addRelativeTo: (middleware, options) => insert(relative, { ...options, middleware }),
    use: (plugin) => plugin.applyToStack(stack),
    applyToStack(to) {
      // `forEach` visits only what is there at the start, so that a stack can be applied to itself.
      absolute.forEach((entry) => to.add(entry.middleware as never, { ...entry } as never));
      relative.forEach((entry) => to.addRelativeTo(entry.middleware, { ...entry } as never));
      to.identifyOnResolve?.(printing);
    },
    clone() {
      const copy = constructStack<any, any>();
      copy.use(stack);
      return copy;
    },
    concat(from) {
      const copy = stack.clone();
      copy.use(from);
      copy.identifyOnResolve(printing || copy.identifyOnResolve());
      return copy;
    },
    remove: (one) => drop((entry) => entry.middleware === one || namesOf(entry).includes(one as string)),
    removeByTag: (tag) => drop((entry) => entry.tags?.includes(tag)),
    identify: () => (order ??= sorted()).map(describe),
    identifyOnResolve: (toggle = printing) => (printing = toggle),
    resolve(handler: DeserializeHandler<any, any>, context: HandlerExecutionContext) {
      // oxlint-disable-next-line no-console -- asked for by name, where Smithy prints it
      if (printing) console.log(stack.identify());
      return (order ??= sorted()).reduceRight<any>((next, { middleware }) => middleware(next, context), handler);
    },
  };
  return stack;
}
