import type { Bucket } from "../store/store.ts";
import { regionOf } from "./bucket-settings.ts";

/** Where the real service would have the bucket. */
export function endpointsOf(bucket: Bucket): { Location: string; ExtranetEndpoint: string; IntranetEndpoint: string } {
  const Location = `oss-${regionOf(bucket)}`;
  return {
    Location,
    ExtranetEndpoint: `${Location}.aliyuncs.com`,
    IntranetEndpoint: `${Location}-internal.aliyuncs.com`,
  };
}
