import { combineCrc64 } from "@cosmoss/checksum";
import { ConfigError } from "@cosmoss/errors";
import { type AttemptLimits, tryPart } from "../task/attempts.ts";
import type { ByteStream } from "../sources/byte-stream.ts";
import { cutStream, type StreamPart } from "../sources/cut-stream.ts";
import { abortBegun, type Beginning, initiate, noteOthers } from "../parts/initiate.ts";
import { isVerified, withCrc } from "../parts/multipart.ts";
import { each, sendCounted } from "../parts/outgoing.ts";
import { checkPartSize, streamPartSize } from "../parts/part-plan.ts";
import type { ObjectLocation, StoredObject, StoredPart, TransferPort } from "../ports/port.ts";
import { inParallel, type TaskControl } from "../task/task-control.ts";
import type { UploadResult } from "./upload-result.ts";

/** A stream to be stored, of which nobody knows the length. */
export interface StreamJob<Attributes extends object> {
  readonly port: TransferPort<Attributes>;
  readonly target: ObjectLocation;
  readonly attributes: Attributes;
  readonly limits: AttemptLimits;
  /** Bytes of every part but the last. */
  readonly partSize?: number | undefined;
}

/** Stores a stream, holding as many parts in memory as the pool sends side by side. */
export async function uploadStream<Attributes extends object>(
  control: TaskControl,
  job: StreamJob<Attributes>,
  stream: ByteStream,
): Promise<UploadResult> {
  const { port, partSize } = job;
  if (partSize !== undefined) checkPartSize(partSize, port.limits);
  const parts = cutStream(stream, (PartNumber) => streamPartSize(PartNumber, port.limits, partSize));
  try {
    const first = await control.until(parts.next());
    if (first.done || first.value.last) return await putWhole(control, job, first.value ?? { chunks: [], length: 0 });
    return await sendParts(control, job, first.value, parts);
  } finally {
    stream.cancel(new Error("The upload has ended"));
  }
}

async function putWhole<Attributes extends object>(
  control: TaskControl,
  { port, target, attributes, limits }: StreamJob<Attributes>,
  { chunks, length }: Pick<StreamPart, "chunks" | "length">,
): Promise<UploadResult> {
  control.meter.begin(length, 0);
  const stored = await tryPart(control, port, limits, (signal, watch) =>
    sendCounted(
      control,
      port,
      () => each(chunks),
      (body) => port.put(target, body, length, attributes, { signal }),
      signal,
      watch,
    ),
  );
  control.acknowledge(length);
  return { ...target, Size: length, ...stored, resumedBytes: 0, verified: stored.HashCrc64ecma !== undefined };
}

async function sendParts<Attributes extends object>(
  control: TaskControl,
  job: StreamJob<Attributes>,
  first: StreamPart,
  rest: AsyncIterator<StreamPart>,
): Promise<UploadResult> {
  const { port, target, attributes, limits } = job;
  const { maxParts } = port.limits;
  const beginning: Beginning = {};
  const sent: (StoredPart & { PartNumber: number; length: number })[] = [];
  const send = async (own: TaskControl, UploadId: string, part: StreamPart): Promise<void> => {
    const { PartNumber, chunks, length } = part;
    if (PartNumber > maxParts) {
      throw new ConfigError(
        `The stream is longer than ${maxParts} parts of ${first.length} bytes; give a larger partSize`,
      );
    }
    const stored = await tryPart(own, port, limits, (signal, watch) =>
      sendCounted(
        own,
        port,
        () => each(chunks),
        (body) => port.uploadPart({ ...target, UploadId }, PartNumber, body, length, { signal }),
        signal,
        watch,
      ),
    );
    sent.push({ ...stored, PartNumber, length });
    own.acknowledge(length);
  };
  try {
    control.meter.begin(undefined, 0);
    await noteOthers(control, job, beginning);
    const UploadId = await initiate(control, job, beginning);
    let begun: StreamPart | undefined = first;
    // Each worker holds one part, so that no more are in memory than are sent side by side.
    const width = (): number => port.pool.concurrency;
    await inParallel(control, width, async (own, grow) => {
      for (;;) {
        const part = begun ?? (await own.until(rest.next())).value;
        begun = undefined;
        if (!part) return;
        grow();
        await send(own, UploadId, part);
      }
    });
    control.meter.completing();
    sent.sort((a, b) => a.PartNumber - b.PartNumber);
    const stored = await tryPart(control, port, limits, (signal) =>
      port.complete(
        { ...target, UploadId },
        sent.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })),
        attributes,
        { signal },
      ),
    );
    return { ...summary(target, sent, await withCrc(control, port, target, stored, limits)), UploadId };
  } catch (error) {
    await control.tidy(() => abortBegun(port, target, beginning));
    throw error;
  }
}

/** What came of it. Throws an `IntegrityError` when the object is not what was sent. */
function summary(
  target: ObjectLocation,
  parts: readonly { HashCrc64ecma?: string; length: number }[],
  stored: StoredObject,
): UploadResult {
  let Size = 0;
  let crc: string | undefined = "0";
  for (const { HashCrc64ecma, length } of parts) {
    Size += length;
    crc = crc === undefined || HashCrc64ecma === undefined ? undefined : combineCrc64(crc, HashCrc64ecma, length);
  }
  const verified = isVerified(target, "the object that was stored is not what was sent", crc, stored);
  return { ...target, Size, ...stored, resumedBytes: 0, verified };
}
