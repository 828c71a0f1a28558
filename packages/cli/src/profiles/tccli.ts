import { join } from "node:path";
import { ConfigError } from "@cosmoss/errors";
import { plainKey } from "./ini.ts";
import { member, parseJson, textMember } from "./json.ts";
import { readKeys } from "./keys.ts";
import { refuseMode } from "./modes.ts";
import type { PlaceContext, PlaceResult, Settings } from "./place.ts";
import { checkProfileName } from "./profile-name.ts";
import { locateFile, modeWarnings } from "./read-file.ts";
import { toSettings } from "./settings.ts";

/** `~/.tccli/<profile>.credential` and `.configure` of tccli. */
export async function tccli(context: PlaceContext): Promise<PlaceResult> {
  const { profile, env, clock, home } = context;
  const name = checkProfileName(profile ?? (env["TCCLI_PROFILE"] || "default"), profile ? "profile" : "TCCLI_PROFILE");
  const { path: source, file } = await locateFile(context, { usual: [".tccli", `${name}.credential`] });
  if (!file) return { source, none: "no such file" };
  const stored = parseJson(file.text, source);
  if (typeof stored !== "object" || stored === null || Array.isArray(stored)) {
    throw new ConfigError(`${source}: is no JSON object; run "tccli configure" to write it anew`);
  }
  const field = (key: string) => ({ key, value: member(stored, key) });
  const type = member(stored, "type");
  const supported = "secretId and secretKey, with or without token";
  if (type && !(typeof type === "string" && plainKey(type) === "default")) {
    refuseMode(context, { where: source, key: "type", mode: type, supported });
  }
  if (textMember(stored, "role-arn")) {
    refuseMode(context, { where: source, key: "role-arn", mode: "role-arn", supported });
  }
  const keys = readKeys(
    source,
    { id: field("secretId"), secret: field("secretKey"), token: field("token"), expiration: field("expiresAt") },
    clock.now(),
  );
  const settings = await readConfigure(context, join(home, ".tccli", `${name}.configure`));
  return {
    source,
    ...(keys ? { keys, warnings: modeWarnings(source, file) } : { none: "holds no secretId and secretKey" }),
    ...(settings && { settings }),
  };
}

/** The region; older files have it at the top. */
async function readConfigure({ readFile, provider }: PlaceContext, path: string): Promise<Settings | undefined> {
  const file = await readFile(path);
  if (!file) return undefined;
  const stored = parseJson(file.text, path);
  return toSettings(provider, textMember(member(stored, "_sys_param"), "region") ?? textMember(stored, "region"));
}
