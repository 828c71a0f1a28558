import type { DeleteBucketInput, DeleteBucketOutput } from "@cosmoss/commands-oss";
import { ossFailure } from "../http/errors.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import { StoreError } from "../store/store.ts";

/** Deletes a bucket that holds neither objects nor uploads. */
export async function deleteBucket(
  { Bucket }: DeleteBucketInput,
  exchange: Exchange,
): Promise<Answer<DeleteBucketOutput>> {
  const bucket = exchange.bucket();
  try {
    await bucket.remove();
  } catch (error) {
    if (!(error instanceof StoreError && error.code === "BucketNotEmpty")) throw error;
    const [object] = bucket.objects();
    throw ossFailure("BucketNotEmpty", {
      ...(!object && { message: "The bucket has parts. Please delete them first." }),
      fields: { BucketName: Bucket },
    });
  }
  return { status: 204 };
}
