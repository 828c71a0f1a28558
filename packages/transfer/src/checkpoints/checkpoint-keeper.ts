import { DecodeError } from "@cosmoss/errors";
import type { ResumeOptions, TransferCheckpoint } from "./checkpoints.ts";
import type { TaskControl } from "../task/task-control.ts";

/** Keeps the checkpoint of one task. */
export class CheckpointKeeper {
  readonly #control: TaskControl;
  readonly #options: ResumeOptions;
  readonly #id: string;
  #saving: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** `id`: the same for the same transfer in the next process. */
  constructor(control: TaskControl, options: ResumeOptions, id: string) {
    this.#control = control;
    this.#options = options;
    this.#id = id;
  }

  /** Whether a later run could go on from what is kept. */
  get resumable(): boolean {
    return this.#options.checkpoints !== undefined || this.#options.checkpoint !== undefined;
  }

  /** The checkpoint of an earlier run, when there is one that this version of Cosmoss can read. */
  async load(): Promise<TransferCheckpoint | undefined> {
    const { checkpoint, checkpoints } = this.#options;
    let found: unknown = checkpoint;
    try {
      found ??= await checkpoints?.load(this.#id);
    } catch (error) {
      // A damaged one is as good as none: everything is sent again.
      if (!DecodeError.isInstance(error)) throw error;
    }
    return isCheckpoint(found) ? structuredClone(found) : undefined;
  }

  /** Takes up a checkpoint as that of the task, and saves it. */
  async begin(checkpoint: TransferCheckpoint): Promise<void> {
    this.#control.checkpoint = checkpoint;
    await this.save();
  }

  /** Saves the checkpoint as it is by the time that earlier saves are over; several that wait are one. */
  save(): Promise<void> {
    const { checkpoints } = this.#options;
    const { checkpoint } = this.#control;
    if (!checkpoints || !checkpoint) return Promise.resolve();
    this.#next ??= (async () => {
      // An earlier save that failed has told those who waited for it.
      await this.#saving?.catch(() => {});
      this.#saving = this.#next;
      this.#next = undefined;
      await checkpoints.save(this.#id, checkpoint);
    })();
    return this.#next;
  }

  /** Forgets the checkpoint: there is nothing to go on from any more. */
  async remove(): Promise<void> {
    this.#control.checkpoint = undefined;
    await this.#next?.catch(() => {});
    await this.#saving?.catch(() => {});
    await this.#options.checkpoints?.remove(this.#id);
  }
}

function isCheckpoint(value: any): value is TransferCheckpoint {
  return (
    value?.version === 1 &&
    ["upload", "download", "copy"].includes(value.kind) &&
    Number.isSafeInteger(value.partSize) &&
    value.partSize > 0 &&
    Number.isSafeInteger(value.fingerprint?.size) &&
    Array.isArray(value.parts) &&
    value.parts.every(isDonePart)
  );
}

function isDonePart(part: any): boolean {
  return (
    Number.isSafeInteger(part?.PartNumber) &&
    part.PartNumber > 0 &&
    (part.ETag === undefined || typeof part.ETag === "string") &&
    (part.HashCrc64ecma === undefined || /^\d{1,20}$/.test(part.HashCrc64ecma))
  );
}
