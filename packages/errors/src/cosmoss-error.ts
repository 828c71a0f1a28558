/** What the errors of Cosmoss are made of. Known by a brand, since `instanceof` fails between two installed copies. @public */
export class CosmossError extends Error {
  /** Name of the class; not printed. */
  declare readonly $cosmoss: string;

  /** `hidden` members are shown by no `console.log`, `util.inspect` or `JSON.stringify`. */
  constructor(name: string, message: string, members: object = {}, hidden?: object) {
    const { cause, ...shown } = members as { cause?: unknown };
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, { name }, shown);
    for (const [key, value] of Object.entries({ $cosmoss: name, ...hidden })) {
      Object.defineProperty(this, key, { value, configurable: true, writable: true });
    }
  }

  /** Whether `error` is one of Cosmoss, of this copy of the package or another. */
  static isInstance(error: unknown): error is CosmossError {
    return (error as CosmossError | null | undefined)?.$cosmoss !== undefined;
  }
}

/** Whether an error is of the class `name`. */
export function isError(error: unknown, name: string): boolean {
  return (error as CosmossError | null | undefined)?.$cosmoss === name;
}
