import type { TransferTask } from "@cosmoss/transfer";
import type { Interrupt } from "./interrupt.ts";

/** What a task gives. Ctrl-C cancels it, and is over when everything is tidied up; `keep`: for a later run to go on from. */
export async function runTask<T>(interrupt: Interrupt, task: TransferTask<T>, options: { keep: boolean }): Promise<T> {
  let tidied: Promise<void> | undefined;
  const letGo = interrupt.onRequest(() => {
    tidied = task.cancel({ reason: interrupt.signal.reason, keep: options.keep });
  });
  try {
    return await task;
  } finally {
    letGo();
    await tidied;
    if (interrupt.requested && options.keep && task.checkpoint !== undefined) interrupt.hasKept = true;
  }
}
