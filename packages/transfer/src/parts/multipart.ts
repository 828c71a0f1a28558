import { IntegrityError, ServiceError } from "@cosmoss/errors";
import { type AttemptLimits, type StallWatch, tryPart } from "../task/attempts.ts";
import type { CheckpointKeeper } from "../checkpoints/checkpoint-keeper.ts";
import type { DonePart, TransferCheckpoint } from "../checkpoints/checkpoints.ts";
import { abortBegun, findUpload, initiate, isUploadGone, noteOthers } from "./initiate.ts";
import { partCount, partLength, type PlannedPart, planParts } from "./part-plan.ts";
import type { ObjectLocation, StoredObject, StoredPart, TransferPort, UploadLocation } from "../ports/port.ts";
import { inParallel, type TaskControl } from "../task/task-control.ts";
import { wholeCrc } from "./whole-crc.ts";

/** What is wrong with the parts as a whole: to go on from them would never do. */
class UselessPartsError extends Error {}

/** An object to be stored in parts whose bytes can be had again. */
export interface MultipartJob<Attributes extends object> {
  readonly port: TransferPort<Attributes>;
  readonly target: ObjectLocation;
  readonly attributes: Attributes;
  readonly limits: AttemptLimits;
  readonly keeper: CheckpointKeeper;
  /** What the checkpoint of a new upload says. */
  readonly fresh: TransferCheckpoint;
  /** CRC-64 that the object must have, where it is known before. */
  readonly expectedCrc?: string | undefined;
  /** Whether the bytes go through here, so that they are counted as they are sent. */
  readonly countsBytes: boolean;
  /** Throws when the source is not what it was when the upload began. */
  beforeComplete?(): Promise<void>;
  /** Whether what has been sent by then is of no use to a later run. */
  isUseless?(error: unknown): boolean;
  /** Stores a part. The CRC-64 in the answer is that of the bytes as they were read here. */
  sendPart(upload: UploadLocation, part: PlannedPart, signal: AbortSignal, watch: StallWatch): Promise<StoredPart>;
}

/** What came of a {@link MultipartJob}. */
export interface MultipartResult extends StoredObject {
  UploadId: string;
  /** Bytes that an earlier run had stored. */
  resumedBytes: number;
  /** Whether the CRC-64 of the whole was known on both sides, and equal. */
  verified: boolean;
}

/**
 * Stores an object in parts, going on from `found` when the service still has what it says. When the service has lost the
 * upload, begins anew, once. When it fails, the upload is aborted unless a later run can go on from it.
 */
export async function sendInParts<Attributes extends object>(
  control: TaskControl,
  job: MultipartJob<Attributes>,
  found: TransferCheckpoint | undefined,
): Promise<MultipartResult> {
  try {
    return await sendAgainWhatIsLost(control, job, found);
  } catch (error) {
    await control.tidy(async () => {
      const isUseful = !(error instanceof UselessPartsError) && !job.isUseless?.(error);
      if ((control.keep ?? job.keeper.resumable) && isUseful) return;
      await dropUpload(job, control.checkpoint ?? found);
    });
    throw error instanceof UselessPartsError ? error.cause : error;
  }
}

/** Forgets a checkpoint, and aborts its upload, heard of or not; one that is gone already is fine. */
async function dropUpload(
  { port, target, keeper }: Pick<MultipartJob<any>, "port" | "target" | "keeper">,
  checkpoint: TransferCheckpoint | undefined,
): Promise<void> {
  if (checkpoint) await abortBegun(port, target, checkpoint);
  await keeper.remove();
}

/** `found` if it can be gone on with; else it is forgotten, and an upload that it has to the same target is aborted. */
export async function usableCheckpoint(
  job: Pick<MultipartJob<any>, "port" | "target" | "keeper" | "fresh">,
  found: TransferCheckpoint | undefined,
  continues: (found: TransferCheckpoint) => boolean,
): Promise<TransferCheckpoint | undefined> {
  if (!found || continues(found)) return found;
  await dropUpload(job, found.target === job.fresh.target ? found : undefined);
  return undefined;
}

async function sendAgainWhatIsLost<Attributes extends object>(
  control: TaskControl,
  job: MultipartJob<Attributes>,
  found: TransferCheckpoint | undefined,
): Promise<MultipartResult> {
  try {
    return await sendOnce(control, job, found);
  } catch (error) {
    if (isUploadGone(error)) return sendOnce(control, job, undefined);
    if (!isPartGone(error) || !control.checkpoint) throw error;
    // Parts got lost since they were sent: what the service still has is not sent again.
    const earlier = new Set(found?.parts.map(({ PartNumber }) => PartNumber));
    const result = await sendOnce(control, job, control.checkpoint);
    const { partSize } = control.checkpoint ?? job.fresh;
    return {
      ...result,
      resumedBytes: Math.min(result.resumedBytes, bytesOf(earlier, job.fresh.fingerprint.size, partSize)),
    };
  }
}

function isPartGone(error: unknown): boolean {
  return ServiceError.isInstance(error) && error.code === "InvalidPart";
}

async function sendOnce<Attributes extends object>(
  control: TaskControl,
  job: MultipartJob<Attributes>,
  found: TransferCheckpoint | undefined,
): Promise<MultipartResult> {
  const { port, target, keeper, fresh, limits } = job;
  const { size } = fresh.fingerprint;
  const checkpoint: TransferCheckpoint = found ?? { ...fresh, parts: [] };
  const done = new Map<number, DonePart>();
  if (found) {
    const finished = await provedParts(control, job, found, done);
    if (finished) return finished;
    checkpoint.parts = [...done.values()];
  }
  const resumedBytes = bytesOf(done.keys(), size, checkpoint.partSize);
  const UploadId = await beginUpload(control, job, checkpoint);
  const upload: UploadLocation = { ...target, UploadId };
  control.meter.begin(size, resumedBytes);

  const parts = planParts(size, checkpoint.partSize);
  // One more than can run, so that the next part is in line by the time there is a place, before others of less priority.
  const width = (): number => port.pool.concurrency + 1;
  await inParallel(control, width, async (own, grow) => {
    for (const part of parts) {
      if (done.has(part.PartNumber)) continue;
      grow();
      const stored = await tryPart(own, port, limits, (signal, watch) => job.sendPart(upload, part, signal, watch));
      const { PartNumber, start, end } = part;
      done.set(PartNumber, { PartNumber, ...stored });
      checkpoint.parts.push({ PartNumber, ...stored });
      // Saved before the next part begins, so that no more is sent twice than what was on its way.
      await keeper.save();
      control.acknowledge(end - start, job.countsBytes ? {} : { sent: 0 });
    }
  });
  return { ...(await complete(control, job, checkpoint)), UploadId, resumedBytes };
}

/** Begins an upload, unless the checkpoint has one, which says before what is needed to find it without its id. */
async function beginUpload<Attributes extends object>(
  control: TaskControl,
  job: MultipartJob<Attributes>,
  checkpoint: TransferCheckpoint,
): Promise<string> {
  const { keeper } = job;
  if (checkpoint.UploadId === undefined) await noteOthers(control, job, checkpoint);
  await keeper.begin(checkpoint);
  if (checkpoint.UploadId !== undefined) return checkpoint.UploadId;
  const UploadId = await initiate(control, job, checkpoint);
  await keeper.save();
  return UploadId;
}

/**
 * Fills `done` with the parts of an earlier run that the service has as they were sent. Gives the stored object when all
 * was sent and only the answer got lost. Rejects with `NoSuchUpload` when the upload is gone.
 */
async function provedParts<Attributes extends object>(
  control: TaskControl,
  job: MultipartJob<Attributes>,
  found: TransferCheckpoint,
  done: Map<number, DonePart>,
): Promise<MultipartResult | undefined> {
  const { port, target, limits } = job;
  const { size } = found.fingerprint;
  if (found.UploadId === undefined) {
    found.UploadId = await tryPart(control, port, limits, (signal) => findUpload(port, target, found, { signal }));
    return undefined;
  }
  const { UploadId } = found;
  const claimed = new Map(found.parts.map((part) => [part.PartNumber, part]));
  try {
    await tryPart(control, port, limits, async (signal) => {
      done.clear();
      for await (const { PartNumber, ETag, Size } of port.listParts({ ...target, UploadId }, { signal })) {
        const part = claimed.get(PartNumber);
        const length = partLength(PartNumber, size, found.partSize);
        if (part?.ETag === ETag && Size === length) done.set(PartNumber, part);
      }
    });
    return undefined;
  } catch (error) {
    if (!isUploadGone(error) || claimed.size < partCount(size, found.partSize)) throw error;
    control.meter.begin(size, size);
    const stored = await storedAlready(control, job, await crcOf(control, job, found));
    if (!stored) throw error;
    await job.keeper.remove();
    return { ...stored, UploadId, resumedBytes: size, verified: true };
  }
}

async function complete<Attributes extends object>(
  control: TaskControl,
  job: MultipartJob<Attributes>,
  checkpoint: TransferCheckpoint,
): Promise<Omit<MultipartResult, "UploadId" | "resumedBytes">> {
  const { port, target, keeper, limits, attributes } = job;
  control.meter.completing();
  await job.beforeComplete?.();
  const crc = await crcOf(control, job, checkpoint);
  if (job.expectedCrc !== undefined && crc !== job.expectedCrc) {
    const cause = mismatch(target, "the bytes that were read are not those of the source", job.expectedCrc, crc!);
    throw new UselessPartsError("The parts are spoilt", { cause });
  }
  const parts = checkpoint.parts
    .map(({ PartNumber, ETag }) => ({ PartNumber, ETag: ETag! }))
    .sort((a, b) => a.PartNumber - b.PartNumber);
  const upload = { ...target, UploadId: checkpoint.UploadId! };
  let stored: StoredObject;
  try {
    stored = await tryPart(control, port, limits, (signal) => port.complete(upload, parts, attributes, { signal }));
  } catch (error) {
    // Perhaps it was completed, and the answer got lost.
    const found = isUploadGone(error) ? await storedAlready(control, job, crc) : undefined;
    if (!found) throw error;
    stored = found;
  }
  stored = await withCrc(control, port, target, stored, limits);
  await keeper.remove();
  return { ...stored, verified: isVerified(target, "the object that was stored is not what was sent", crc, stored) };
}

/** The answer, with the CRC-64 that some requests of COS leave to the object's head. */
export async function withCrc(
  control: TaskControl,
  port: TransferPort<any>,
  target: ObjectLocation,
  stored: StoredObject,
  limits: AttemptLimits,
): Promise<StoredObject> {
  if (stored.HashCrc64ecma !== undefined) return stored;
  const { ETag, HashCrc64ecma } = await tryPart(control, port, limits, (signal) => port.head(target, { signal }));
  // Another ETag: somebody else has replaced the object meanwhile.
  return ETag === stored.ETag && HashCrc64ecma !== undefined ? { ...stored, HashCrc64ecma } : stored;
}

/** Whether the CRC-64 is known on both sides. Throws an `IntegrityError` when it is not the same. */
export function isVerified(
  target: ObjectLocation,
  what: string,
  expected: string | undefined,
  { HashCrc64ecma: actual }: StoredObject,
): boolean {
  if (expected === undefined || actual === undefined) return false;
  if (expected !== actual) throw mismatch(target, what, expected, actual);
  return true;
}

function mismatch({ Bucket, Key }: ObjectLocation, what: string, expected: string, actual: string): IntegrityError {
  return new IntegrityError(`${Bucket}/${Key}: ${what}; send it again`, {
    algorithm: "CRC-64/ECMA-182",
    expected,
    actual,
  });
}

/** The object, if it is what the parts make. */
async function storedAlready<Attributes extends object>(
  control: TaskControl,
  { port, target, fresh, limits }: MultipartJob<Attributes>,
  crc: string | undefined,
): Promise<StoredObject | undefined> {
  try {
    const object = await tryPart(control, port, limits, (signal) => port.head(target, { signal }));
    const { Size, ETag, HashCrc64ecma } = object;
    return crc !== undefined && HashCrc64ecma === crc && Size === fresh.fingerprint.size
      ? { ETag, HashCrc64ecma }
      : undefined;
  } catch (error) {
    if (ServiceError.isInstance(error) && error.statusCode === 404) return undefined;
    throw error;
  }
}

/** CRC-64 of the whole: that of the parts in a row, else what was known before. */
async function crcOf<Attributes extends object>(
  control: TaskControl,
  { expectedCrc }: MultipartJob<Attributes>,
  { parts, partSize, fingerprint: { size } }: TransferCheckpoint,
): Promise<string | undefined> {
  return (await wholeCrc(control, parts, partSize, size)) ?? expectedCrc;
}

function bytesOf(PartNumbers: Iterable<number>, size: number, partSize: number): number {
  let bytes = 0;
  for (const PartNumber of PartNumbers) bytes += partLength(PartNumber, size, partSize);
  return bytes;
}
