import { ConfigError } from "@cosmoss/errors";
import type {
  AbsoluteLocation,
  DeserializeHandler,
  HandlerExecutionContext,
  HandlerOptions,
  InitializeHandler,
  MiddlewareStack,
  MiddlewareType,
  Pluggable,
  RelativeLocation,
  RelativeMiddlewareOptions,
} from "@cosmoss/types";

/** One middleware with its options: with a step and a priority, or with a relation. */
interface Entry extends HandlerOptions, AbsoluteLocation, Partial<RelativeLocation> {
  middleware: MiddlewareType<any, any>;
}

const STEPS = ["initialize", "serialize", "build", "finalizeRequest", "deserialize"];
const PRIORITIES = ["high", "normal", "low"];

const namesOf = ({ name, aliases = [] }: Entry): string[] => (name ? [name, ...aliases] : aliases);
const place = (entry: Entry): string => entry.step ?? entry.relation + " " + entry.toMiddleware;
const describe = (entry: Entry): string =>
  `${entry.name || "anonymous"}${entry.aliases?.length ? ` (a.k.a. ${entry.aliases})` : ""} - ${place(entry)}`;

class Stack<Input extends object, Output extends object> implements MiddlewareStack<Input, Output> {
  #absolute: Entry[] = [];
  #relative: Entry[] = [];
  #names = new Set<string>();
  /** Outermost first; absent from a change until somebody asks. */
  #order: Entry[] | undefined;
  #identifyOnResolve = false;

  add(middleware: MiddlewareType<Input, Output>, options: HandlerOptions & AbsoluteLocation = {}): void {
    const { step = "initialize", priority = "normal" } = options;
    this.#insert(this.#absolute, { ...options, middleware, step, priority });
  }

  addRelativeTo(middleware: MiddlewareType<Input, Output>, options: RelativeMiddlewareOptions): void {
    this.#insert(this.#relative, { ...options, middleware });
  }

  use(pluggable: Pluggable<Input, Output>): void {
    pluggable.applyToStack(this);
  }

  applyToStack(stack: MiddlewareStack<any, any>): void {
    // `forEach` visits only what is there at the start, so that a stack can be applied to itself.
    this.#absolute.forEach((entry) => stack.add(entry.middleware as never, { ...entry } as never));
    this.#relative.forEach((entry) => stack.addRelativeTo(entry.middleware, { ...entry } as never));
    stack.identifyOnResolve?.(this.#identifyOnResolve);
  }

  clone(): MiddlewareStack<Input, Output> {
    const copy = new Stack<Input, Output>();
    copy.use(this);
    return copy;
  }

  concat<InputType extends Input, OutputType extends Output>(
    from: MiddlewareStack<InputType, OutputType>,
  ): MiddlewareStack<InputType, OutputType> {
    const copy = this.clone() as MiddlewareStack<any, any>;
    copy.use(from);
    copy.identifyOnResolve(this.#identifyOnResolve || copy.identifyOnResolve());
    return copy;
  }

  remove(toRemove: MiddlewareType<Input, Output> | string): boolean {
    return this.#drop((entry) => entry.middleware === toRemove || namesOf(entry).includes(toRemove as string));
  }

  removeByTag(toRemove: string): boolean {
    return this.#drop((entry) => entry.tags?.includes(toRemove));
  }

  identify(): string[] {
    return (this.#order ??= this.#sorted()).map(describe);
  }

  identifyOnResolve(toggle?: boolean): boolean {
    return (this.#identifyOnResolve = toggle ?? this.#identifyOnResolve);
  }

  resolve<InputType extends Input, OutputType extends Output>(
    handler: DeserializeHandler<InputType, OutputType>,
    context: HandlerExecutionContext,
  ): InitializeHandler<InputType, OutputType> {
    const order = (this.#order ??= this.#sorted());
    let folded: any = handler;
    for (let i = order.length; i--;) {
      const { middleware } = order[i]!;
      folded = middleware(folded, context);
    }
    // oxlint-disable-next-line no-console -- asked for by name, where Smithy prints it
    if (this.#identifyOnResolve) console.log(this.identify());
    return folded;
  }

  #insert(list: Entry[], entry: Entry): void {
    const names = namesOf(entry);
    this.#order = undefined;
    if (names.some((name) => this.#names.has(name))) {
      if (!entry.override) {
        throw new ConfigError(`Duplicate middleware name: ${describe(entry)}. Rename it or set override.`);
      }
      for (const name of names) {
        const old = list.find((other) => namesOf(other).includes(name));
        if (!old) continue;
        if (place(old) + old.priority !== place(entry) + entry.priority) {
          throw new ConfigError(`Another place or priority: ${describe(entry)} cannot override ${describe(old)}.`);
        }
        list.splice(list.indexOf(old), 1);
      }
    }
    for (const name of names) this.#names.add(name);
    list.push(entry);
  }

  #drop(matches: (entry: Entry) => boolean | undefined): boolean {
    const gone = [...this.#absolute, ...this.#relative].filter(matches);
    const stays = (entry: Entry): boolean => !gone.includes(entry);
    this.#absolute = this.#absolute.filter(stays);
    this.#relative = this.#relative.filter(stays);
    for (const name of gone.flatMap(namesOf)) this.#names.delete(name);
    this.#order = undefined;
    return gone.length > 0;
  }

  #sorted(): Entry[] {
    const named = new Map<string | undefined, Entry>();
    const order: Entry[] = [];
    const put = (entry: Entry): void => {
      const beside = this.#relative.filter((other) => named.get(other.toMiddleware) === entry);
      for (const other of beside) if (other.relation === "before") put(other);
      order.push(entry);
      for (const other of beside.reverse()) if (other.relation === "after") put(other);
    };
    const entries = [...this.#absolute, ...this.#relative];
    for (const entry of entries) for (const name of namesOf(entry)) named.set(name, entry);
    for (const step of STEPS) {
      for (const priority of PRIORITIES) {
        for (const entry of this.#absolute) if (entry.step === step && entry.priority === priority) put(entry);
      }
    }
    const lost = entries.filter((entry) => !order.includes(entry));
    if (lost.length) {
      throw new ConfigError(
        `No place for middleware: ${lost.map(describe).join(", ")}. Known names: ${[...named.keys()].join(", ")}.`,
      );
    }
    return order;
  }
}

/** An empty stack. @public */
export function constructStack<Input extends object, Output extends object>(): MiddlewareStack<Input, Output> {
  return new Stack<Input, Output>();
}
