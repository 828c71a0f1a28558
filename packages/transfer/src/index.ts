/**
 * Resumable upload, download, copy and sync for OSS and COS.
 * @packageDocumentation
 */
export type { DonePart, ResumeOptions, TransferCheckpoint } from "./checkpoints/checkpoints.ts";
export { copy, type CopyOptions, type CopyResult } from "./copy/copy.ts";
export { deleteAll, type DeleteAllOptions, type DeleteAllResult } from "./delete-all/delete-all.ts";
export {
  download,
  downloadBytes,
  type DownloadBytesResult,
  type DownloadOptions,
  type DownloadResult,
} from "./download/download.ts";
export { type PoolRunOptions, TransferPool, type TransferPoolOptions } from "./pool/pool.ts";
export type {
  DeleteFailure,
  ListedObject,
  ListedPart,
  ListedUpload,
  ObjectLocation,
  PortableAttributes,
  PortLimits,
  PortOptions,
  PrefixLocation,
  RemoteObject,
  StoredObject,
  StoredPart,
  TransferPort,
  UploadLocation,
} from "./ports/port.ts";
export type { TransferProgress } from "./task/progress.ts";
export type { OpenSink, TransferSink, WritableStreamLike } from "./sinks/sink.ts";
export type { Fingerprint, OpenSource, TransferSource, UploadSource } from "./sources/source.ts";
export { type PathFilter, pathFilter, type PathPatterns } from "./sync/path-filter.ts";
export { prefix, type PrefixOptions } from "./sync/prefix.ts";
export { sync } from "./sync/sync.ts";
export type {
  FilesEnd,
  FilesGuard,
  ObjectsEnd,
  SyncEnd,
  SyncEntry,
  SyncGap,
  SyncRemoval,
  SyncRemovalFailure,
} from "./sync/sync-end.ts";
export { SyncError } from "./sync/sync-error.ts";
export type { SyncAction, SyncCompare, SyncOptions, SyncReason, SyncResult } from "./sync/sync-options.ts";
export type { CancelOptions, TaskState, TransferTask } from "./task/task.ts";
export type { PartOptions, TaskOptions } from "./task/task-options.ts";
export { upload, type UploadOptions } from "./upload/upload.ts";
export type { UploadResult } from "./upload/upload-result.ts";
