import type { CheckpointStore } from "@cosmoss/checkpoint";
import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { COSClient } from "@cosmoss/client-cos";
import { OSSClient } from "@cosmoss/client-oss";
import {
  copy,
  download,
  downloadBytes,
  prefix,
  sync,
  TransferPool,
  type TransferPort,
  type TransferSource,
  type TransferTask,
  upload,
  type UploadResult,
} from "@cosmoss/transfer";
import { cosPort } from "@cosmoss/transfer/cos";
import { ossPort } from "@cosmoss/transfer/oss";

const credentials = { accessKeyId: "id", accessKeySecret: "secret" };
const pool = new TransferPool({ maxBytesPerSecond: 1_000_000 });
const oss = ossPort(new OSSClient({ region: "cn-hangzhou", credentials }), { pool });
const cos = cosPort(new COSClient({ region: "ap-guangzhou", credentials }), { pool });
const checkpoints: CheckpointStore = memoryCheckpoints();

export async function store(file: File, signal: AbortSignal, show: (percent: number) => void): Promise<string> {
  const task = upload(
    oss,
    file,
    { Bucket: "photos", Key: file.name },
    {
      attributes: { ContentType: file.type, StorageClass: "IA", Metadata: { from: "web" } },
      checkpoints,
      signal,
      onProgress: ({ fraction }) => show(100 * fraction),
    },
  );
  await task.pause();
  task.resume();
  // Awaited, a task is its result.
  const { ETag, verified } = await task;
  return verified ? ETag : "";
}

/** A task stands where a promise is wanted. */
export function all(files: readonly File[]): Promise<UploadResult[]> {
  return Promise.all(files.map((file) => upload(cos, file, { Bucket: "photos-1250000000", Key: file.name })));
}
export type Stored = Awaited<TransferTask<UploadResult>>;
export const size = (stored: Stored): number => stored.Size;

export async function watch(task: TransferTask<unknown>): Promise<number> {
  let bytes = 0;
  for await (const { acknowledged, inFlight } of task.progress()) bytes = acknowledged + inFlight;
  return task.then(() => bytes).finally(() => {});
}

export async function save(Key: string, writable: WritableStream<Uint8Array>): Promise<boolean> {
  const { verified } = await download(oss, { Bucket: "photos", Key }, writable);
  return verified;
}

export async function show(Key: string): Promise<Blob> {
  const { bytes, attributes } = await downloadBytes(cos, { Bucket: "photos-1250000000", Key });
  return new Blob([bytes], { type: attributes.ContentType ?? "" });
}

export async function mirror(Key: string): Promise<readonly string[]> {
  await sync(prefix(oss, { Bucket: "photos" }), prefix(cos, { Bucket: "photos-1250000000" }), { dryRun: true });
  const from = { Bucket: "photos", Key };
  return (await copy(oss, from, cos, { Bucket: "photos-1250000000", Key })).dropped;
}

/** A source of one's own. */
export function fetched(url: string): TransferSource {
  return {
    name: url,
    async open() {
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
      return {
        size: bytes.length,
        fingerprint: async () => ({ size: bytes.length, modifiedMs: 0, sample: url }),
        async *read(start, end) {
          yield bytes.subarray(start, end);
        },
        close: async () => {},
      };
    },
  };
}

/** A port of one's own: one that only reads. */
export function readOnly(port: TransferPort<object>): TransferPort<object> {
  return {
    ...port,
    put: () => Promise.reject(new Error("read-only")),
    head: (object, { signal } = {}) => port.head(object, { ...(signal && { signal }) }),
  };
}

export function wrong(): void {
  // @ts-expect-error COS has no such attribute: those of a port are its provider's
  upload(cos, "text", { Bucket: "photos-1250000000", Key: "a" }, { attributes: { ObjectAcl: "private" } });
  // @ts-expect-error a number is no source
  upload(oss, 1, { Bucket: "photos", Key: "a" });
}
