import type { ObjectRecord } from "../store/records.ts";
import { encryptionOf } from "./object-settings.ts";

/** The encryption of an object, for answers whose descriptions do not have it. */
export function encryptionHeaders(attributes: ObjectRecord["attributes"]): Record<string, string> {
  const { ServerSideEncryption, ServerSideDataEncryption, ServerSideEncryptionKeyId } = encryptionOf(attributes);
  return {
    ...(ServerSideEncryption !== undefined && { "x-oss-server-side-encryption": ServerSideEncryption }),
    ...(ServerSideDataEncryption !== undefined && { "x-oss-server-side-data-encryption": ServerSideDataEncryption }),
    ...(ServerSideEncryptionKeyId !== undefined && {
      "x-oss-server-side-encryption-key-id": ServerSideEncryptionKeyId,
    }),
  };
}
