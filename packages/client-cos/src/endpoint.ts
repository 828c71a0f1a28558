import {
  checkRegion,
  encodeKey,
  type EndpointOptions,
  type EndpointResolver,
  type EndpointRules,
  resolveEndpoint,
} from "@cosmoss/core";
import type { CopySource } from "@cosmoss/types";
import { escapeUri } from "@cosmoss/uri";

const RULES: EndpointRules = {
  bucket: /^(?=.{1,60}$)[a-z0-9][a-z0-9-]*-\d+$/,
  bucketForm: 'at most 60 of a-z, 0-9 and "-" with the AppID, as photos-1250000000',
  // So that deleting the "object" would delete the bucket.
  badKey: /^[/.]+$/,
  badKeyReason: "COS takes it for the bucket itself",
  maxKeyBytes: 850,
};

/** The endpoint rules of COS. */
export function cosEndpoint(options: EndpointOptions): EndpointResolver {
  const region = checkRegion(options.region);
  const serviceHost = `cos.${region}.myqcloud.com`;
  const bucketHost = options.accelerate
    ? "cos.accelerate.myqcloud.com"
    : options.internal
      ? `cos-internal.${region}.tencentcos.cn`
      : serviceHost;
  return resolveEndpoint(options, RULES, serviceHost, bucketHost);
}

/** Writes the header value that names a copy source. */
export function cosCopySource(options: EndpointOptions): (source: CopySource) => string {
  return ({ Bucket, Key, VersionId, Region }) => {
    const version = VersionId === undefined ? "" : "?versionId=" + escapeUri(VersionId);
    const host = `${Bucket}.cos.${checkRegion(Region ?? options.region)}.myqcloud.com`;
    return `${host}/${encodeKey(Bucket, Key, RULES)}${version}`;
  };
}
