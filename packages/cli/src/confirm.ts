import type { Context } from "./context.ts";
import { UsageError } from "./problems.ts";
import { readLine } from "./read-line.ts";

/** Asks whether the user is sure. Throws if not, or if there is nobody to ask. */
export async function confirm(context: Context, question: string): Promise<void> {
  const { stdin, stderr } = context.environment;
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new UsageError(
      `this cannot be undone, and there is nobody to ask (${question})`,
      "add --yes if you are sure, or --dry-run to see what it means",
    );
  }
  const answer = await readLine(context, `${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError("nothing was done, as that was no yes");
}
