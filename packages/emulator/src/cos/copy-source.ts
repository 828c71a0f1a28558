import type { CopySource } from "@cosmoss/types";
import { cosFailure } from "../http/errors.ts";
import { cosCopyConditions, readConditions } from "../http/conditions.ts";
import { resolveDestination } from "../http/hosts.ts";
import { decodePath, TargetError } from "../http/target.ts";
import type { Exchange } from "../server/handler.ts";
import type { OpenObject } from "../store/store.ts";
import { isPublic } from "./access.ts";
import { checkCustomerKey, encryptionOf } from "./encryption.ts";
import { findObject } from "./find-object.ts";
import { MAX_BYTES } from "./receive-bytes.ts";
import { checkReadable } from "./storage-class.ts";

const HEADER_PREFIX = "x-cos-copy-source-";

/** Reads `{host}/{percent-encoded key}[?versionId=…]`. Throws `InvalidCopySource`. */
export function readCopySource(value: string): CopySource {
  const [, host = "", path = "", VersionId] = /^([^/?]+)(\/[^?]*)(?:\?versionId=([^&]*))?$/.exec(value) ?? [];
  const { provider, bucket, rawKey, region } = resolveDestination(host, path, "cos");
  if (provider !== "cos" || bucket === undefined || rawKey === "") throw cosFailure("InvalidCopySource");
  try {
    return {
      Bucket: bucket,
      Key: decode(rawKey),
      ...(VersionId && { VersionId: decode(VersionId) }),
      ...(region !== undefined && { Region: region }),
    };
  } catch (error) {
    throw error instanceof TargetError ? cosFailure("InvalidCopySource", { message: error.message }) : error;
  }
}

/** Opens the source of a copy once its conditions hold. Close it. */
export function openCopySource(source: CopySource, exchange: Exchange): OpenObject {
  const { headers, accessKeyId } = exchange;
  const bucket = exchange.store.bucket("cos", source.Bucket);
  const isElsewhere = source.Region !== undefined && bucket?.record.attributes["region"] !== source.Region;
  if (!bucket || isElsewhere) throw cosFailure("NoSuchBucket"); // The host of the source names the region.
  if (accessKeyId === undefined && !isPublic(bucket, source.Key)) throw cosFailure("AccessDenied");
  const record = findObject(bucket, source.Key, source.VersionId);
  const result = cosCopyConditions(
    readConditions((name) => headers[name], HEADER_PREFIX),
    record,
  );
  if (result === "conflict") {
    throw cosFailure("InvalidRequest", { message: "The conditions on the copy source are in conflict." });
  }
  if (result.kind !== "met") throw cosFailure("PreconditionFailed");
  checkReadable(record);
  if (record.type === "appendable") {
    throw cosFailure("InvalidRequest", { message: "An appendable object cannot be copied." });
  }
  if (record.size > MAX_BYTES && exchange.operation.name === "CopyObject") throw cosFailure("EntityTooLarge");
  const customerHeader = (name: string): string | undefined =>
    headers[`${HEADER_PREFIX}server-side-encryption-customer-${name}`] || undefined;
  const [algorithm, key, md5] = ["algorithm", "key", "key-md5"].map(customerHeader);
  checkCustomerKey(encryptionOf(record), {
    ...(algorithm !== undefined && { SSECustomerAlgorithm: algorithm }),
    ...(key !== undefined && { SSECustomerKey: key }),
    ...(md5 !== undefined && { SSECustomerKeyMD5: md5 }),
  });
  return bucket.open(source.Key) as OpenObject;
}

/** Clients escape what is not ASCII, or not. */
function decode(text: string): string {
  return decodePath(Buffer.from(text, "utf8").toString("latin1"));
}
