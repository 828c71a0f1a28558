import type { ListBucketsInput, ListBucketsOutput } from "@cosmoss/commands-oss";
import type { Answer, Exchange } from "../server/handler.ts";
import type { Bucket } from "../store/store.ts";
import { bucketClass, regionOf, resourceGroupOf } from "./bucket-settings.ts";
import { endpointsOf } from "./bucket-endpoints.ts";
import { seconds } from "./seconds.ts";

/** Lists the buckets of the account by name. */
export function listBuckets(input: ListBucketsInput, exchange: Exchange): Answer<ListBucketsOutput> {
  const { Prefix = "", Marker = "", MaxKeys = 100 } = input;
  const rest = exchange.store
    .buckets("oss")
    .filter(
      (bucket) => bucket.record.name.startsWith(Prefix) && bucket.record.name > Marker && isWanted(bucket, input),
    );
  const page = rest.slice(0, MaxKeys);
  const isTruncated = rest.length > page.length;
  const last = page.at(-1);
  return {
    output: {
      Prefix,
      Marker,
      MaxKeys,
      IsTruncated: isTruncated,
      ...(isTruncated && last && { NextMarker: last.record.name }),
      Owner: { ID: exchange.ownerId, DisplayName: exchange.ownerId },
      Buckets: page.map((bucket) => ({
        Name: bucket.record.name,
        CreationDate: seconds(bucket.record.createdAt),
        ...endpointsOf(bucket),
        Region: regionOf(bucket),
        StorageClass: bucketClass(bucket),
        ResourceGroupId: resourceGroupOf(bucket),
      })),
    },
  };
}

function isWanted(bucket: Bucket, { TagKey, ResourceGroupId }: ListBucketsInput): boolean {
  if (TagKey !== undefined) return false; // Buckets have no tags yet.
  return ResourceGroupId === undefined || resourceGroupOf(bucket) === ResourceGroupId;
}
