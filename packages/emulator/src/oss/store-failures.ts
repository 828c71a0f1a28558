import { ossFailure } from "../http/errors.ts";
import type { Service } from "../server/handler.ts";
import { StoreError } from "../store/store.ts";
import { noSuchUpload } from "./upload-record.ts";

/** Waits for a change to an upload, which may have ended meanwhile. */
export async function uploadGone<T>(change: Promise<T>, id: string, ec?: string): Promise<T> {
  try {
    return await change;
  } catch (error) {
    throw error instanceof StoreError && error.code === "UploadNotFound" ? noSuchUpload(id, ec) : error;
  }
}

/** The bucket of any request may be removed while it is carried out. */
export function withStoreFailures({ operation, handler }: Service): Service {
  return {
    operation,
    handler: async (input, exchange) => {
      try {
        return await handler(input, exchange);
      } catch (error) {
        if (!(error instanceof StoreError && error.code === "BucketNotFound")) throw error;
        throw ossFailure("NoSuchBucket", { fields: { BucketName: exchange.bucketName ?? "" } });
      }
    },
  };
}
