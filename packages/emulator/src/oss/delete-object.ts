import type { DeleteObjectInput, DeleteObjectOutput } from "@cosmoss/commands-oss";
import type { Answer, Exchange } from "../server/handler.ts";
import { checkVersionId } from "./version-id.ts";

/** Deletes an object; one that does not exist is no failure. */
export async function deleteObject(
  { Key, VersionId }: DeleteObjectInput,
  exchange: Exchange,
): Promise<Answer<DeleteObjectOutput>> {
  checkVersionId(VersionId, Key);
  await exchange.bucket().delete(Key);
  return { status: 204 };
}
