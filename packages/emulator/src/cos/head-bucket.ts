import type { HeadBucketInput, HeadBucketOutput } from "@cosmoss/commands-cos";
import type { Answer, Exchange } from "../server/handler.ts";

/** Tells whether a bucket is there, and its region. */
export function headBucket(_input: HeadBucketInput, exchange: Exchange): Answer<HeadBucketOutput> {
  const { region, azType, arch } = exchange.bucket().record.attributes;
  return {
    output: {
      BucketRegion: String(region ?? exchange.region),
      ...(azType !== undefined && { BucketAZType: String(azType) }),
      ...(arch !== undefined && { BucketArch: String(arch) }),
    },
  };
}
