import type { GetBucketInfoInput, GetBucketInfoOutput } from "@cosmoss/commands-oss";
import type { Answer, Exchange } from "../server/handler.ts";
import { endpointsOf } from "./bucket-endpoints.ts";
import { bucketAcl, bucketClass, redundancyOf, resourceGroupOf } from "./bucket-settings.ts";
import { seconds } from "./seconds.ts";

/** Tells what there is to know of a bucket: its settings, and how those that are not served here would stand. */
export function getBucketInfo({ Bucket }: GetBucketInfoInput, exchange: Exchange): Answer<GetBucketInfoOutput> {
  const bucket = exchange.bucket();
  return {
    output: {
      Bucket: {
        Name: Bucket,
        CreationDate: seconds(bucket.record.createdAt),
        ...endpointsOf(bucket),
        AccessControlList: { Grant: bucketAcl(bucket) },
        DataRedundancyType: redundancyOf(bucket),
        Owner: { ID: exchange.ownerId, DisplayName: exchange.ownerId },
        StorageClass: bucketClass(bucket),
        ResourceGroupId: resourceGroupOf(bucket),
        ServerSideEncryptionRule: { SSEAlgorithm: "None" },
        AccessMonitor: "Disabled",
        TransferAcceleration: "Disabled",
        CrossRegionReplication: "Disabled",
        BucketPolicy: { LogBucket: "", LogPrefix: "" },
        Comment: "",
        BlockPublicAccess: false,
      },
    },
  };
}
