import { ossFailure, type ServiceFailure } from "../http/errors.ts";
import type { Json, UploadRecord } from "../store/records.ts";
import type { Bucket } from "../store/store.ts";
import type { ObjectSettings } from "./object-settings.ts";

/** The EC of an upload that is not there differs between operations. */
export const NO_UPLOAD = { any: "0042-00000002", part: "0042-00000104", partCopy: "0042-00000311" } as const;

/** The failure of an upload that is not there. */
export function noSuchUpload(id: string, ec: string = NO_UPLOAD.any): ServiceFailure {
  return ossFailure("NoSuchUpload", { ec, fields: { UploadId: id } });
}

/** The upload of a key; throws if it is not there. */
export function findUpload(bucket: Bucket, key: string, id: string, ec?: string): UploadRecord {
  const upload = bucket.upload(id);
  if (upload?.key !== key) throw noSuchUpload(id, ec);
  return upload;
}

/** What an upload keeps for the object that it becomes. */
export function uploadAttributes(settings: ObjectSettings): UploadRecord["attributes"] {
  return { settings: { ...settings } as unknown as Json };
}

/** What the object of an upload will have. */
export function uploadSettings({ attributes }: UploadRecord): ObjectSettings {
  return attributes["settings"] as unknown as ObjectSettings;
}
