import { Crc64 } from "@cosmoss/checksum";
import { IntegrityError, ServiceError } from "@cosmoss/errors";
import type { ResponseBody } from "@cosmoss/types";
import { type AttemptLimits, type StallWatch, tryPart } from "../task/attempts.ts";
import type { PlannedPart } from "../parts/part-plan.ts";
import type { RemoteObject, TransferPort } from "../ports/port.ts";
import type { TaskControl } from "../task/task-control.ts";

/** The object is not the one any more whose head was read. */
export class ReplacedError extends Error {
  constructor({ Bucket, Key }: RemoteObject, options?: ErrorOptions) {
    super(`${Bucket}/${Key} was replaced meanwhile`, options);
  }
}

/** Takes the bytes of one attempt; what it gives is waited for. */
export interface RangeWriter {
  add(chunk: Uint8Array): Promise<void> | undefined;
  /** After the last byte. */
  flush(): Promise<void> | undefined;
  /** Resolves when nothing is being written. */
  settled(): Promise<void> | undefined;
}

/** What the ranges of a download have in common. */
export interface RangeJob {
  readonly port: TransferPort<any>;
  readonly object: RemoteObject;
  readonly limits: AttemptLimits;
  /** Whether the CRC-64 of the bytes is wanted. */
  readonly hashes: boolean;
}

/** What came of a range. */
export interface FetchedRange {
  /** The object, as the answer showed it. */
  readonly object: RemoteObject;
  /** CRC-64 of the bytes, where it was wanted, or compared by the client. */
  readonly HashCrc64ecma: string | undefined;
}

/**
 * Gets the bytes of a part, and passes them on as they come, in each attempt to a writer of its own.
 * Rejects with a {@link ReplacedError} when the object is another one by now.
 */
export function fetchRange(
  control: TaskControl,
  job: RangeJob,
  part: PlannedPart,
  begin: () => RangeWriter,
): Promise<FetchedRange> {
  return tryPart(control, job.port, job.limits, (signal, watch) => attempt(control, job, part, begin(), signal, watch));
}

async function attempt(
  { meter }: TaskControl,
  { port, object, hashes }: RangeJob,
  { start, end }: PlannedPart,
  writer: RangeWriter,
  signal: AbortSignal,
  watch: StallWatch,
): Promise<FetchedRange> {
  const { Bucket, Key, ETag, Size } = object;
  const length = end - start;
  const isWhole = length === Size;
  let body: ResponseBody | undefined;
  let received = 0;
  try {
    const range = isWhole ? {} : { range: [start, end - 1] as const };
    const answer = await port.get({ Bucket, Key, IfMatch: ETag, ...range }, { signal });
    body = answer.body;
    watch.moved();
    if (answer.object.ETag !== ETag || answer.object.Size !== Size) throw new ReplacedError(object);
    // A whole object was compared by the client, if the service said what it should be.
    const compared = isWhole && port.checksum ? answer.object.HashCrc64ecma : undefined;
    const crc = hashes && compared === undefined ? new Crc64() : undefined;
    const add = (chunk: Uint8Array): Promise<void> | undefined => {
      crc?.update(chunk);
      received += chunk.length;
      meter.sent(chunk.length);
      return writer.add(chunk);
    };
    await body.forEach((chunk) => {
      watch.moved();
      if (received + chunk.length > length) throw wrongLength(object, length, received + chunk.length);
      const turn = port.pool.take(chunk.length, signal);
      const waiting = turn ? turn.then(() => add(chunk)) : add(chunk);
      return waiting && watch.hold(waiting);
    });
    if (received < length) throw wrongLength(object, length, received);
    const writing = writer.flush();
    if (writing) await watch.hold(writing);
    return { object: answer.object, HashCrc64ecma: compared ?? crc?.digest() };
  } catch (error) {
    meter.unsent(received);
    body?.cancel().catch(() => {});
    // Nothing of this attempt is written after the next has begun, or the sink is gone.
    await writer.settled();
    // Also where the client took up a body that had broken off.
    if (ServiceError.isInstance(error) && error.statusCode === 412) throw new ReplacedError(object, { cause: error });
    throw error;
  }
}

function wrongLength({ Bucket, Key }: RemoteObject, expected: number, actual: number): IntegrityError {
  return new IntegrityError(`${Bucket}/${Key}: asked for ${expected} bytes, and got ${actual} or more`, {
    algorithm: "length",
    expected: String(expected),
    actual: String(actual),
  });
}
