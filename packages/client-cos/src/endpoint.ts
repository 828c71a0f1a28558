import { type BaseUrl, encodeKey, type EndpointResolver, parseEndpoint } from "@cosmoss/core";
import { ConfigError } from "@cosmoss/errors";
import type { CopySource } from "@cosmoss/types";
import { escapeUri } from "@cosmoss/uri";

/** Where COS is reached. @public */
export interface COSEndpointOptions {
  /** As `"ap-guangzhou"`. */
  region: string;
  /** From inside Tencent Cloud: the host that costs no traffic. Default `false`. */
  internal?: boolean;
  /** Over the global acceleration host; listing buckets still goes to the region. Default `false`. */
  accelerate?: boolean;
  /** A host of your own, as `"https://static.example.com"` with `cname`, or `"http://127.0.0.1:9000"`. */
  endpoint?: string;
  /** `endpoint` is a domain bound to one bucket: the bucket's name is left out of the URL. Default `false`. */
  cname?: boolean;
  /**
   * Buckets as the first part of the path, which COS itself does not take.
   * Default: only for an `endpoint` that is an IP address or `localhost`.
   */
  pathStyle?: boolean;
  /** `false`: plain HTTP where `endpoint` does not say. Default `true`. */
  secure?: boolean;
}

const REGION = /^[a-z]{2,}(?:-[a-z0-9]+)+$/;
const BUCKET = /^[a-z0-9][a-z0-9-]*-\d+$/;
const MAX_BUCKET_LENGTH = 60;
const MAX_KEY_BYTES = 850;
// COS takes such a path for the bucket itself, so that deleting the "object" would delete the bucket.
const MEANS_BUCKET = /^[/.]+$/;

function regionId(region: unknown, where: string): string {
  if (typeof region === "string" && REGION.test(region)) return region;
  throw new ConfigError(
    `${where} ${JSON.stringify(region)} is not the id of a COS region; give one such as "ap-guangzhou"`,
  );
}

function checkBucket(bucket: string, where: string): string {
  if (BUCKET.test(bucket) && bucket.length <= MAX_BUCKET_LENGTH) return bucket;
  throw new ConfigError(
    `${where} ${JSON.stringify(bucket)} cannot be a name on COS: lower-case letters, digits and "-", then "-" and the AppID, as "photos-1250000000", at most ${MAX_BUCKET_LENGTH} characters`,
  );
}

/** The endpoint rules of COS. Throws a `ConfigError` for options that contradict each other. */
export function cosEndpoint(options: COSEndpointOptions): EndpointResolver {
  const region = regionId(options.region, "region");
  const { endpoint, cname = false, internal = false, accelerate = false } = options;
  if (cname && endpoint === undefined)
    throw new ConfigError("cname needs endpoint: the domain that is bound to the bucket");
  if (internal && accelerate) throw new ConfigError("internal and accelerate are two hosts; choose one");
  if (endpoint !== undefined && (internal || accelerate)) {
    throw new ConfigError("endpoint names the host itself; leave internal and accelerate out");
  }
  const protocol = options.secure === false ? "http:" : "https:";
  const service: BaseUrl = parseEndpoint(endpoint ?? `cos.${region}.myqcloud.com`, protocol);
  const base = accelerate
    ? parseEndpoint("cos.accelerate.myqcloud.com", protocol)
    : internal
      ? parseEndpoint(`cos-internal.${region}.tencentcos.cn`, protocol)
      : service;
  const pathStyle = options.pathStyle ?? (base.isLocal && !cname);

  return (bucket, key) => {
    const { protocol, hostname, port } = bucket === undefined ? service : base;
    const resolved = { protocol, hostname, path: "/" };
    if (bucket !== undefined) {
      checkBucket(bucket, "Bucket");
      if (pathStyle) resolved.path += bucket + "/";
      else if (!cname) resolved.hostname = bucket + "." + hostname;
    }
    if (key !== undefined) {
      if (MEANS_BUCKET.test(key)) {
        throw new ConfigError(
          `Key ${JSON.stringify(key)} has only "/" and ".", which COS takes for the bucket itself; give another`,
        );
      }
      resolved.path += encodeKey(key, MAX_KEY_BYTES);
    }
    return port === undefined ? resolved : { ...resolved, port };
  };
}

/** Writes the header value that names a copy source. */
export function cosCopySource(options: COSEndpointOptions): (source: CopySource) => string {
  return ({ Bucket, Key, VersionId, Region }) => {
    const region = regionId(Region ?? options.region, "CopySource.Region");
    const version = VersionId === undefined ? "" : "?versionId=" + escapeUri(VersionId);
    return `${checkBucket(Bucket, "CopySource.Bucket")}.cos.${region}.myqcloud.com/${encodeKey(Key, MAX_KEY_BYTES)}${version}`;
  };
}
