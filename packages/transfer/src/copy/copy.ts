import { ConfigError, ServiceError } from "@cosmoss/errors";
import { type AttemptLimits, attemptLimits, tryPart } from "../task/attempts.ts";
import { CheckpointKeeper } from "../checkpoints/checkpoint-keeper.ts";
import type { ResumeOptions, TransferCheckpoint } from "../checkpoints/checkpoints.ts";
import { isVerified, type MultipartJob, sendInParts, usableCheckpoint, withCrc } from "../parts/multipart.ts";
import { sendCounted } from "../parts/outgoing.ts";
import { DEFAULT_PART_SIZE, planPartSize } from "../parts/part-plan.ts";
import type { ObjectLocation, RemoteObject, StoredObject, TransferPort } from "../ports/port.ts";
import { RunningTask, type TransferTask } from "../task/task.ts";
import type { TaskControl } from "../task/task-control.ts";
import type { PartOptions, TaskOptions } from "../task/task-options.ts";
import { withoutSecrets } from "../upload/without-secrets.ts";

/** Bytes of a part that the service copies by itself, where nobody says. */
const SERVER_PART_SIZE = 67_108_864;
/** So often a source may change under a copy. */
const MAX_RESTARTS = 3;

/** Options of {@link copy}. @public */
export interface CopyOptions<Attributes extends object = object> extends TaskOptions, PartOptions, ResumeOptions {
  /** What is stored with the copy. Default: what the source has, as far as the provider of the target has a place for it. */
  attributes?: Attributes;
  /** Let the bytes go through here even where the service could copy them by itself. Default `false`. */
  stream?: boolean;
}

/** Result of {@link copy}. @public */
export interface CopyResult extends ObjectLocation, StoredObject {
  /** Bytes. */
  Size: number;
  /** Of a copy in parts. */
  UploadId?: string;
  /** Whether the bytes never left the service. */
  onServer: boolean;
  /** Attributes of the source that the target's provider has no place for. */
  dropped: string[];
  /** Bytes that an earlier run had copied. */
  resumedBytes: number;
  /** Whether source and copy have a CRC-64, and the same. */
  verified: boolean;
}

/**
 * Copies an object with its headers, user metadata and tags: by the service itself within one provider and region, else
 * through here, in parts side by side. With `checkpoints`, the same call in another process goes on where this one ended.
 *
 * Rejects as `client.send` does, and with an `IntegrityError` when the copy is not what the source is. What changed on its
 * way through here is noticed before the copy in parts is completed, so that nothing is stored. @public
 */
export function copy<Attributes extends object>(
  sourcePort: TransferPort<any>,
  source: ObjectLocation,
  targetPort: TransferPort<Attributes>,
  target: ObjectLocation,
  options: CopyOptions<Attributes> = {},
): TransferTask<CopyResult> {
  return new RunningTask(targetPort.clock, options, async (control) => {
    const limits = attemptLimits(options);
    const from: ObjectLocation = { Bucket: source.Bucket, Key: source.Key };
    const to: ObjectLocation = { Bucket: target.Bucket, Key: target.Key };
    for (let restarts = 0; ; restarts++) {
      const object = await tryPart(control, sourcePort, limits, (signal) => sourcePort.head(from, { signal }));
      try {
        return await copyObject(control, { sourcePort, object, targetPort, target: to, limits, options });
      } catch (error) {
        if (!isPreconditionFailed(error) || restarts >= MAX_RESTARTS) throw error;
        if (options.onSourceChanged === "fail") {
          throw new ConfigError(`${from.Bucket}/${from.Key} was replaced while it was copied; copy it again`, {
            cause: error,
          });
        }
      }
    }
  });
}

interface CopyJob<Attributes extends object> {
  readonly sourcePort: TransferPort<any>;
  readonly object: RemoteObject;
  readonly targetPort: TransferPort<Attributes>;
  readonly target: ObjectLocation;
  readonly limits: AttemptLimits;
  readonly options: CopyOptions<Attributes>;
}

async function copyObject<Attributes extends object>(
  control: TaskControl,
  job: CopyJob<Attributes>,
): Promise<CopyResult> {
  const { sourcePort, object, targetPort: port, target, limits, options } = job;
  const { Size, ETag, HashCrc64ecma } = object;
  const onServer = !options.stream && port.canCopyFrom(sourcePort);
  const address = `${port.address(target.Bucket)}/${target.Key}`;
  const source = `${sourcePort.address(object.Bucket)}/${object.Key}`;
  const keeper = new CheckpointKeeper(control, options, `copy ${source} to ${address}`);
  const found = await control.step(() => keeper.load());

  if (onServer && !found && Size <= Math.min(options.partSize ?? Infinity, port.limits.maxCopySize)) {
    control.meter.begin(Size, 0);
    const stored = await tryPart(control, port, limits, (signal) =>
      port.copy({ ...object, IfMatch: ETag }, target, options.attributes && withoutSecrets(options.attributes), {
        signal,
      }),
    );
    control.acknowledge(Size, { sent: 0 });
    control.meter.completing();
    const full = await withCrc(control, port, target, stored, limits);
    return { ...target, Size, ...full, onServer, dropped: [], resumedBytes: 0, verified: isSame(job, full) };
  }

  const { attributes, dropped } = await attributesOf(control, job);
  const partSize = planPartSize(Size, port.limits, options.partSize, onServer ? SERVER_PART_SIZE : DEFAULT_PART_SIZE);
  if (!onServer && !found && Size <= partSize) {
    const stored = await copyWhole(control, job, attributes);
    return { ...target, Size, ...stored, onServer, dropped, resumedBytes: 0, verified: isSame(job, stored) };
  }
  const fresh: TransferCheckpoint = {
    version: 1,
    kind: "copy",
    source,
    target: address,
    fingerprint: { size: Size, ETag, ...(HashCrc64ecma !== undefined && { full: HashCrc64ecma }) },
    partSize,
    attributes: JSON.stringify(attributes),
    parts: [],
  };
  const usable = await usableCheckpoint({ port, target, keeper, fresh }, found, (one) =>
    continues(one, fresh, options),
  );
  const parts: MultipartJob<Attributes> = {
    port,
    target,
    attributes,
    limits,
    keeper,
    fresh,
    expectedCrc: HashCrc64ecma,
    countsBytes: !onServer,
    sendPart: onServer ? copyPart(job) : streamPart(control, job),
    isUseless: isPreconditionFailed,
  };
  return { ...target, Size, ...(await sendInParts(control, parts, usable)), onServer, dropped };
}

async function attributesOf<Attributes extends object>(
  control: TaskControl,
  { sourcePort, object, targetPort, limits, options }: CopyJob<Attributes>,
): Promise<{ attributes: Attributes; dropped: string[] }> {
  if (options.attributes) return { attributes: withoutSecrets(options.attributes), dropped: [] };
  const { attributes, tagCount } = object;
  if (tagCount === 0) return targetPort.adopt(attributes);
  const Tagging = await tryPart(control, sourcePort, limits, (signal) => sourcePort.tags(object, { signal }));
  return targetPort.adopt({ ...attributes, Tagging });
}

async function copyWhole<Attributes extends object>(
  control: TaskControl,
  { sourcePort, object, targetPort: port, target, limits }: CopyJob<Attributes>,
  attributes: Attributes,
): Promise<StoredObject> {
  const { Size, ETag } = object;
  control.meter.begin(Size, 0);
  const stored = await tryPart(control, port, limits, (signal, watch) =>
    sendCounted(
      control,
      port,
      async () => (await sourcePort.get({ ...object, IfMatch: ETag }, { signal })).body,
      (body) => port.put(target, body, Size, attributes, { signal }),
      signal,
      watch,
    ),
  );
  control.acknowledge(Size);
  return stored;
}

function copyPart<Attributes extends object>({
  object,
  targetPort,
}: CopyJob<Attributes>): MultipartJob<Attributes>["sendPart"] {
  return (upload, { PartNumber, start, end }, signal) =>
    targetPort.copyPart(upload, PartNumber, { ...object, range: [start, end - 1], IfMatch: object.ETag }, { signal });
}

function streamPart<Attributes extends object>(
  control: TaskControl,
  { sourcePort, object, targetPort }: CopyJob<Attributes>,
): MultipartJob<Attributes>["sendPart"] {
  return (upload, { PartNumber, start, end }, signal, watch) =>
    sendCounted(
      control,
      targetPort,
      async () => {
        const part = { ...object, range: [start, end - 1] as const, IfMatch: object.ETag };
        return (await sourcePort.get(part, { signal })).body;
      },
      (body) => targetPort.uploadPart(upload, PartNumber, body, end - start, { signal }),
      signal,
      watch,
    );
}

/** Whether `found` can be gone on with. Throws a `ConfigError` when the source has changed and that shall fail. */
function continues(
  found: TransferCheckpoint,
  fresh: TransferCheckpoint,
  options: PartOptions & ResumeOptions,
): boolean {
  if (found.kind !== fresh.kind || found.source !== fresh.source || found.target !== fresh.target) return false;
  if (found.fingerprint.ETag !== fresh.fingerprint.ETag || found.fingerprint.size !== fresh.fingerprint.size) {
    if (options.onSourceChanged === "fail") {
      throw new ConfigError(`${fresh.source} has changed since the copy began; copy it again`);
    }
    return false;
  }
  if (found.attributes !== fresh.attributes) return false;
  return options.partSize === undefined || options.partSize === found.partSize;
}

/** Throws an `IntegrityError` when source and copy differ. */
function isSame<Attributes extends object>({ object, target }: CopyJob<Attributes>, stored: StoredObject): boolean {
  return isVerified(target, "the copy is not what its source is", object.HashCrc64ecma, stored);
}

function isPreconditionFailed(error: unknown): boolean {
  return ServiceError.isInstance(error) && error.statusCode === 412;
}
