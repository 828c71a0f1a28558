import { ConfigError } from "@cosmoss/errors";
import { plainKey } from "./ini.ts";
import { member, parseJson, textMember } from "./json.ts";
import { readKeys } from "./keys.ts";
import { refuseMode } from "./modes.ts";
import type { PlaceContext, PlaceResult } from "./place.ts";
import { locateFile, modeWarnings } from "./read-file.ts";
import { toSettings } from "./settings.ts";

/** `~/.aliyun/config.json` of the aliyun command line. */
export async function aliyun(context: PlaceContext): Promise<PlaceResult> {
  const { provider, env, clock } = context;
  const disabled = ["ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "ALIBABA_CLOUD_IGNORE_PROFILE"].find(
    (name) => env[name]?.toLowerCase() === "true",
  );
  if (disabled) return { source: "~/.aliyun/config.json", none: `not read, because ${disabled} is set` };
  const { path, file } = await locateFile(context, {
    variable: "ALIBABA_CLOUD_CONFIG_FILE",
    usual: [".aliyun", "config.json"],
  });
  if (!file) return { source: path, none: "no such file" };
  const config = parseJson(file.text, path);
  const profiles = member(config, "profiles");
  if (!Array.isArray(profiles)) {
    throw new ConfigError(`${path}: has no list "profiles"; run "aliyun configure" to write it anew`);
  }
  const name =
    context.profile ??
    (env["ALIBABACLOUD_PROFILE"] ||
      env["ALIBABA_CLOUD_PROFILE"] ||
      env["ALICLOUD_PROFILE"] ||
      textMember(config, "current") ||
      "default");
  const profile: unknown = profiles.find((one) => member(one, "name") === name);
  if (profile === undefined) return { source: path, none: `has no profile ${JSON.stringify(name)}` };
  const source = `${path}, profile ${JSON.stringify(name)}`;
  const settings = toSettings(provider, textMember(profile, "region_id"));
  const field = (key: string) => ({ key, value: member(profile, key) });
  const mode = member(profile, "mode") || inferredMode(profile);
  const kind = typeof mode === "string" ? plainKey(mode) : "-";
  const token = field("sts_token");
  if (kind !== "ak" && kind !== "ststoken") {
    refuseMode(context, { where: source, key: "mode", mode, supported: "AK, StsToken" });
  }
  if (kind === "ststoken" && !token.value) {
    throw new ConfigError(`${source}, key sts_token: is missing or empty, but mode StsToken needs it`);
  }
  const keys = readKeys(
    source,
    {
      id: field("access_key_id"),
      secret: field("access_key_secret"),
      ...(kind === "ststoken" && { token, expiration: field("sts_expiration") }),
    },
    clock.now(),
  );
  return {
    source,
    ...(keys ? { keys, warnings: modeWarnings(path, file) } : { none: "holds no access_key_id and access_key_secret" }),
    ...(settings && { settings }),
  };
}

/** What the tool takes a profile without a mode for. */
function inferredMode(profile: unknown): string {
  const has = (key: string) => Boolean(member(profile, key));
  if (has("access_key_id") || has("access_key_secret")) {
    return has("sts_token") ? "StsToken" : has("ram_role_arn") ? "RamRoleArn" : "AK";
  }
  if (has("ram_role_name")) return "EcsRamRole";
  if (has("process_command")) return "External";
  if (has("oidc_provider_arn")) return "OIDC";
  return has("cloud_sso_sign_in_url") ? "CloudSSO" : "AK";
}
