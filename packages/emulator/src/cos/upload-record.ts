import { cosFailure } from "../http/errors.ts";
import type { Json, UploadRecord } from "../store/records.ts";
import type { Bucket } from "../store/store.ts";
import type { ObjectTraits } from "./object-traits.ts";

/** What is kept with an upload for the object that it will make. */
export interface UploadPlan {
  readonly traits: ObjectTraits;
  readonly forbidOverwrite: boolean;
}

/** A plan as the store keeps it. */
export function toAttributes({ traits, forbidOverwrite }: UploadPlan): UploadRecord["attributes"] {
  return { traits: traits as unknown as Json, forbidOverwrite };
}

/** The plan of an upload. */
export function planOf({ attributes }: UploadRecord): UploadPlan {
  return {
    traits: attributes["traits"] as unknown as ObjectTraits,
    forbidOverwrite: attributes["forbidOverwrite"] === true,
  };
}

/** The upload of an id, which must be one of the key. Throws `NoSuchUpload`. */
export function findUpload(bucket: Bucket, key: string, id: string): UploadRecord {
  const upload = bucket.upload(id);
  if (!upload || upload.key !== key) throw cosFailure("NoSuchUpload");
  return upload;
}
