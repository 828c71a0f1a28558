import { ossFailure } from "../http/errors.ts";
import type { Bucket } from "../store/store.ts";

/** Storage classes of buckets and objects. */
const STORAGE_CLASSES: readonly string[] = ["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"];

/** The resource group of buckets that were not put into one. */
export const DEFAULT_RESOURCE_GROUP = "rg-default";

/** `cn-hangzhou`, … */
export function regionOf(bucket: Bucket): string {
  return setting(bucket, "region", "cn-hangzhou");
}

/** The canned ACL of a bucket. */
export function bucketAcl(bucket: Bucket): string {
  return setting(bucket, "acl", "private");
}

/** The storage class of a bucket, and of objects that come without one. */
export function bucketClass(bucket: Bucket): string {
  return setting(bucket, "storageClass", "Standard");
}

/** `LRS` or `ZRS`. */
export function redundancyOf(bucket: Bucket): string {
  return setting(bucket, "redundancy", "LRS");
}

/** The id of the bucket's resource group. */
export function resourceGroupOf(bucket: Bucket): string {
  return setting(bucket, "resourceGroup", DEFAULT_RESOURCE_GROUP);
}

/** Throws unless it is a class of OSS. */
export function checkStorageClass(storageClass: string, classes: readonly string[] = STORAGE_CLASSES): void {
  if (classes.includes(storageClass)) return;
  throw ossFailure("InvalidArgument", {
    message: "No such bucket storage class exists",
    fields: { ArgumentName: "x-oss-storage-class", ArgumentValue: storageClass },
  });
}

/** Buckets that the emulator was started with have no more than a region. */
function setting({ record }: Bucket, name: string, fallback: string): string {
  const value = record.attributes[name];
  return typeof value === "string" ? value : fallback;
}
