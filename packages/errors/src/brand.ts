/** Marks an error as ours whichever copy of this package made it: `instanceof` fails between two installed copies. */
export function hasBrand(error: unknown, name: string): boolean {
  return (error as { $cosmoss?: unknown } | null | undefined)?.$cosmoss === name;
}

/** Defines members that no `console.log`, `util.inspect` or `JSON.stringify` shows. */
export function hide(error: object, members: Record<string, unknown>): void {
  for (const name in members) {
    Object.defineProperty(error, name, { value: members[name], enumerable: false, configurable: true, writable: true });
  }
}
