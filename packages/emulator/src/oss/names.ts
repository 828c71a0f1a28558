import { ossFailure } from "../http/errors.ts";
import type { Exchange } from "../server/handler.ts";
import { regionOf } from "./bucket-settings.ts";

const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** Most bytes of a key, a prefix, a marker or a delimiter. */
export const MAX_KEY_BYTES = 1023;

/** Throws unless the host may be addressed so, and bucket and key are names that OSS can have. */
export function checkNames({ destination, bucketName, key, host, store }: Exchange): void {
  if (bucketName === undefined) return;
  if (destination.isPublicHost && destination.addressing === "path") throw ossFailure("SecondLevelDomainForbidden");
  if (!BUCKET.test(bucketName)) throw ossFailure("InvalidBucketName", { fields: { BucketName: bucketName } });
  if (key !== undefined && !isKey(key)) throw ossFailure("InvalidObjectName", { fields: { ObjectName: key } });
  const bucket = store.bucket("oss", bucketName);
  if (bucket && destination.region !== undefined && destination.region !== regionOf(bucket)) {
    throw ossFailure("AccessDenied", {
      message:
        "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
      fields: { Bucket: bucketName, Endpoint: host.replace(/oss-[a-z0-9-]+(?=\.)/, `oss-${regionOf(bucket)}`) },
    });
  }
}

/** Whether OSS takes this text for a key. */
function isKey(key: string): boolean {
  return key !== "" && !/^[/\\]/.test(key) && Buffer.byteLength(key) <= MAX_KEY_BYTES;
}
