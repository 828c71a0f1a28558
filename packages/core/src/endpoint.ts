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

/** What names the buckets and objects of a service have. @public */
export interface EndpointRules {
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
const AUTHORITY = /^(?:(https?):\/\/)?(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?\/?$/;
const LOCAL = /^(localhost|[\d.]+|\[.*)$/;

/** Gives `region` back; throws a `ConfigError` for what cannot be the id of one. @public */
export function checkRegion(region: unknown): string {
  if (typeof region === "string" && REGION.test(region)) return region;
  throw new ConfigError(`region ${JSON.stringify(region)} is no region id, as "cn-hangzhou" or "ap-guangzhou"`);
}

/** The percent-encoded path of a key. Throws a `ConfigError` for names that the service cannot have. @public */
export function encodeKey(bucket: string, key: string, rules: EndpointRules): string {
  const { badKey, badKeyReason, maxKeyBytes } = rules;
  let reason: string | undefined;
  if (!rules.bucket.test(bucket)) reason = `Bucket ${JSON.stringify(bucket)}: expected ${rules.bucketForm}`;
  else if (badKey.test(key)) reason = `Key ${JSON.stringify(key)}: ${badKeyReason}; give another`;
  else {
    try {
      const path = escapePath(key);
      if (path.length <= maxKeyBytes || path.replace(/%../g, "-").length <= maxKeyBytes) return path;
    } catch {
      reason = "Key holds half of a surrogate pair; give well-formed text";
    }
  }
  throw new ConfigError(reason ?? `Key is longer than ${maxKeyBytes} bytes`);
}

/** The endpoint rules of a client. Throws a `ConfigError` for options that contradict each other. @public */
export function resolveEndpoint(
  { endpoint, cname, internal, accelerate, secure, pathStyle }: EndpointOptions,
  rules: EndpointRules,
  serviceHost: string,
  bucketHost: string,
): EndpointResolver {
  if ((cname && !endpoint) || [endpoint !== undefined, internal, accelerate].filter(Boolean).length > 1) {
    throw new ConfigError("endpoint, internal, accelerate: give one; cname needs endpoint");
  }
  const [, scheme = secure === false ? "http" : "https", host = "", digits] =
    AUTHORITY.exec((endpoint ?? bucketHost).toLowerCase()) ?? [];
  const port = digits === undefined ? undefined : +digits;
  if (!host || port! > 65535) {
    throw new ConfigError(`endpoint ${JSON.stringify(endpoint)}: expected https://host:port`);
  }
  const protocol = scheme + ":";
  const inPath = pathStyle ?? (!cname && LOCAL.test(host));
  return (bucket, key) => {
    let hostname = bucket === undefined && endpoint === undefined ? serviceHost : host;
    let path = "/";
    if (bucket !== undefined) {
      if (inPath) path += bucket + "/";
      else if (!cname) hostname = bucket + "." + host;
      path += encodeKey(bucket, key ?? "", rules);
    }
    return { protocol, hostname, port, path };
  };
}
