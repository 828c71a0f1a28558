import type { DeleteMultipleObjectsInput, DeleteMultipleObjectsOutput } from "@cosmoss/commands-oss";
import { ossFailure } from "../http/errors.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import { checkAcl } from "./access.ts";
import { checkVersionId } from "./version-id.ts";

const MAX_KEYS = 1000;

/** Deletes the objects that a document names; those that do not exist count as deleted. */
export async function deleteMultipleObjects(
  { Objects, Quiet }: DeleteMultipleObjectsInput,
  exchange: Exchange,
): Promise<Answer<DeleteMultipleObjectsOutput>> {
  const bucket = exchange.bucket();
  if (Objects.length > MAX_KEYS) {
    throw ossFailure("MalformedXML", { fields: { ErrorDetail: `there are more than ${MAX_KEYS} objects.` } });
  }
  for (const { Key, VersionId } of Objects) {
    if (Key === "") throw ossFailure("MalformedXML", { fields: { ErrorDetail: "a Key is empty." } });
    checkVersionId(VersionId, Key);
    if (exchange.accessKeyId === undefined) checkAcl(bucket, bucket.object(Key), "write");
  }
  for (const { Key } of Objects) await bucket.delete(Key);
  return Quiet ? {} : { output: { Deleted: Objects } };
}
