import { cosFailure } from "../http/errors.ts";
import type { Exchange } from "../server/handler.ts";

const BUCKET = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-\d+$/;
const MAX_BUCKET_LENGTH = 60;
const MAX_KEY_BYTES = 850;
const BUCKET_ROOT = /^(?:\.?\/)*\.?$/;

const PRODUCTS = {
  website: "static websites",
  ci: "data processing",
  pic: "image hosting",
} as const;

/** Throws for a bucket or a key that COS cannot have, and for the host of a product that is not emulated. */
export function checkNames({ bucketName, key, destination }: Exchange): void {
  if (destination.variant) {
    throw cosFailure("NotImplemented", { message: `The emulator has no ${PRODUCTS[destination.variant]}.` });
  }
  if (bucketName !== undefined) {
    if (!BUCKET.test(bucketName)) throw cosFailure("InvalidBucketName");
    if (bucketName.length > MAX_BUCKET_LENGTH) throw cosFailure("BucketNameTooLong");
  }
  if (key !== undefined && Buffer.byteLength(key) > MAX_KEY_BYTES) throw cosFailure("KeyTooLong");
}

/** COS takes a path of nothing but empty and `.` segments for the bucket itself. */
export function isBucketRoot(key: string): boolean {
  return BUCKET_ROOT.test(key);
}

/** The account number at the end of a bucket's name. */
export function appIdOf(bucketName: string): string {
  return bucketName.slice(bucketName.lastIndexOf("-") + 1);
}
