import { ConfigError } from "@cosmoss/errors";
import { type Store, StoreError } from "./store/store.ts";

/** Which parts `emulator.loseParts` is to lose. @public */
export interface PartSelection {
  readonly provider: "oss" | "cos";
  readonly Bucket: string;
  readonly Key: string;
  /** Default: those of all uploads of the key. */
  readonly UploadId?: string;
  /** Default: all. */
  readonly PartNumbers?: readonly number[];
}

/** Drops the parts and says how many there were. Throws a `ConfigError` when there is no such bucket. */
export async function loseParts(
  store: Store,
  { provider, Bucket, Key, UploadId, PartNumbers }: PartSelection,
): Promise<number> {
  const bucket = store.bucket(provider, Bucket);
  if (!bucket) throw new ConfigError(`emulator: loseParts: there is no ${provider} bucket ${Bucket}`);
  const uploads = [...bucket.uploads({ prefix: Key })].filter(
    ({ key, id }) => key === Key && (UploadId === undefined || id === UploadId),
  );
  let count = 0;
  for (const { id } of uploads) {
    const dropping = bucket.dropParts(id, ({ number }) => PartNumbers?.includes(number) ?? true);
    count += (await dropping.catch(noneIfEnded)).length;
  }
  return count;
}

function noneIfEnded(error: unknown): number[] {
  if (error instanceof StoreError && error.code === "UploadNotFound") return [];
  throw error;
}
