import { ConfigError } from "@cosmoss/errors";
import { escapePath } from "@cosmoss/uri";
import type { EndpointResolver } from "./config.ts";

/** Where a service is reached. @public */
export interface EndpointOptions {
  /** OSS: as `"cn-hangzhou"`; COS: as `"ap-guangzhou"`. A custom `endpoint` needs it too: signatures name it. */
  region: string;
  /** From inside the provider's network: the host that costs no traffic. Default `false`. */
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

/** What is particular to the endpoints of a service. @public */
export interface EndpointRules {
  /** Host of the service in the region. */
  readonly serviceHost: string;
  /** What stands behind a bucket's name. */
  readonly bucketHost: string;
  readonly bucket: RegExp;
  /** What names of buckets look like, for messages. */
  readonly bucketForm: string;
  /** Matches keys that the service does not take. */
  readonly badKey: RegExp;
  /** Why it does not, for messages. */
  readonly badKeyReason: string;
  readonly maxKeyBytes: number;
}

const REGION = /^[a-z]{2,}(-[a-z0-9]+)+$/;
const AUTHORITY = /^(?:(https?):\/\/)?(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?\/?$/i;
const LOCAL = /^(localhost|[\d.]+|\[.*)$/;

/** Gives `region` back; throws a `ConfigError` for what cannot be the id of one. @public */
export function checkRegion(region: unknown): string {
  if (typeof region === "string" && REGION.test(region)) return region;
  throw new ConfigError(
    `region ${JSON.stringify(region)} is no region id, as "cn-hangzhou" of OSS or "ap-guangzhou" of COS`,
  );
}

/** Gives `bucket` back; throws a `ConfigError` for what cannot be the name of one. @public */
export function checkBucket(bucket: string, rules: EndpointRules): string {
  if (rules.bucket.test(bucket)) return bucket;
  throw new ConfigError(`Bucket ${JSON.stringify(bucket)} cannot be a name: ${rules.bucketForm}`);
}

/** The percent-encoded path of a key. Throws a `ConfigError` for one that the service cannot have. @public */
export function encodeKey(key: string, { badKey, badKeyReason, maxKeyBytes }: EndpointRules): string {
  if (badKey.test(key)) throw new ConfigError(`Key ${JSON.stringify(key)}: ${badKeyReason}; give another`);
  if (key.length * 3 > maxKeyBytes && new TextEncoder().encode(key).length > maxKeyBytes) {
    throw new ConfigError(`Key is longer than ${maxKeyBytes} bytes of UTF-8; give a shorter one`);
  }
  try {
    return escapePath(key);
  } catch (cause) {
    throw new ConfigError("Key holds half of a surrogate pair; give well-formed text", { cause });
  }
}

/** The endpoint rules of a client. Throws a `ConfigError` for options that contradict each other. @public */
export function resolveEndpoint(options: EndpointOptions, rules: EndpointRules): EndpointResolver {
  const { endpoint, cname, internal, accelerate, secure, pathStyle } = options;
  if ((cname && !endpoint) || (endpoint !== undefined && (internal || accelerate)) || (internal && accelerate)) {
    throw new ConfigError("endpoint, internal and accelerate each name a host: give one; cname needs endpoint");
  }
  const [, scheme = secure === false ? "http" : "https", host = "", port] =
    AUTHORITY.exec(endpoint ?? rules.bucketHost) ?? [];
  if (!host || Number(port) > 65535) {
    throw new ConfigError(`endpoint ${JSON.stringify(endpoint)} is not of the form https://host or http://host:port`);
  }
  const protocol = scheme.toLowerCase() + ":";
  const inPath = pathStyle ?? (!cname && LOCAL.test(host));
  return (bucket, key) => {
    let hostname = host.toLowerCase();
    let path = "/";
    if (bucket === undefined) hostname = endpoint === undefined ? rules.serviceHost : hostname;
    else {
      checkBucket(bucket, rules);
      if (inPath) path += bucket + "/";
      else if (!cname) hostname = bucket + "." + hostname;
      if (key !== undefined) path += encodeKey(key, rules);
    }
    return port === undefined ? { protocol, hostname, path } : { protocol, hostname, path, port: Number(port) };
  };
}
