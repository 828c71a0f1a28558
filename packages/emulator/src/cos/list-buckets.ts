import type { BucketSummary, ListBucketsInput, ListBucketsOutput } from "@cosmoss/commands-cos";
import { cosFailure } from "../http/errors.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import type { BucketRecord } from "../store/records.ts";
import { accountOwner } from "./owner.ts";
import { wholeSeconds } from "./time.ts";

const DEFAULT_MAX_KEYS = 2000;

const RANGES: { readonly [name: string]: (created: number, limit: number) => boolean } = {
  lt: (created, limit) => created < limit,
  lte: (created, limit) => created <= limit,
  gt: (created, limit) => created > limit,
  gte: (created, limit) => created >= limit,
};

/** Lists the buckets that match the filters of the request, by name. */
export function listBuckets(input: ListBucketsInput, exchange: Exchange): Answer<ListBucketsOutput> {
  const { Marker: marker = "", MaxKeys: limit = DEFAULT_MAX_KEYS } = input;
  const matches = filter(input, exchange);
  const found = exchange.store
    .buckets("cos")
    .map(({ record }) => record)
    .filter((record) => record.name > marker && matches(record));
  const page = found.slice(0, limit);
  const isTruncated = found.length > page.length;
  return {
    output: {
      Marker: marker,
      IsTruncated: isTruncated,
      NextMarker: isTruncated ? (page.at(-1)?.name ?? "") : "",
      Owner: accountOwner(exchange.ownerId),
      Buckets: page.map(toSummary),
    },
  };
}

function filter(input: ListBucketsInput, { destination }: Exchange): (record: BucketRecord) => boolean {
  const { TagKey, TagValue, CreateTime, CreateRange } = input;
  const regions = [destination.region, input.Region].filter((region) => region !== undefined && region !== "");
  const inRange = CreateRange === undefined ? undefined : Object.hasOwn(RANGES, CreateRange) && RANGES[CreateRange];
  if (inRange === false || (inRange === undefined) !== (CreateTime === undefined)) {
    throw cosFailure("InvalidArgument", { message: "create-time goes with a range of lt, lte, gt or gte." });
  }
  if (TagValue !== undefined && TagKey === undefined) {
    throw cosFailure("InvalidArgument", { message: "tagvalue goes with tagkey." });
  }
  return ({ attributes, createdAt }) => {
    const tags = (attributes["tags"] ?? []) as readonly (readonly [string, string])[];
    return (
      regions.every((region) => region === attributes["region"]) &&
      (!inRange || inRange(Math.floor(createdAt / 1000), CreateTime as number)) &&
      (TagKey === undefined ||
        tags.some(([key, value]) => key === TagKey && (TagValue === undefined || value === TagValue)))
    );
  };
}

function toSummary({ name, createdAt, attributes }: BucketRecord): BucketSummary {
  return {
    Name: name,
    Location: String(attributes["region"] ?? ""),
    CreationDate: wholeSeconds(createdAt),
    BucketType: "cos",
  };
}
