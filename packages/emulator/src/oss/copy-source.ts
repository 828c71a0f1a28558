import type { CopySource } from "@cosmoss/types";
import { type ConditionResult, ossConditions, readConditions } from "../http/conditions.ts";
import { ossFailure } from "../http/errors.ts";
import { decodePath, TargetError } from "../http/target.ts";
import type { Exchange } from "../server/handler.ts";
import type { OpenObject } from "../store/store.ts";
import { checkAcl } from "./access.ts";
import { regionOf } from "./bucket-settings.ts";
import { checkThawed, noSuchKey, preconditionFailed } from "./object-failures.ts";
import { checkVersionId } from "./version-id.ts";

/** Reads `/{bucket}/{percent-encoded key}[?versionId=…]`. */
export function readCopySource(value: string): CopySource {
  const match = /^\/?([^/?]+)\/(.+?)(?:\?versionId=([^&]*))?$/s.exec(value);
  if (!match) throw badSource(value);
  const [, Bucket = "", key = "", version] = match;
  try {
    return { Bucket, Key: decodePath(key), ...(version !== undefined && { VersionId: decodePath(version) }) };
  } catch (error) {
    throw error instanceof TargetError ? badSource(value) : error;
  }
}

/**
 * Opens the source of a copy if its conditions are met; nothing if they say that it has not changed. Throws where it must not
 * be read. `close` what it gives.
 */
export function openCopySource(exchange: Exchange, { Bucket, Key, VersionId }: CopySource): OpenObject | undefined {
  const bucket = exchange.store.bucket("oss", Bucket);
  if (!bucket) throw ossFailure("NoSuchBucket", { fields: { BucketName: Bucket } });
  if (regionOf(bucket) !== regionOf(exchange.bucket())) {
    throw ossFailure("AccessDenied", {
      message: "Target object does not reside in the same data center as source object.",
    });
  }
  if (exchange.accessKeyId === undefined) checkAcl(bucket, bucket.object(Key), "read");
  checkVersionId(VersionId, Key);
  const record = bucket.object(Key);
  if (!record) throw noSuchKey(Key);
  const conditions = readConditions((name) => exchange.headers[name], "x-oss-copy-source-");
  const result: ConditionResult = ossConditions(conditions, record);
  if (result.kind === "failed") throw preconditionFailed(result.condition);
  if (result.kind === "not-modified") return undefined;
  checkThawed(record);
  return bucket.open(Key);
}

function badSource(value: string): Error {
  return ossFailure("InvalidArgument", {
    message: "Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.",
    fields: { ArgumentName: "x-oss-copy-source", ArgumentValue: value },
  });
}
