import type { PutBucketInput, PutBucketOutput } from "@cosmoss/commands-oss";
import { ossFailure } from "../http/errors.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import { type Bucket, StoreError } from "../store/store.ts";
import { bucketClass, checkStorageClass, DEFAULT_RESOURCE_GROUP, redundancyOf, regionOf } from "./bucket-settings.ts";
import { badArgument } from "./object-failures.ts";

const ACLS: readonly string[] = ["private", "public-read", "public-read-write"];
const MAX_BUCKETS = 100;

/** Makes a bucket, or sets the ACL of one that is there. */
export async function putBucket(input: PutBucketInput, exchange: Exchange): Promise<Answer<PutBucketOutput>> {
  const { Bucket: name, Acl } = input;
  checkArguments(input);
  const existing = exchange.store.bucket("oss", name);
  if (existing) recreate(existing, input, exchange.region);
  else await create(input, exchange);
  if (existing && Acl !== undefined) await existing.update(({ attributes }) => ({ ...attributes, acl: Acl }));
  return { output: { Location: `/${name}` } };
}

function checkArguments({ Acl, StorageClass, DataRedundancyType: redundancy }: PutBucketInput): void {
  if (Acl !== undefined && !ACLS.includes(Acl)) {
    throw badArgument("x-oss-acl", Acl, "no such bucket access control exists");
  }
  if (StorageClass !== undefined) checkStorageClass(StorageClass);
  if (redundancy !== undefined && redundancy !== "LRS" && redundancy !== "ZRS") {
    throw badArgument("DataRedundancyType", redundancy, "No such data redundancy type exists");
  }
}

async function create(input: PutBucketInput, exchange: Exchange): Promise<void> {
  const { store, region, clock } = exchange;
  if (store.buckets("oss").filter((bucket) => regionOf(bucket) === region).length >= MAX_BUCKETS) {
    throw ossFailure("TooManyBuckets");
  }
  try {
    await store.createBucket("oss", {
      name: input.Bucket,
      createdAt: clock.now(),
      attributes: {
        region,
        acl: input.Acl ?? "private",
        storageClass: input.StorageClass ?? "Standard",
        redundancy: input.DataRedundancyType ?? "LRS",
        resourceGroup: input.ResourceGroupId ?? DEFAULT_RESOURCE_GROUP,
      },
    });
  } catch (error) {
    // Another request was faster.
    const bucket = store.bucket("oss", input.Bucket);
    if (!(error instanceof StoreError && error.code === "BucketExists" && bucket)) throw error;
    recreate(bucket, input, region);
  }
}

/** The owner may create a bucket again as it is. */
function recreate(bucket: Bucket, input: PutBucketInput, region: string): void {
  const isSame =
    regionOf(bucket) === region &&
    bucketClass(bucket) === (input.StorageClass ?? "Standard") &&
    redundancyOf(bucket) === (input.DataRedundancyType ?? "LRS");
  if (!isSame) throw ossFailure("BucketAlreadyExists", { fields: { BucketName: bucket.record.name } });
}
