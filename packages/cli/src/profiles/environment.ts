import { fromEnv } from "@cosmoss/credentials/env";
import { ConfigError } from "@cosmoss/errors";
import type { Credentials } from "@cosmoss/types";
import type { PlaceContext, PlaceResult, Settings } from "./place.ts";
import { toSettings } from "./settings.ts";

/** Region and endpoint from the environment. */
export function environmentSettings({ provider, env }: Pick<PlaceContext, "provider" | "env">): Settings | undefined {
  const [region, endpoint, general] =
    provider === "oss"
      ? [env["OSS_REGION"], env["OSS_ENDPOINT"], env["ALIBABA_CLOUD_REGION_ID"]]
      : [env["COS_REGION"], env["COS_ENDPOINT"], env["TENCENTCLOUD_REGION"]];
  const settings = toSettings(provider, region, endpoint);
  return settings?.region || !general ? settings : { ...settings, region: general };
}

/** Keys, region and endpoint from the environment. */
export async function environment(context: PlaceContext): Promise<PlaceResult> {
  const { provider, env } = context;
  const settings = environmentSettings(context);
  const rest = settings ? { settings } : {};
  // Each variable stands for itself: so the answer says which ones count, and only a lack of them is an error.
  const names = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value && name]));
  let chosen: Credentials;
  try {
    chosen = await fromEnv({ provider, env: names })();
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error;
    return { source: "environment", none: error.message, ...rest };
  }
  const { accessKeyId, accessKeySecret, securityToken } = chosen;
  const source = `environment variables ${[accessKeyId, accessKeySecret, securityToken].filter(Boolean).join(", ")}`;
  return { source, keys: await fromEnv({ provider, env })(), ...rest };
}
