import {
  checkRegion,
  encodeKey,
  type EndpointOptions,
  type EndpointResolver,
  type EndpointRules,
  resolveEndpoint,
} from "@cosmoss/core";
import { ConfigError } from "@cosmoss/errors";
import type { CopySource } from "@cosmoss/types";
import { escapeUri } from "@cosmoss/uri";

const RULES: EndpointRules = {
  bucket: /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  bucketForm: '3 to 63 of a-z, 0-9 and, within, "-"',
  badKey: /^[/\\]/,
  badKeyReason: "OSS takes none that begins with / or \\",
  maxKeyBytes: 1023,
};

/** The region id as signatures have it: without the `oss-` before it. Throws a `ConfigError` for what is none. */
export function regionId(region: string): string {
  return checkRegion(typeof region === "string" ? region.replace(/^oss-/, "") : region);
}

/** The endpoint rules of OSS. */
export function ossEndpoint(options: EndpointOptions): EndpointResolver {
  const serviceHost = `oss-${regionId(options.region)}${options.internal ? "-internal" : ""}.aliyuncs.com`;
  return resolveEndpoint(options, RULES, serviceHost, options.accelerate ? "oss-accelerate.aliyuncs.com" : serviceHost);
}

/** The header value that names a copy source. */
export function ossCopySource({ Bucket, Key, VersionId, Region }: CopySource): string {
  if (Region !== undefined) throw new ConfigError("CopySource.Region: OSS copies within one region; leave it out");
  const version = VersionId === undefined ? "" : "?versionId=" + escapeUri(VersionId);
  return `/${Bucket}/${encodeKey(Bucket, Key, RULES)}${version}`;
}
