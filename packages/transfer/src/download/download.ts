import { ConfigError, IntegrityError, ServiceError } from "@cosmoss/errors";
import type { Bytes } from "@cosmoss/types";
import { type AttemptLimits, attemptLimits, tryPart } from "../task/attempts.ts";
import { bytesSink } from "../sinks/bytes-sink.ts";
import { CheckpointKeeper } from "../checkpoints/checkpoint-keeper.ts";
import type { ResumeOptions, TransferCheckpoint } from "../checkpoints/checkpoints.ts";
import { fetchParts } from "./fetch-parts.ts";
import { ReplacedError } from "./fetch-range.ts";
import { notingSink } from "../sinks/noting-sink.ts";
import { DEFAULT_PART_SIZE, partCount, type PlannedPart, planParts, planPartSize } from "../parts/part-plan.ts";
import type { ListedObject, ObjectLocation, RemoteObject, TransferPort } from "../ports/port.ts";
import { provedParts } from "./proved-parts.ts";
import type { OpenSink, TransferSink, WritableStreamLike } from "../sinks/sink.ts";
import { openDownloadSink } from "../sinks/stream-sink.ts";
import { RunningTask, type TransferTask } from "../task/task.ts";
import type { TaskControl } from "../task/task-control.ts";
import type { PartOptions, TaskOptions } from "../task/task-options.ts";
import { wholeCrc } from "../parts/whole-crc.ts";

/** So often a download begins anew because the object was replaced meanwhile. */
const MAX_RESTARTS = 3;
const CRC64 = "CRC-64/ECMA-182";

/** Options of {@link download}. @public */
export interface DownloadOptions extends TaskOptions, PartOptions, ResumeOptions {
  /**
   * What a listing has just said of the object: when it is no larger than a part, it is had with a single request, instead of
   * asking for its head before. An object that was replaced since then is begun anew, as later.
   */
  listed?: Pick<ListedObject, "Size" | "ETag" | "LastModified">;
}

/** What {@link download} gives: the object whose bytes the sink has now. @public */
export interface DownloadResult extends RemoteObject {
  /** Whether the service knew the CRC-64 of the object, and it is that of the bytes that came. */
  verified: boolean;
  /** Bytes that an earlier run had fetched. */
  resumedBytes: number;
}

/** What {@link downloadBytes} gives. @public */
export interface DownloadBytesResult extends DownloadResult {
  /** The whole object. */
  bytes: Bytes;
}

/**
 * Gets an object into a file, a `WritableStream` or another sink: in one request when it is no larger than a part, else in
 * ranges side by side. The bytes are compared with the object's CRC-64. When they differ, everything is fetched once more
 * where the sink allows that; a stream does not. With `checkpoints`, the same call in another process goes on where this
 * one ended, after it has looked whether the sink still has what it got.
 *
 * An object that is replaced meanwhile is begun anew up to three times, unless `onSourceChanged` is `"fail"` or the sink
 * is a stream. When the task fails, what the sink has got is thrown away; with `checkpoints` it is kept, except where it
 * is of no use: when the bytes are wrong, or cannot be written, or a later run finds that the object is there no more. A
 * cancelled task keeps it as {@link TransferTask.cancel} was told to, by default with `checkpoints`.
 *
 * Rejects as `client.send` does, with an `IntegrityError` when what came is not what is stored, with a `ConfigError` when
 * the object was replaced, and with what the sink fails with. OSS and COS `GetObject`, `HeadObject`. @public
 */
export function download(
  port: TransferPort<any>,
  source: ObjectLocation,
  sink: TransferSink | WritableStreamLike,
  options: DownloadOptions = {},
): TransferTask<DownloadResult> {
  return new RunningTask(port.clock, options, (control) =>
    run({ control, port, source, sink: openDownloadSink(sink), options }),
  );
}

/** As {@link download}, into memory, where there is nothing to go on from later. @public */
export function downloadBytes(
  port: TransferPort<any>,
  source: ObjectLocation,
  options: TaskOptions & PartOptions & Pick<DownloadOptions, "onSourceChanged" | "listed"> = {},
): TransferTask<DownloadBytesResult> {
  return new RunningTask(port.clock, options, async (control) => {
    const sink = bytesSink();
    const result = await run({ control, port, source, sink, options });
    return { ...result, bytes: sink.bytes };
  });
}

interface Run {
  readonly control: TaskControl;
  readonly port: TransferPort<any>;
  readonly source: ObjectLocation;
  readonly sink: TransferSink;
  readonly options: DownloadOptions;
}

interface Job extends Run {
  readonly limits: AttemptLimits;
  readonly keeper: CheckpointKeeper;
  /** Where the object is, as checkpoints name it. */
  readonly address: string;
}

async function run(given: Run): Promise<DownloadResult> {
  const { control, port, source, sink, options } = given;
  const limits = attemptLimits(options);
  const location: ObjectLocation = { Bucket: source.Bucket, Key: source.Key };
  const address = `${port.address(location.Bucket)}/${location.Key}`;
  const keeper = new CheckpointKeeper(control, options, `download ${address} to ${sink.name}`);
  const job: Job = { ...given, limits, keeper, address };
  let found = await control.step(() => keeper.load());
  let listed = found ? undefined : listedObject(location, options);
  let lost: RemoteObject | undefined;
  let restarts = 0;
  for (;;) {
    let object: RemoteObject;
    try {
      object = listed ?? (await tryPart(control, port, limits, (signal) => port.head(location, { signal })));
      listed = undefined;
    } catch (error) {
      // Without the object there is nothing to go on from; a checkpoint that was given may be of another one.
      const isGone = ServiceError.isInstance(error) && error.statusCode === 404;
      const isOver = control.keep === false || (isGone && found?.source === address && found.target === sink.name);
      if (found && isOver) await control.tidy(() => forget(job, found!));
      throw error;
    }
    if (lost && restarts > MAX_RESTARTS) throw replaced(address, lost.ETag, object.ETag);
    const plan = planDownload(job, object, found);
    const { size } = plan.checkpoint.fingerprint;
    const sinkFailures = new Set<unknown>();
    const open = notingSink(await sink.open({ size, resume: plan.isResumed }), (error) => void sinkFailures.add(error));
    try {
      return await fill(job, object, plan, open);
    } catch (error) {
      const isOfSink = sinkFailures.has(error);
      await control.tidy(() => letGo(job, open, error, { isOfSink }));
      if (!(error instanceof ReplacedError)) throw error;
      lost = object;
      // What a stream has passed on cannot be taken back.
      restarts = open.ordered || options.onSourceChanged === "fail" ? Infinity : restarts + 1;
      found = undefined;
    }
  }
}

/** An object that one request is enough for, as far as its listing shows it. */
function listedObject(
  location: ObjectLocation,
  { listed, partSize = DEFAULT_PART_SIZE }: DownloadOptions,
): RemoteObject | undefined {
  if (!listed || listed.Size > partSize) return undefined;
  const { Size, ETag, LastModified } = listed;
  return { ...location, Size, ETag, LastModified, attributes: {}, tagCount: 0 };
}

/** How an object is fetched. */
interface Plan {
  readonly checkpoint: TransferCheckpoint;
  /** Whether the checkpoint is one of an earlier run. */
  readonly isResumed: boolean;
  readonly parts: readonly PlannedPart[];
}

function planDownload(job: Job, object: RemoteObject, found: TransferCheckpoint | undefined): Plan {
  const { port, sink, options, address } = job;
  const { Size: size, ETag, HashCrc64ecma } = object;
  // How small ranges may be is nobody's concern but that of the one who asks for them.
  const limits = { ...port.limits, minPartSize: 1 };
  const fresh: TransferCheckpoint = {
    version: 1,
    kind: "download",
    source: address,
    target: sink.name,
    fingerprint: { size, ETag, ...(HashCrc64ecma !== undefined && { full: HashCrc64ecma }) },
    partSize: planPartSize(size, limits, options.partSize),
    parts: [],
  };
  const isResumed = found !== undefined && continues(found, fresh, options, limits.maxParts);
  const checkpoint = isResumed ? found : fresh;
  const { partSize } = checkpoint;
  const parts = size <= partSize ? [{ PartNumber: 1, start: 0, end: size }] : [...planParts(size, partSize)];
  return { checkpoint, isResumed, parts };
}

/** Whether `found` can be gone on with. Throws a `ConfigError` when the object is another one and that shall fail. */
function continues(
  found: TransferCheckpoint,
  fresh: TransferCheckpoint,
  options: DownloadOptions,
  maxParts: number,
): boolean {
  if (found.kind !== fresh.kind || found.source !== fresh.source || found.target !== fresh.target) return false;
  const { size, ETag, full } = fresh.fingerprint;
  const before = found.fingerprint;
  if (before.size !== size || before.ETag !== ETag || (before.full ?? full) !== (full ?? before.full)) {
    if (options.onSourceChanged === "fail") throw replaced(fresh.source, before.ETag, ETag);
    return false;
  }
  if (options.partSize !== undefined && options.partSize !== found.partSize) return false;
  return partCount(size, found.partSize) <= maxParts;
}

/** Fetches what is missing, compares the whole, and finishes the sink. */
async function fill(
  { control, port, limits, keeper, address }: Job,
  object: RemoteObject,
  { checkpoint, isResumed, parts }: Plan,
  sink: OpenSink,
): Promise<DownloadResult> {
  const { partSize } = checkpoint;
  const { Size } = object;
  let shown = object;
  const isKept = parts.length > 1 && !sink.ordered;
  if (isKept) control.checkpoint = checkpoint;
  checkpoint.parts = isResumed ? await provedParts(control, sink, parts, checkpoint.parts) : [];
  for (let isSecond = false; ; isSecond = true) {
    if (isKept) await keeper.begin(checkpoint);
    const done = new Set(checkpoint.parts.map(({ PartNumber }) => PartNumber));
    const missing = parts.filter(({ PartNumber }) => !done.has(PartNumber));
    const resumedBytes = missing.reduce((bytes, { start, end }) => bytes - (end - start), Size);
    control.meter.begin(Size, resumedBytes);
    const hashes = isKept || (port.checksum && object.HashCrc64ecma !== undefined);
    await fetchParts(control, { port, object, limits, sink, hashes }, missing, async (part, answer) => {
      const { PartNumber, start, end } = part;
      const { HashCrc64ecma } = answer;
      // The answer with all of the object says more than a listing does.
      if (parts.length === 1) shown = answer.object;
      checkpoint.parts.push({ PartNumber, ...(HashCrc64ecma !== undefined && { HashCrc64ecma }) });
      // Saved before the next range begins, so that no more is fetched twice than what was on its way.
      if (isKept) await keeper.save();
      control.acknowledge(end - start);
    });
    control.meter.completing();
    const { HashCrc64ecma: expected, LastModified } = shown;
    const verified = port.checksum && expected !== undefined;
    const actual = verified ? await wholeCrc(control, checkpoint.parts, partSize, Size) : undefined;
    if (!verified || actual === expected) {
      if (control.signal.aborted) throw control.signal.reason;
      await sink.commit({ ...(LastModified && { LastModified }), durable: isKept && keeper.resumable });
      await keeper.remove();
      return { ...shown, verified, resumedBytes };
    }
    if (isSecond || sink.ordered) {
      throw new IntegrityError(
        `${address}: the bytes that came are not those of the object (${CRC64} ${actual}, not ${expected}); get it again`,
        { algorithm: CRC64, expected, actual: String(actual) },
      );
    }
    // No range has a CRC-64 of its own to tell which of them is wrong.
    checkpoint.parts = [];
  }
}

/** Throws away what the sink has got, unless it is of use to a later run. */
async function letGo(
  { control, keeper }: Job,
  sink: OpenSink,
  reason: unknown,
  { isOfSink }: { isOfSink: boolean },
): Promise<void> {
  const isUseless =
    control.checkpoint === undefined ||
    isOfSink ||
    reason instanceof ReplacedError ||
    IntegrityError.isInstance(reason);
  const keep = !isUseless && (control.keep ?? keeper.resumable);
  try {
    await sink.abandon({ keep, reason });
  } finally {
    if (!keep) await keeper.remove();
  }
}

/** Throws away what an earlier run has left. */
async function forget({ keeper, sink }: Job, { fingerprint }: TransferCheckpoint): Promise<void> {
  await keeper.remove();
  const open = await sink.open({ size: fingerprint.size, resume: true });
  await open.abandon();
}

function replaced(address: string, before: string | undefined, now: string | undefined): ConfigError {
  return new ConfigError(
    `${address} was replaced since the download began: its ETag was ${before}, and is ${now}; download it anew`,
  );
}
