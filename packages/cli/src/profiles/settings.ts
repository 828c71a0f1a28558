import type { ProviderName, Settings } from "./place.ts";

/** Hosts that say their region. */
const HOSTS: Readonly<Record<ProviderName, RegExp>> = {
  oss: /^oss-([a-z]{2,4}-[a-z0-9-]+?)(-internal)?\.aliyuncs\.com$/,
  cos: /^cos(-internal)?\.([a-z]{2,4}-[a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn)$/,
};
const PUBLIC: Readonly<Record<ProviderName, (region: string) => string>> = {
  oss: (region) => `oss-${region}.aliyuncs.com`,
  cos: (region) => `cos.${region}.myqcloud.com`,
};

/**
 * A region and an endpoint as a file names them; `undefined` for neither. A missing region is taken from the endpoint's name.
 * The ordinary host of the region is left out, so that a region given elsewhere is not held to it.
 */
export function toSettings(provider: ProviderName, region?: string, endpoint?: string): Settings | undefined {
  const host = endpoint
    ?.replace(/^https:\/\//i, "")
    .replace(/\/$/, "")
    .toLowerCase();
  const named = host && HOSTS[provider].exec(host.replace(/^http:\/\//, ""))?.[provider === "oss" ? 1 : 2];
  const known = region || named;
  if (!known && !endpoint) return undefined;
  const ordinary = known !== undefined && host === PUBLIC[provider](known.replace(/^oss-/, ""));
  return { ...(known && { region: known }), ...(endpoint && !ordinary && { endpoint }) };
}
