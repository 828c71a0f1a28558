import { stat } from "node:fs/promises";
import type { ObjectLocation, PortOptions, RemoteObject, TransferPort } from "@cosmoss/transfer";
import { ServiceError } from "@cosmoss/errors";
import { Refused } from "./problems.ts";

/** What changes when a file does; nothing where there is none. */
export async function stateOfFile(path: string): Promise<string | undefined> {
  try {
    const { size, mtimeNs } = await stat(path, { bigint: true });
    return `${size} ${mtimeNs}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** What changes when an object is replaced. */
export function stateOf({ Size, ETag }: Pick<RemoteObject, "Size" | "ETag">): string {
  return `${Size} ${ETag}`;
}

/** As {@link stateOf}, of what is there now; nothing where there is no such object. */
export async function stateOfObject(
  port: TransferPort,
  object: ObjectLocation,
  options?: PortOptions,
): Promise<string | undefined> {
  try {
    return stateOf(await port.head(object, options));
  } catch (error) {
    if (ServiceError.isInstance(error) && error.statusCode === 404) return undefined;
    throw error;
  }
}

/** Deletes a source that was copied, unless it is another by then, which throws; gone already is fine. `shown`: its name. */
export async function deleteUnchanged(
  shown: string,
  before: string | undefined,
  stateNow: () => Promise<string | undefined>,
  remove: () => Promise<void>,
): Promise<void> {
  const now = await stateNow();
  if (now === undefined) return;
  if (now !== before) throw new Refused(`${shown} changed while it was copied, so it is still here`, "move it again");
  await remove();
}
