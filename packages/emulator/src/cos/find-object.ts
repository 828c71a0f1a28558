import { cosFailure } from "../http/errors.ts";
import type { ObjectRecord } from "../store/records.ts";
import type { Bucket } from "../store/store.ts";

/** The object of a key. A bucket without versions has only the one that is named `null`. */
export function findObject(bucket: Bucket, key: string, versionId: string | undefined): ObjectRecord {
  checkVersion(versionId);
  const record = bucket.object(key);
  if (!record) throw cosFailure("NoSuchKey");
  return record;
}

/** Throws for a version that a bucket without versions cannot have. */
export function checkVersion(versionId: string | undefined): void {
  if (versionId !== undefined && versionId !== "" && versionId !== "null") throw cosFailure("NoSuchVersion");
}
