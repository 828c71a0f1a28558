import type {
  DeletedObject,
  DeleteFailure,
  DeleteMultipleObjectsInput,
  DeleteMultipleObjectsOutput,
} from "@cosmoss/commands-cos";
import { cosFailure, ServiceFailure } from "../http/errors.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import { checkVersion } from "./find-object.ts";
import { committed } from "./store-failure.ts";

const MAX_OBJECTS = 1000;

/** Deletes the objects that a document names; those that do not exist count as deleted. */
export async function deleteMultipleObjects(
  { Objects: objects, Quiet }: DeleteMultipleObjectsInput,
  exchange: Exchange,
): Promise<Answer<DeleteMultipleObjectsOutput>> {
  if (objects.length > MAX_OBJECTS) {
    throw cosFailure("MalformedXML", { message: `delete key size is greater than ${MAX_OBJECTS}` });
  }
  const bucket = exchange.bucket();
  const Deleted: DeletedObject[] = [];
  const Errors: DeleteFailure[] = [];
  for (const { Key, VersionId } of objects) {
    const version = VersionId ? { VersionId } : {};
    try {
      checkVersion(VersionId);
      await committed(bucket.delete(Key));
      if (!Quiet) Deleted.push({ Key, ...version });
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      Errors.push({ Key, ...version, Code: error.code, Message: error.message });
    }
  }
  return { output: { Deleted, Errors } };
}
