import type { Context } from "./context.ts";
import { EXIT, exitCodeOf, someFailed } from "./exit-codes.ts";
import { reportFailure } from "./output/reports.ts";

/**
 * Works on one item after the other. One that fails does not stop the others: it is reported, and at the end this rejects.
 * With a single item it rejects with what that failed with.
 */
export async function forEach<T>(
  { printer, interrupt }: Pick<Context, "printer" | "interrupt">,
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  for (const [index, item] of items.entries()) {
    interrupt.throwIfRequested();
    try {
      await work(item, index);
    } catch (error) {
      if (items.length === 1 || isFinal(error)) throw error;
      await reportFailure(printer, error, { name: String(item) });
      failures.push(error);
    }
  }
  if (failures.length > 0) {
    throw someFailed(`${failures.length} of ${items.length} failed`, failures, items.length - failures.length);
  }
}

/** Whether nothing can follow: the user wants it to stop, or nobody reads any more. */
export function isFinal(error: unknown): boolean {
  const code = exitCodeOf(error);
  return code === EXIT.interrupted || code === EXIT.brokenPipe;
}
