import { ConfigError } from "@cosmoss/errors";
import { type AttemptLimits, attemptLimits, tryPart } from "../task/attempts.ts";
import { CheckpointKeeper } from "../checkpoints/checkpoint-keeper.ts";
import type { ResumeOptions, TransferCheckpoint } from "../checkpoints/checkpoints.ts";
import { type MultipartJob, sendInParts, usableCheckpoint } from "../parts/multipart.ts";
import { ByteStream } from "../sources/byte-stream.ts";
import { openUploadSource } from "../sources/open-source.ts";
import { each, sendCounted } from "../parts/outgoing.ts";
import { planPartSize } from "../parts/part-plan.ts";
import type { ObjectLocation, StoredObject, TransferPort } from "../ports/port.ts";
import type { Fingerprint, OpenSource, UploadSource } from "../sources/source.ts";
import { RunningTask, type TransferTask } from "../task/task.ts";
import type { TaskControl } from "../task/task-control.ts";
import type { PartOptions, TaskOptions } from "../task/task-options.ts";
import type { UploadResult } from "./upload-result.ts";
import { uploadStream } from "./upload-stream.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** Parts up to so many bytes are read as a whole, into memory that is used again: fresh memory costs as much as copying. */
const MAX_PIECE = 16_777_216;

/** Options of {@link upload}. @public */
export interface UploadOptions<Attributes extends object = object> extends TaskOptions, PartOptions, ResumeOptions {
  /** Headers, user metadata, tags and the like that are stored with the object. */
  attributes?: Attributes;
  /** Bytes from which on an object goes in parts; default: what is larger than one part. */
  multipartThreshold?: number;
  /** How a resumed upload tells whether the source is the same: by size, time and samples (default), or by all of it. */
  fingerprint?: "sample" | "full";
}

/**
 * Stores an object: in one request when it is small, else in parts side by side, each checked by CRC-64, and the whole at
 * the end. With `checkpoints`, the same call in another process goes on where this one ended.
 *
 * Rejects as `client.send` does, with a `ConfigError` for a source that cannot be read or has changed, and with an
 * `IntegrityError` when what was stored is not what was sent. @public
 */
export function upload<Attributes extends object>(
  port: TransferPort<Attributes>,
  source: UploadSource,
  target: ObjectLocation,
  options: UploadOptions<Attributes> = {},
): TransferTask<UploadResult> {
  return new RunningTask(port.clock, options, async (control) => {
    const limits = attemptLimits(options);
    const attributes = withoutSecrets(options.attributes ?? ({} as Attributes));
    const location: ObjectLocation = { Bucket: target.Bucket, Key: target.Key };
    const given = openUploadSource(source, port.clock);
    if (given instanceof ByteStream) {
      return uploadStream(control, { port, target: location, attributes, limits, partSize: options.partSize }, given);
    }
    const file = await given.open();
    try {
      return await uploadOpened(control, {
        port,
        target: location,
        attributes,
        limits,
        options,
        file,
        name: given.name,
      });
    } finally {
      await file.close();
    }
  });
}

interface UploadJob<Attributes extends object> {
  readonly port: TransferPort<Attributes>;
  readonly target: ObjectLocation;
  readonly attributes: Attributes;
  readonly limits: AttemptLimits;
  readonly options: UploadOptions<Attributes>;
  readonly file: OpenSource;
  readonly name: string;
}

async function uploadOpened<Attributes extends object>(
  control: TaskControl,
  job: UploadJob<Attributes>,
): Promise<UploadResult> {
  const { port, target, limits, options, file, name } = job;
  const { size } = file;
  const attributes = withType(job.attributes, file.type);
  const partSize = planPartSize(size, port.limits, options.partSize);
  const address = `${port.address(target.Bucket)}/${target.Key}`;
  const keeper = new CheckpointKeeper(control, options, `upload ${name} to ${address}`);
  const found = await control.step(() => keeper.load());
  const inParts = size > (options.multipartThreshold ?? partSize) || size > port.limits.maxPutSize;
  if (!inParts && !found) return { ...target, Size: size, ...(await putWhole(control, { ...job, attributes })) };

  const how = options.fingerprint ?? (found?.fingerprint.full ? "full" : "sample");
  const fingerprint = await control.step((signal) => file.fingerprint(how, signal));
  const fresh: TransferCheckpoint = {
    version: 1,
    kind: "upload",
    source: name,
    target: address,
    fingerprint,
    partSize,
    attributes: JSON.stringify(attributes),
    parts: [],
  };
  const usable = await usableCheckpoint({ port, target, keeper, fresh }, found, (one) =>
    continues(one, fresh, options),
  );
  if (!inParts && !usable) return { ...target, Size: size, ...(await putWhole(control, { ...job, attributes })) };
  const spare: Uint8Array[] = [];
  const parts: MultipartJob<Attributes> = {
    port,
    target,
    attributes,
    limits,
    keeper,
    fresh,
    countsBytes: true,
    async sendPart(upload, { PartNumber, start, end }, signal, watch) {
      const bytes = end - start <= MAX_PIECE ? await file.readPart?.(start, end, spare.pop()) : undefined;
      const stored = await sendCounted(
        control,
        port,
        () => (bytes ? each([bytes]) : file.read(start, end)),
        (body) => port.uploadPart(upload, PartNumber, body, end - start, { signal }),
        signal,
        watch,
      );
      // The service has it all. Of a part that failed, something might still be on its way.
      if (bytes) spare.push(bytes);
      return stored;
    },
    async beforeComplete() {
      const now = await control.step((signal) => file.fingerprint("sample", signal));
      if (!isSame(now, fingerprint)) throw changed(name, "while it was sent");
    },
  };
  return { ...target, Size: size, ...(await sendInParts(control, parts, usable)) };
}

async function putWhole<Attributes extends object>(
  control: TaskControl,
  { port, target, attributes, limits, file, name }: UploadJob<Attributes>,
): Promise<StoredObject & { resumedBytes: number; verified: boolean }> {
  const { size } = file;
  const before = await file.state?.();
  control.meter.begin(size, 0);
  const stored = await tryPart(control, port, limits, (signal, watch) =>
    sendCounted(
      control,
      port,
      () => readUnchanged(file, before ?? { size }, name),
      (body) => port.put(target, body, size, attributes, { signal }),
      signal,
      watch,
    ),
  );
  control.acknowledge(size);
  return { ...stored, resumedBytes: 0, verified: stored.HashCrc64ecma !== undefined };
}

/** All bytes, the last of them only if the source is the same as before: what is not sent to its end is not stored. */
async function* readUnchanged(
  file: OpenSource,
  before: Fingerprint,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let last: Uint8Array | undefined;
  for await (const piece of file.read(0, file.size)) {
    if (last) yield last;
    last = piece;
  }
  const now = await file.state?.();
  if (before.size !== file.size || (now && !isSame(now, before))) throw changed(name, "while it was sent");
  if (last) yield last;
}

/** Whether `found` can be gone on with. Throws a `ConfigError` when the source has changed and that shall fail. */
function continues(
  found: TransferCheckpoint,
  fresh: TransferCheckpoint,
  options: PartOptions & ResumeOptions,
): boolean {
  if (found.kind !== fresh.kind || found.target !== fresh.target || found.attributes !== fresh.attributes) return false;
  if (!isSame(found.fingerprint, fresh.fingerprint)) {
    if (options.onSourceChanged === "fail") throw changed(fresh.source, "since the upload began");
    return false;
  }
  return options.partSize === undefined || options.partSize === found.partSize;
}

function isSame(one: Fingerprint, other: Fingerprint): boolean {
  // All of the bytes say more than a time does.
  if (one.full !== undefined && other.full !== undefined) return one.full === other.full && one.size === other.size;
  return (["size", "modifiedMs", "sample", "full"] as const).every(
    (name) => one[name] === undefined || other[name] === undefined || one[name] === other[name],
  );
}

function changed(name: string, when: string): ConfigError {
  return new ConfigError(`${name} has changed ${when}; upload it again`);
}

/** The type of a `Blob`, where none was given. */
function withType<Attributes extends object>(attributes: Attributes, type: string | undefined): Attributes {
  return type && !("ContentType" in attributes) ? { ...attributes, ContentType: type } : attributes;
}
