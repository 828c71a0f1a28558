import type { ObjectSummary } from "@cosmoss/commands-oss";
import type { ObjectRecord } from "../store/records.ts";
import { OBJECT_TYPES } from "./describe-object.ts";
import { seconds } from "./seconds.ts";

/** An object as lists show it; with its owner if an id is given. */
export function summarize(record: ObjectRecord, ownerId?: string): ObjectSummary {
  return {
    Key: record.key,
    LastModified: seconds(record.lastModified),
    ETag: `"${record.etag}"`,
    Type: OBJECT_TYPES[record.type],
    Size: record.size,
    StorageClass: record.storageClass,
    ...(ownerId !== undefined && { Owner: { ID: ownerId, DisplayName: ownerId } }),
  };
}
