import type { DeleteBucketInput, DeleteBucketOutput } from "@cosmoss/commands-cos";
import type { Answer, Exchange } from "../server/handler.ts";
import { committed } from "./store-failure.ts";

/** Deletes a bucket that holds neither objects nor uploads. */
export async function deleteBucket(_input: DeleteBucketInput, exchange: Exchange): Promise<Answer<DeleteBucketOutput>> {
  await committed(exchange.bucket().remove());
  return { status: 204 };
}
