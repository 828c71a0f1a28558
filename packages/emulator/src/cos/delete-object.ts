import type { DeleteObjectInput, DeleteObjectOutput } from "@cosmoss/commands-cos";
import type { Answer, Exchange } from "../server/handler.ts";
import { checkVersion } from "./find-object.ts";
import { committed } from "./store-failure.ts";

/** Deletes an object; one that does not exist is no failure. */
export async function deleteObject(
  { Key: key, VersionId }: DeleteObjectInput,
  exchange: Exchange,
): Promise<Answer<DeleteObjectOutput>> {
  checkVersion(VersionId);
  await committed(exchange.bucket().delete(key));
  return { status: 204 };
}
