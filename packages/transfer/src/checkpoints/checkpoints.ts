import type { CheckpointStore } from "@cosmoss/checkpoint";
import type { Fingerprint } from "../sources/source.ts";

/** A part or range that is done. @public */
export interface DonePart {
  PartNumber: number;
  /** Of an upload. */
  ETag?: string;
  /** CRC-64/ECMA-182 of its bytes, a decimal number; absent where the service copied them. */
  HashCrc64ecma?: string;
}

/** What a transfer needs to go on in another process, or on another machine: plain JSON. @public */
export interface TransferCheckpoint {
  /** Of this format. */
  version: 1;
  kind: "upload" | "download" | "copy";
  /** Where from: the name of a source, or the address and key of an object. */
  source: string;
  /** Where to. */
  target: string;
  fingerprint: Fingerprint & { ETag?: string };
  /** Bytes of every part but the last. */
  partSize: number;
  /** What the object is stored with, as JSON, to see whether it is the same when the transfer goes on. */
  attributes?: string;
  /** Of an upload or a copy, once it is known. */
  UploadId?: string | undefined;
  /** Uploads of the same key that were under way before, to know ours should its id get lost. */
  otherUploads?: string[] | undefined;
  parts: DonePart[];
}

/** Options of every transfer that can be resumed. @public */
export interface ResumeOptions {
  /** Where the transfer keeps its checkpoint, and looks for one of an earlier run. Default: nowhere, no resuming later. */
  checkpoints?: CheckpointStore;
  /** Goes on from this one, as {@link TransferTask.checkpoint} gave it. Default: the one in `checkpoints`. */
  checkpoint?: TransferCheckpoint;
  /** When the source is no longer what it was: begin anew (default), or reject with a `ConfigError`. */
  onSourceChanged?: "restart" | "fail";
}
