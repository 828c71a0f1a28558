import { ConfigError } from "@cosmoss/errors";
import type { Clock, Credentials, CredentialsProvider } from "@cosmoss/types";
import { alibabacloud } from "./alibabacloud.ts";
import { aliyun } from "./aliyun.ts";
import { configFile, configSettings } from "./config-file.ts";
import { coscli } from "./coscli.ts";
import { environment, environmentSettings } from "./environment.ts";
import { keysAdvice } from "./keys.ts";
import { ossutil } from "./ossutil.ts";
import type { Place, PlaceContext, PlaceResult, ProviderName, ReadFile, Settings } from "./place.ts";
import { checkProfileName } from "./profile-name.ts";
import { readProfileFile } from "./read-file.ts";
import { tccli } from "./tccli.ts";
import { tencentcloud } from "./tencentcloud.ts";

/** Options of {@link findProfile}. */
export interface FindProfileOptions {
  /** A profile by name. The environment's keys do not count then. */
  readonly profile?: string;
  /** The home directory. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Pick<Clock, "now">;
  /** Default: the file system. */
  readonly readFile?: ReadFile;
}

/** Keys and settings, and where they are from. */
export interface FoundProfile extends Settings {
  /** Temporary keys come as a provider that reads their file again, so that a tool may renew them meanwhile. */
  readonly credentials: Credentials | CredentialsProvider;
  /** Whole settings of single buckets that have some of their own, by name; they go before the settings beside them. */
  readonly buckets?: ReadonlyMap<string, Settings>;
  /** Which file and section, or which variables, for people. */
  readonly source: string;
  /** What is risky, a sentence each. */
  readonly warnings: readonly string[];
}

/** The vendors' files in the order of the look-up: the storage tool's first, then as the vendor's own chain has them. */
const VENDOR_FILES: Readonly<Record<ProviderName, readonly Place[]>> = {
  oss: [ossutil, aliyun, alibabacloud],
  cos: [coscli, tccli, tencentcloud],
};

/**
 * Finds keys: in the environment, in the configuration file of this program, in the files of the vendors' tools. The first
 * place that has some counts. One that should have some, and cannot be used, is a `ConfigError`: to go on from there would
 * quietly sign as somebody else. So is finding none; the message lists where they were looked for. Region and endpoint are
 * taken together from the first place that names one of them.
 *
 * With `profile`, the environment is not asked for keys, and for region and endpoint only in the end.
 */
export async function findProfile(provider: ProviderName, options: FindProfileOptions): Promise<FoundProfile> {
  const { profile, home, env, clock, readFile = readProfileFile } = options;
  const context: PlaceContext = {
    provider,
    ...(profile !== undefined && { profile: checkProfileName(profile, "profile") }),
    home,
    env,
    clock,
    readFile,
  };
  const places = [...(profile === undefined ? [environment] : []), configFile, ...VENDOR_FILES[provider]];
  const looked: PlaceResult[] = [];
  for (const place of places) {
    const result = await place(context);
    looked.push(result);
    const { keys, source, warnings = [] } = result;
    if (!keys) continue;
    return {
      credentials: (keys.securityToken ?? keys.expiration) ? readAgain(place, context) : keys,
      ...chooseSettings(looked, await lastSettings(place, context)),
      source,
      warnings,
    };
  }
  throw noKeys(looked, context);
}

/** Settings for keys that come without: the program's own file for the environment's, the environment for a profile's. */
async function lastSettings(place: Place, context: PlaceContext): Promise<Settings | undefined> {
  if (context.profile !== undefined) return environmentSettings(context);
  return place === environment && !environmentSettings(context) ? configSettings(context) : undefined;
}

/** The settings of the first place that names any, and the buckets that they leave alone; those lack no region then. */
function chooseSettings(
  looked: readonly PlaceResult[],
  last: Settings | undefined,
): Settings & Pick<FoundProfile, "buckets"> {
  const settings = looked.find((result) => result.settings)?.settings ?? last;
  const holder = looked.find((result) => result.buckets);
  // An endpoint from an earlier place is for all buckets, whatever a later one says of some.
  const overruled = settings?.endpoint !== undefined && settings !== holder?.settings && settings !== last;
  if (!holder?.buckets || overruled) return { ...settings };
  const region = settings?.region;
  const buckets = [...holder.buckets].map(([name, own]) => [name, { ...(region && { region }), ...own }] as const);
  return { ...settings, buckets: new Map(buckets) };
}

function readAgain(place: Place, context: PlaceContext): CredentialsProvider {
  return async () => {
    const { keys, source, none } = await place(context);
    if (!keys) throw new ConfigError(`${source}: the keys are gone from there (${none})`);
    return keys;
  };
}

function noKeys(looked: readonly PlaceResult[], context: PlaceContext): ConfigError {
  const { provider, profile } = context;
  const list = looked.map(({ source, none }, index) => `(${index + 1}) ${source}: ${none}`).join("; ");
  return new ConfigError(
    `No credentials for ${provider.toUpperCase()}${profile === undefined ? "" : ` in the profile "${profile}"`}. Looked at ${list}. To give some, ${keysAdvice(context)}`,
  );
}
