import { ossFailure } from "../http/errors.ts";
import type { Exchange } from "../server/handler.ts";
import type { ObjectRecord } from "../store/records.ts";
import type { Bucket } from "../store/store.ts";
import { bucketAcl } from "./bucket-settings.ts";

/** Operations that an ACL may open to everybody. All others need a signature. */
const READING: readonly string[] = ["GetObject", "HeadObject"];
const WRITING: readonly string[] = [
  "PutObject",
  "AppendObject",
  "CopyObject",
  "DeleteObject",
  "DeleteMultipleObjects",
  "InitiateMultipartUpload",
  "UploadPart",
  "UploadPartCopy",
  "CompleteMultipartUpload",
  "AbortMultipartUpload",
];

/** Throws unless a request without a signature may do this. */
export function checkAnonymous(exchange: Exchange): void {
  const { operation, bucketName, key } = exchange;
  const isReading = READING.includes(operation.name);
  if (bucketName === undefined || !(isReading || WRITING.includes(operation.name))) {
    throw ossFailure("AccessDenied", { message: "Anonymous user has no right to access this bucket." });
  }
  const bucket = exchange.bucket();
  checkAcl(bucket, key === undefined ? undefined : bucket.object(key), isReading ? "read" : "write");
}

/** Throws unless everybody may read or write the object, or a new object of the bucket. */
export function checkAcl(bucket: Bucket, object: ObjectRecord | undefined, action: "read" | "write"): void {
  const own = object?.acl;
  const acl = own === undefined || own === "default" ? bucketAcl(bucket) : own;
  if (acl === "public-read-write" || (acl === "public-read" && action === "read")) return;
  throw ossFailure("AccessDenied", {
    message:
      acl === own
        ? "You have no right to access this object because of object acl."
        : "You have no right to access this object because of bucket acl.",
  });
}
