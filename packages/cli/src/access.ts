import { ConfigError } from "@cosmoss/errors";
import type { Credentials, CredentialsProvider } from "@cosmoss/types";
import type { Environment } from "./environment.ts";
import type { ProviderName } from "./locations.ts";
import { CredentialsProblem, UsageError } from "./problems.ts";
import { findProfile, type FoundProfile } from "./profiles/find-profile.ts";
import { toSettings } from "./profiles/settings.ts";
import { present } from "./services/service.ts";

/** Options that say which service is meant and who asks; those with `oss=` or `cos=` in front are for one of the clouds. */
export interface AccessOptions {
  readonly endpoint?: readonly string[];
  readonly region?: readonly string[];
  readonly profile?: readonly string[];
  readonly anonymous?: boolean;
}

/** What a client is made with. */
export interface Access {
  readonly credentials: Credentials | CredentialsProvider | "anonymous";
  readonly region: string;
  readonly endpoint?: string;
  readonly cname?: boolean;
  readonly pathStyle?: boolean;
  /** Where the credentials come from, for people. */
  readonly source: string;
  readonly warnings: readonly string[];
}

type Found = Omit<FoundProfile, "credentials"> & Pick<Access, "credentials">;

const LOCAL = /^(?:https?:\/\/)?(?:localhost|[\w.-]*\.localhost|127\.[\d.]+|\[::1\])(?::\d+)?\/?$/i;
const LOCAL_REGION = { oss: "cn-hangzhou", cos: "ap-guangzhou" };

/**
 * Finds out how to reach a cloud, or a bucket of it, from the options, the environment and the files of the user. Throws a
 * {@link CredentialsProblem} where there are no credentials to be had.
 */
export async function findAccess(
  provider: ProviderName,
  bucket: string | undefined,
  options: AccessOptions,
  { env, home, clock }: Pick<Environment, "env" | "home" | "clock">,
): Promise<Access> {
  const profile = valueFor(provider, options.profile);
  const found: Found = options.anonymous
    ? { credentials: "anonymous" as const, source: "nowhere: requests are anonymous", warnings: [] }
    : await findProfile(provider, { env, home, clock, ...(profile !== undefined && { profile }) }).catch(asProblem);
  const { credentials, source, warnings, buckets, ...general } = found;
  const settings = (bucket !== undefined && buckets?.get(bucket)) || general;
  const given = valueFor(provider, options.endpoint);
  const { endpoint, cname, pathStyle } = given === undefined ? settings : { endpoint: given };
  const region = valueFor(provider, options.region) ?? settings.region ?? regionOf(provider, endpoint);
  if (region === undefined) {
    const example = LOCAL_REGION[provider];
    throw new UsageError(
      `no region is known for ${provider.toUpperCase()}`,
      `add --region ${example}, or set it for good with cosmoss config set ${provider}.region ${example}`,
    );
  }
  return { credentials, region, source, warnings, ...present({ endpoint, cname, pathStyle }) };
}

function asProblem(error: unknown): never {
  if (!ConfigError.isInstance(error)) throw error;
  throw new CredentialsProblem(error.message, error);
}

/** The last value given for the provider, else the last given for both. */
export function valueFor(provider: ProviderName, values: readonly string[] = []): string | undefined {
  const own = values.filter((value) => value.startsWith(`${provider}=`)).at(-1);
  return own?.slice(provider.length + 1) ?? values.filter((value) => !/^(oss|cos)=/.test(value)).at(-1);
}

function regionOf(provider: ProviderName, endpoint: string | undefined): string | undefined {
  if (endpoint === undefined) return undefined;
  if (LOCAL.test(endpoint)) return LOCAL_REGION[provider];
  return toSettings(provider, undefined, endpoint)?.region;
}
