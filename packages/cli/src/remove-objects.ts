import { deleteAll, type ListedObject, type TransferPort } from "@cosmoss/transfer";
import { Chain } from "./chain.ts";
import type { Context } from "./context.ts";
import type { KeyFilter } from "./key-filter.ts";
import { type RemoteLocation, urlOf } from "./locations.ts";
import { printable } from "./output/text.ts";
import { runTask } from "./run-task.ts";

/** How {@link removeObjects} went. */
export interface Removed {
  readonly deleted: number;
  readonly failed: number;
}

/** Deletes the objects in a place and says so of each. Those that the service refuses to delete are reported and counted. */
export async function removeObjects(
  { clouds, printer, interrupt }: Context,
  { provider, bucket, key: Prefix }: RemoteLocation,
  { chosen, dryRun }: { chosen: KeyFilter; dryRun: boolean },
): Promise<Removed> {
  const { port } = await clouds.service(provider, bucket);
  const chain = new Chain((error) => void task.cancel({ reason: error }));
  const task = deleteAll(
    chosenOf(port, (key) => chosen(key.slice(Prefix.length))),
    { Bucket: bucket, Prefix },
    { dryRun, onDeleted: (key) => chain.add(() => report(key)) },
  );

  async function report(key: string): Promise<void> {
    const url = urlOf({ provider, bucket, key });
    const shown = printable(url);
    if (dryRun) await printer.answer({ event: "would-delete", url }, `would delete ${shown}`);
    else await printer.event({ event: "deleted", url }, `deleted ${shown}`);
  }

  try {
    const { deleted, failed, failures } = await runTask(interrupt, task, { keep: false });
    for (const { Key, Code, Message } of failures) {
      const url = urlOf({ provider, bucket, key: Key });
      printer.problem(`rm ${printable(url)}: ${Message} (${Code})`);
      if (printer.json) await printer.event({ event: "failed", url, code: Code, reason: Message });
    }
    return { deleted, failed };
  } finally {
    await chain.settled;
  }
}

/** The port, with nothing but these objects. */
function chosenOf(port: TransferPort, chosen: KeyFilter): TransferPort {
  async function* list(...given: Parameters<TransferPort["list"]>): AsyncGenerator<ListedObject> {
    for await (const object of port.list(...given)) if (chosen(object.Key)) yield object;
  }
  return { ...port, list };
}
