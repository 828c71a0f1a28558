import type { ProviderName } from "../store/records.ts";
import type { RequestTarget } from "./target.ts";

/** Where a request goes. @public */
export interface Destination {
  readonly provider: ProviderName;
  /** Absent for a request to the service itself. Not checked: it may be no legal bucket name. */
  readonly bucket?: string;
  /** Percent-encoded key, without the `/` that separates it; empty for the bucket or the service itself. */
  readonly rawKey: string;
  /** `cn-hangzhou`, `ap-beijing`, … as far as the host says. */
  readonly region?: string;
  readonly addressing: "service" | "virtual-host" | "path" | "cname";
  /** Whether the host is one of the real service's: some requests are allowed on local hosts only. */
  readonly isPublicHost: boolean;
  /** What kind of COS host it is, when not the ordinary one. */
  readonly variant?: "website" | "ci" | "pic";
}

/** A host name of its own for a bucket. @public */
export interface CnameTarget {
  readonly provider: ProviderName;
  readonly bucket: string;
  readonly region?: string;
}

/** How to tell where a request goes. @public */
export interface HostOptions {
  /** Host names, in lower case and without port, that stand for a bucket. */
  readonly cnames?: ReadonlyMap<string, CnameTarget>;
  /** Host names that are used as `localhost` is. Default `["localhost"]`. */
  readonly localDomains?: readonly string[];
}

/** What the signature of a request says about the service it is meant for. @public */
export interface ProviderHints {
  readonly authorization?: string | undefined;
  readonly query: RequestTarget["query"];
  /** Names in lower case. */
  readonly headerNames: Iterable<string>;
}

/** OSS hosts below `aliyuncs.com`: `oss-cn-hangzhou`, `-internal`, accelerate, and the dual-stack form `cn-hangzhou.oss`. */
const OSS_HOST =
  /^(?:(.*?)\.)??(?:oss-(accelerate(?:-overseas)?)|oss-([a-z0-9-]+?)(?:-internal)?|([a-z]+-[a-z0-9-]+)\.oss|oss)\.aliyuncs\.com$/;
/** `{bucket}.cos.{region}`, and the other products and networks that have hosts of the same form. */
const COS_HOST =
  /^(?:(.+)\.)?(cos|cosv6|cos-internal|cos-cdc|cos-website|ci|pic)\.([a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn|tencentci\.cn)$/;
const COS_SERVICE = /^service\.cos\.(?:myqcloud\.com|tencentcos\.cn)$/;
const COS_LEGACY = /^(.+)\.(cn-south|cn-south-2|cn-north|cn-east|cn-southwest|sg)\.myqcloud\.com$/;
/** What may stand before a local domain: `[{bucket}.]oss[-{region}]` or `[{bucket}.]cos[.{region}]`. */
const LOCAL_OSS = /^(?:(.*)\.)?oss(?:-([a-z0-9-]+))?$/;
const LOCAL_COS = /^(?:(.*)\.)?cos(?:\.([a-z0-9-]+))?$/;
const IP = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;
/** COS bucket names end with the account's number. */
const COS_BUCKET = /^[a-z0-9-]+-\d{5,}$/;

/**
 * Finds service, bucket and key from the Host header (or the authority of an absolute target) and the raw path.
 *
 * Hosts of the real services and configured ones say everything. Below a local domain the service may be named
 * (`b.oss.localhost`); otherwise, as for plain `localhost` and IP addresses with `/{bucket}/{key}`, it is told by `hint`, and
 * without that by the bucket's name: COS if it ends with an account number, OSS otherwise. A host that is nothing of all
 * this is taken like an IP address.
 * @public
 */
export function resolveDestination(
  host: string,
  rawPath: string,
  hint: ProviderName | undefined,
  options: HostOptions = {},
): Destination {
  const name = hostName(host);
  const cname = options.cnames?.get(name);
  if (cname) {
    const { provider, bucket, region } = cname;
    return {
      provider,
      bucket,
      addressing: "cname",
      isPublicHost: false,
      ...(region !== undefined && { region }),
      rawKey: rawPath.slice(1),
    };
  }
  return (
    publicOss(name, rawPath) ??
    publicCos(name, rawPath) ??
    local(name, rawPath, hint, options.localDomains ?? ["localhost"]) ??
    pathStyle(hint, rawPath, undefined, false)
  );
}

/** The service that a request was signed for, or whose headers it carries, if either tells. @public */
export function providerHint({ authorization = "", query, headerNames }: ProviderHints): ProviderName | undefined {
  if (/^OSS4?[ -]/.test(authorization)) return "oss";
  if (authorization.includes("q-sign-algorithm=")) return "cos";
  for (const { name } of query) {
    if (name === "OSSAccessKeyId" || name.startsWith("x-oss-")) return "oss";
    if (name === "q-sign-algorithm" || name === "sign" || name.startsWith("x-cos-")) return "cos";
  }
  for (const name of headerNames) {
    if (name.startsWith("x-oss-")) return "oss";
    if (name.startsWith("x-cos-")) return "cos";
  }
  return undefined;
}

function publicOss(name: string, rawPath: string): Destination | undefined {
  const match = OSS_HOST.exec(name);
  if (!match) return undefined;
  const [, bucket, accelerate, region, dualStack] = match;
  const found = accelerate === undefined ? (region ?? dualStack) : undefined;
  return bucket ? virtualHost("oss", bucket, rawPath, found, true) : pathStyle("oss", rawPath, found, true);
}

function publicCos(name: string, rawPath: string): Destination | undefined {
  if (COS_SERVICE.test(name)) return pathStyle("cos", rawPath, undefined, true);
  const match = COS_HOST.exec(name);
  if (match) {
    const [, bucket, product = "cos", place] = match;
    const region = place === "accelerate" ? undefined : place;
    const destination = bucket
      ? virtualHost("cos", bucket, rawPath, region, true)
      : pathStyle("cos", rawPath, region, true);
    const variant = ({ "cos-website": "website", ci: "ci", pic: "pic" } as const)[product];
    return variant ? { ...destination, variant } : destination;
  }
  const legacy = COS_LEGACY.exec(name);
  return legacy ? virtualHost("cos", legacy[1] as string, rawPath, legacy[2], true) : undefined;
}

function local(
  name: string,
  rawPath: string,
  hint: ProviderName | undefined,
  domains: readonly string[],
): Destination | undefined {
  for (const domain of domains) {
    if (name === domain) return pathStyle(hint, rawPath, undefined, false);
    if (!name.endsWith(`.${domain}`)) continue;
    const label = name.slice(0, -domain.length - 1);
    for (const [provider, pattern] of [
      ["oss", LOCAL_OSS],
      ["cos", LOCAL_COS],
    ] as const) {
      const match = pattern.exec(label);
      if (!match) continue;
      const [, bucket, region] = match;
      return bucket
        ? virtualHost(provider, bucket, rawPath, region, false)
        : pathStyle(provider, rawPath, region, false);
    }
    return virtualHost(hint ?? providerOfBucket(label), label, rawPath, undefined, false);
  }
  return IP.test(name) ? pathStyle(hint, rawPath, undefined, false) : undefined;
}

function virtualHost(
  provider: ProviderName,
  bucket: string,
  rawPath: string,
  region: string | undefined,
  isPublicHost: boolean,
): Destination {
  return {
    provider,
    bucket,
    addressing: "virtual-host",
    isPublicHost,
    ...(region !== undefined && { region }),
    rawKey: rawPath.slice(1),
  };
}

function pathStyle(
  hint: ProviderName | undefined,
  rawPath: string,
  region: string | undefined,
  isPublicHost: boolean,
): Destination {
  const slash = rawPath.indexOf("/", 1);
  const bucket = slash < 0 ? rawPath.slice(1) : rawPath.slice(1, slash);
  return {
    provider: hint ?? providerOfBucket(bucket),
    isPublicHost,
    ...(region !== undefined && { region }),
    ...(bucket === "" ? { addressing: "service" } : { addressing: "path", bucket }),
    rawKey: bucket === "" || slash < 0 ? "" : rawPath.slice(slash + 1),
  };
}

function providerOfBucket(bucket: string): ProviderName {
  return COS_BUCKET.test(bucket) ? "cos" : "oss";
}

/** A Host header without its port, in lower case. */
function hostName(host: string): string {
  return host.replace(/:\d*$/, "").toLowerCase();
}
