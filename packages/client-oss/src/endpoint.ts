import { type BaseUrl, encodeKey, type EndpointResolver, parseEndpoint } from "@cosmoss/core";
import { ConfigError } from "@cosmoss/errors";
import { escapeUri } from "@cosmoss/uri";
import type { CopySource } from "@cosmoss/types";

/** Where OSS is reached. @public */
export interface OSSEndpointOptions {
  /** As `"cn-hangzhou"`; `"oss-cn-hangzhou"` is the same. Signatures name it, so a custom `endpoint` needs it too. */
  region: string;
  /** From inside Alibaba Cloud: the host that costs no traffic. Default `false`. */
  internal?: boolean;
  /** Over the global acceleration host; listing buckets still goes to the region. Default `false`. */
  accelerate?: boolean;
  /** A host of your own, as `"https://static.example.com"` with `cname`, or `"http://127.0.0.1:9000"`. */
  endpoint?: string;
  /** `endpoint` is a domain bound to one bucket: the bucket's name is left out of the URL. Default `false`. */
  cname?: boolean;
  /** Buckets as the first part of the path. Default: only for an `endpoint` that is an IP address or `localhost`. */
  pathStyle?: boolean;
  /** `false`: plain HTTP where `endpoint` does not say. Default `true`. */
  secure?: boolean;
}

const REGION = /^[a-z]{2,}(?:-[a-z0-9]+)+$/;
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
const MAX_KEY_BYTES = 1023;

/** The region id as signatures have it: without the `oss-` before it. Throws a `ConfigError` for what is none. */
export function regionId(region: unknown): string {
  const id = typeof region === "string" ? region.replace(/^oss-/, "") : "";
  if (!REGION.test(id)) {
    throw new ConfigError(
      `region ${JSON.stringify(region)} is not the id of an OSS region; give one such as "cn-hangzhou"`,
    );
  }
  return id;
}

/** The endpoint rules of OSS. Throws a `ConfigError` for options that contradict each other. */
export function ossEndpoint(options: OSSEndpointOptions): EndpointResolver {
  const region = regionId(options.region);
  const { endpoint, cname = false, internal = false, accelerate = false } = options;
  if (cname && endpoint === undefined)
    throw new ConfigError("cname needs endpoint: the domain that is bound to the bucket");
  if (internal && accelerate) throw new ConfigError("internal and accelerate are two hosts; choose one");
  if (endpoint !== undefined && (internal || accelerate)) {
    throw new ConfigError("endpoint names the host itself; leave internal and accelerate out");
  }
  const protocol = options.secure === false ? "http:" : "https:";
  const service: BaseUrl = parseEndpoint(
    endpoint ?? `oss-${region}${internal ? "-internal" : ""}.aliyuncs.com`,
    protocol,
  );
  const base = accelerate ? parseEndpoint("oss-accelerate.aliyuncs.com", protocol) : service;
  const pathStyle = options.pathStyle ?? (base.isLocal && !cname);

  return (bucket, key) => {
    const { protocol, hostname, port } = bucket === undefined ? service : base;
    const resolved = { protocol, hostname, path: "/" };
    if (bucket !== undefined) {
      if (!BUCKET.test(bucket)) {
        throw new ConfigError(
          `Bucket ${JSON.stringify(bucket)} cannot be a name on OSS: 3 to 63 lower-case letters, digits and "-", not beginning or ending with "-"`,
        );
      }
      if (pathStyle) resolved.path += bucket + "/";
      else if (!cname) resolved.hostname = bucket + "." + hostname;
    }
    if (key !== undefined) {
      if (key[0] === "/" || key[0] === "\\") {
        throw new ConfigError(`Key begins with ${key[0]}, which OSS refuses; leave it out`);
      }
      resolved.path += encodeKey(key, MAX_KEY_BYTES);
    }
    return port === undefined ? resolved : { ...resolved, port };
  };
}

/** The header value that names a copy source. */
export function ossCopySource({ Bucket, Key, VersionId, Region }: CopySource): string {
  if (Region !== undefined) throw new ConfigError("CopySource.Region: OSS copies within one region; leave it out");
  return `/${escapeUri(Bucket)}/${encodeKey(Key, MAX_KEY_BYTES)}${VersionId === undefined ? "" : "?versionId=" + escapeUri(VersionId)}`;
}
