import type { ObjectLocation, StoredObject } from "../ports/port.ts";

/** Result of `upload`. @public */
export interface UploadResult extends ObjectLocation, StoredObject {
  /** Bytes. */
  Size: number;
  /** Of an upload in parts. */
  UploadId?: string;
  /** Bytes that an earlier run had sent. */
  resumedBytes: number;
  /** Whether the service's CRC-64 was there, and equal to ours. */
  verified: boolean;
}
