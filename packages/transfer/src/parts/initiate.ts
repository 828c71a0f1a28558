import { ServiceError } from "@cosmoss/errors";
import { type AttemptLimits, tryPart } from "../task/attempts.ts";
import type { ObjectLocation, TransferPort } from "../ports/port.ts";
import type { TaskControl } from "../task/task-control.ts";

/** So long the id of an upload is waited for when its task is paused or ends. */
const ANSWER_MS = 2000;

/** What is known of an upload that is begun. */
export interface Beginning {
  UploadId?: string | undefined;
  /** Uploads of the same key that were under way before, to know ours should its id get lost. */
  otherUploads?: string[] | undefined;
}

/** Where an upload is begun. */
export interface BeginningJob<Attributes extends object> {
  readonly port: TransferPort<Attributes>;
  readonly target: ObjectLocation;
  readonly attributes: Attributes;
  readonly limits: AttemptLimits;
}

/** Notes which other uploads of the key there are, so that ours is found though its id was never heard of. */
export async function noteOthers(
  control: TaskControl,
  { port, target, limits }: BeginningJob<any>,
  beginning: Beginning,
): Promise<void> {
  beginning.otherUploads ??= await tryPart(control, port, limits, (signal) => uploadsOf(port, target, signal));
}

/** Begins an upload. Goes on with the one of an earlier attempt, of which no answer came. */
export async function initiate<Attributes extends object>(
  control: TaskControl,
  { port, target, attributes, limits }: BeginningJob<Attributes>,
  beginning: Beginning,
): Promise<string> {
  let asked = false;
  beginning.UploadId = await tryPart(control, port, limits, async (signal) => {
    const found = asked ? await findUpload(port, target, beginning, { signal }) : undefined;
    asked = true;
    return found ?? (await initiateOnce(port, target, attributes, signal));
  });
  return beginning.UploadId;
}

/** Without its id an upload is hard to abort, so the answer has a little time to come when the task is to stop. */
async function initiateOnce<Attributes extends object>(
  port: TransferPort<Attributes>,
  target: ObjectLocation,
  attributes: Attributes,
  signal: AbortSignal,
): Promise<string> {
  const { clock } = port;
  const stop = new AbortController();
  let timer: unknown;
  const onAbort = (): void => {
    timer = clock.setTimeout(() => stop.abort(signal.reason), ANSWER_MS);
  };
  signal.throwIfAborted();
  signal.addEventListener("abort", onAbort);
  try {
    return (await port.initiate(target, attributes, { signal: stop.signal })).UploadId;
  } finally {
    signal.removeEventListener("abort", onAbort);
    clock.clearTimeout(timer);
  }
}

/** Aborts an upload, also one whose id was never heard of; one that is gone already is fine. */
export async function abortBegun(port: TransferPort<any>, target: ObjectLocation, beginning: Beginning): Promise<void> {
  await abortUpload(port, target, beginning.UploadId ?? (await findUpload(port, target, beginning)));
}

/** Aborts an upload; one that is gone already is fine. */
export async function abortUpload(
  port: TransferPort<any>,
  target: ObjectLocation,
  UploadId: string | undefined,
): Promise<void> {
  if (UploadId === undefined) return;
  try {
    await port.abort({ ...target, UploadId });
  } catch (error) {
    if (!isUploadGone(error)) throw error;
  }
}

export function isUploadGone(error: unknown): boolean {
  return ServiceError.isInstance(error) && error.code === "NoSuchUpload";
}

/** The upload that was begun without its id being heard of: the only one, beside those before it, that has no parts. */
export async function findUpload(
  port: TransferPort<any>,
  target: ObjectLocation,
  { otherUploads }: Beginning,
  options: { signal?: AbortSignal } = {},
): Promise<string | undefined> {
  if (!otherUploads) return undefined;
  const candidates: string[] = [];
  for (const UploadId of (await uploadsOf(port, target, options.signal)) ?? []) {
    if (otherUploads.includes(UploadId)) continue;
    const parts = port.listParts({ ...target, UploadId }, options)[Symbol.asyncIterator]();
    if ((await parts.next()).done) candidates.push(UploadId);
  }
  return candidates.length === 1 ? candidates[0] : undefined;
}

/** The uploads of a key that are under way; absent when the keys in use may not list them. */
async function uploadsOf(
  port: TransferPort<any>,
  { Bucket, Key }: ObjectLocation,
  signal?: AbortSignal,
): Promise<string[] | undefined> {
  const ids: string[] = [];
  try {
    for await (const upload of port.listUploads({ Bucket, Prefix: Key }, { ...(signal && { signal }) })) {
      if (upload.Key === Key) ids.push(upload.UploadId);
    }
    return ids;
  } catch (error) {
    if (ServiceError.isInstance(error) && error.statusCode === 403) return undefined;
    throw error;
  }
}
