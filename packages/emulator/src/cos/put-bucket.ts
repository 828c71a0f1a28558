import type { PutBucketInput, PutBucketOutput } from "@cosmoss/commands-cos";
import { cosFailure } from "../http/errors.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import { readAcl } from "./access.ts";
import { readStorageClass } from "./storage-class.ts";
import { committed } from "./store-failure.ts";
import { readTags } from "./tags.ts";

const MAX_TAGS = 50;

/** Makes a bucket; one that is there is refused. */
export async function putBucket(input: PutBucketInput, exchange: Exchange): Promise<Answer<PutBucketOutput>> {
  const { Bucket: name, BucketAZConfig, BucketArchConfig, BucketStorageClass } = input;
  const { acl = "private", grants } = readAcl(input, "bucket");
  const tags = input.Tagging && readTags(input.Tagging, exchange.headers["x-cos-tagging"], MAX_TAGS);
  mustBe("BucketAZConfig", BucketAZConfig, "MAZ");
  mustBe("BucketArchConfig", BucketArchConfig, "OFS");
  await committed(
    exchange.store.createBucket("cos", {
      name,
      createdAt: exchange.clock.now(),
      attributes: {
        region: exchange.region,
        acl,
        ...(grants && { grants }),
        ...(tags && { tags }),
        ...(BucketAZConfig !== undefined && { azType: BucketAZConfig }),
        ...(BucketArchConfig !== undefined && { arch: BucketArchConfig }),
        ...(BucketStorageClass !== undefined && { storageClass: readStorageClass(BucketStorageClass) }),
      },
    }),
  );
  return { output: {} };
}

function mustBe(name: string, value: string | undefined, only: string): void {
  if (value !== undefined && value !== only)
    throw cosFailure("InvalidArgument", { message: `${name} must be ${only}.` });
}
