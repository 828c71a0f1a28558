import { cosFailure } from "../http/errors.ts";
import type { ObjectMeta } from "../store/records.ts";

const CLASSES: readonly string[] = [
  "STANDARD",
  "STANDARD_IA",
  "NEARLINE",
  "INTELLIGENT_TIERING",
  "ARCHIVE",
  "DEEP_ARCHIVE",
  "MAZ_STANDARD",
  "MAZ_STANDARD_IA",
  "MAZ_INTELLIGENT_TIERING",
];

/** The storage class that an input asks for, in upper case; older clients write it in other cases. */
export function readStorageClass(name: string = "STANDARD"): string {
  const storageClass = name.toUpperCase();
  if (!CLASSES.includes(storageClass)) throw cosFailure("NotSupportedStorageClass");
  return storageClass;
}

/** Throws `InvalidObjectState` for an object whose bytes are archived. */
export function checkReadable({ storageClass }: ObjectMeta): void {
  if (storageClass === "ARCHIVE" || storageClass === "DEEP_ARCHIVE") throw cosFailure("InvalidObjectState");
}
